"""What can go wrong, as facts. The edge gives each kind its status (web/errors.py); the domain knows no HTTP."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Why a request could not be done."""

    INVALID = "invalid"
    CONFLICT = "conflict"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    UNAVAILABLE = "unavailable"
    TOO_MANY = "too_many"


class DomainError(Exception):
    """An expected failure. `message` is for the person: what happened, what was kept, what to do."""

    kind = Kind.INVALID

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """What was asked for makes no sense; it says what would."""

    kind = Kind.INVALID


class Conflict(DomainError):
    """It was possible a moment ago; somebody or something was faster."""

    kind = Kind.CONFLICT


class Gone(DomainError):
    """There is no such thing (any more)."""

    kind = Kind.GONE


class Forbidden(DomainError):
    """This role may not do that."""

    kind = Kind.FORBIDDEN


class Unavailable(DomainError):
    """Something outside does not answer; nothing was lost, try again."""

    kind = Kind.UNAVAILABLE


class TooMany(DomainError):
    """Too much of it in too short a time; nothing was started."""

    kind = Kind.TOO_MANY
