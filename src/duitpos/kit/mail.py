"""Whether mail leaves this installation."""

from __future__ import annotations

from django.conf import settings


def sends_mail() -> bool:
    """False while EMAIL_URL is not set: mails are only written to the log then."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))
