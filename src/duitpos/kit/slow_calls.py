"""Limits how many threads of a web process may wait for external services at once (M78).

Each call to a hanging processor takes ten seconds. Without a limit, as many guests as there are threads could press
Pay, and no menu, board or webhook would be served meanwhile. Only the web server sets a limit; a worker has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local


class Full(Exception):
    """The limit is reached: no call was made."""


class Bulkhead:
    """At most `most` calls at once, and at most `most_of_one` for one partner, so that one cannot use all slots."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._waiting: Counter[str] = Counter()
        self._lock = Lock()
        self._reserved = local()

    def _has_room(self, partner: str) -> bool:
        return self._waiting.total() < self._most and self._waiting[partner] < self._most_of_one

    @contextmanager
    def reserve(self, partner: str) -> Iterator[None]:
        """Hold a slot during work with several calls: this thread's calls to that partner use it. Full, at once."""
        with self.place(partner):
            self._reserved.partner = partner
            try:
                yield
            finally:
                self._reserved.partner = None

    @contextmanager
    def place(self, partner: str) -> Iterator[None]:
        """Hold a slot during one call. Full when there is none, since waiting for one would occupy a thread as well."""
        if getattr(self._reserved, "partner", None) == partner:
            yield
            return
        with self._lock:
            if not self._has_room(partner):
                raise Full(partner)
            self._waiting[partner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting[partner] -= 1
                if not self._waiting[partner]:
                    del self._waiting[partner]


_NO_BOUND = Bulkhead(1_000_000, 1_000_000)
_bulkhead = _NO_BOUND


def slow_calls() -> Bulkhead:
    """This process's limits."""
    return _bulkhead


def bound_slow_calls(threads: int) -> None:
    """Let three quarters of `threads` wait for processors, and half of them for one account. 0 removes the limits."""
    global _bulkhead
    _bulkhead = Bulkhead(max(1, threads * 3 // 4), max(1, threads // 2)) if threads else _NO_BOUND
