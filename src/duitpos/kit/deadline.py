"""One deadline for all processor calls of a unit of work (M29)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SECONDS = 10.0
"""A guest's longest wait, and the limit of a processor call when no other deadline is set."""

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float | None = None) -> Iterator[None]:
    """Set one deadline for all calls inside, `seconds` from now (None: SECONDS); an existing deadline stays."""
    if _deadline.get() is not None:
        yield
        return
    token = _deadline.set(time.monotonic() + (SECONDS if seconds is None else seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def deadline() -> float:
    """The current deadline (time.monotonic); SECONDS from now when none is set."""
    return _deadline.get() or time.monotonic() + SECONDS
