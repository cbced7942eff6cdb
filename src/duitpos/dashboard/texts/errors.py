"""Errors on the dashboard: what web/texts.py says, with what is behind it."""

from __future__ import annotations

from duitpos.dashboard.texts.alerts import resolution_text
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.errors import DomainError
from duitpos.web import texts


def error_text(error: DomainError) -> str:
    """A processor's answer is said before it; how somebody else settled it, after."""
    text = texts.error_text(error)
    match error.facts:
        case {"reason": dict(reason)}:
            return f"{reason_text(reason)} {text}"
        case {"resolution": dict(how)} if how:
            return f"{text} {resolution_text(how)}"
    return text
