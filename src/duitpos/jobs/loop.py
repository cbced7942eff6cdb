"""Repeat one function until stopped, with back-off after errors."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import structlog
from django.db import close_old_connections, connections

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 60.0
"""Seconds; the pause after an error doubles up to this."""


def keep_doing(name: str, work: Callable[[], object], every: float, stop: Event) -> None:
    """Call `work` every `every` seconds until `stop` is set.

    An error is logged and doubles the pause, up to LONGEST_PAUSE, so that an unavailable database is retried without
    overloading it. Connections are reopened after an error and closed at the end; run each loop in its own thread.
    """
    errors = 0
    while not stop.is_set():
        pause = every
        close_old_connections()
        try:
            work()
            errors = 0
            # Otherwise a pooled connection would be held through the pause, which may be a day.
            close_old_connections()
        except Exception:
            errors += 1
            pause = min(LONGEST_PAUSE, max(every, 1.0) * 2 ** min(errors, 10))
            log.exception("work failed", work=name, errors=errors, next_try_seconds=pause)
            connections.close_all()
        stop.wait(pause)
    connections.close_all()
