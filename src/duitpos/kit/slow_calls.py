"""How many threads of a web process may wait for something outside at once (M78).

A processor that hangs costs ten seconds a call. Without a bound, as many guests as there are threads press Pay, and
then nobody's menu, board or notice is answered. The bound is set by the web server only; a worker has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local


class Full(Exception):
    """So many wait already that this one must not: nothing was asked."""


class Bulkhead:
    """At most `most` calls at once, and at most `most_of_one` for one partner, so that one cannot take all of it."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._waiting: Counter[str] = Counter()
        self._lock = Lock()
        self._reserved = local()

    def _has_room(self, partner: str) -> bool:
        return self._waiting.total() < self._most and self._waiting[partner] < self._most_of_one

    @contextmanager
    def reserve(self, partner: str) -> Iterator[None]:
        """Around work that will call: its calls to that partner, in this thread, are let in. Full, at once."""
        with self.place(partner):
            self._reserved.partner = partner
            try:
                yield
            finally:
                self._reserved.partner = None

    @contextmanager
    def place(self, partner: str) -> Iterator[None]:
        """Around one call. Full, at once, when there is no room: waiting for room would hold a thread as well."""
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
    """This process's bound."""
    return _bulkhead


def bound_slow_calls(threads: int) -> None:
    """Of `threads`, three in four may wait for processors, and two in four for one account. 0 takes the bound away."""
    global _bulkhead
    _bulkhead = Bulkhead(max(1, threads * 3 // 4), max(1, threads // 2)) if threads else _NO_BOUND
