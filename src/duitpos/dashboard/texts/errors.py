"""Error texts on the dashboard: those of web/texts.py, with the cause."""

from __future__ import annotations

from duitpos.dashboard.texts.alerts import resolution_text
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.errors import DomainError
from duitpos.web import texts


def error_text(error: DomainError, locale: str = "") -> str:
    """The error's text, after the processor's reason or before another person's resolution, if there is one."""
    text = texts.error_text(error, locale=locale)
    match error.facts:
        case {"reason": dict(reason)}:
            return f"{reason_text(reason)} {text}"
        case {"resolution": dict(how)} if how:
            return f"{text} {resolution_text(how)}"
    return text
