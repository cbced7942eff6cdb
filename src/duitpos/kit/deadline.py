"""A deadline for one piece of work, however many calls to a processor it makes (M29)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SECONDS = 10.0
"""How long a guest waits at most, and a processor's call where nobody set another deadline."""

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float | None = None) -> Iterator[None]:
    """All calls inside end together after so many seconds (None: SECONDS); a deadline that is set already stays."""
    if _deadline.get() is not None:
        yield
        return
    token = _deadline.set(time.monotonic() + (SECONDS if seconds is None else seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def deadline() -> float:
    """When what is under way must end (time.monotonic); where nobody said, SECONDS from now."""
    return _deadline.get() or time.monotonic() + SECONDS
