"""Runs pieces of work side by side, in lanes, so that what is slow holds up only its own lane."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import TracebackType
from typing import Self

import structlog
from django.db import connections

log = structlog.get_logger(__name__)


class Lanes:
    """Threads for each lane, such as one processor; each lane starts its work in the order in which it came.

    Use it as a context: at its end the work under way is finished, and what has not begun is left undone.
    """

    def __init__(self, threads: int) -> None:
        """`threads`: how many pieces of work of one lane run at once."""
        self._threads = threads
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._since: dict[Hashable, float] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown()

    def start(self, lane: str, key: Hashable, work: Callable[[], object]) -> None:
        """Run `work` in a thread of this lane, unless work with this key is waiting or under way.

        So one key has one thread at most, however slow it is. An error is logged.
        """
        with self._lock:
            if key in self._since:
                return
            self._since[key] = time.monotonic()
            if lane not in self._pools:
                self._pools[lane] = ThreadPoolExecutor(self._threads, thread_name_prefix=lane)
            self._pools[lane].submit(self._run, key, work)

    def longest(self) -> float:
        """Seconds since the oldest unfinished work was handed over; 0 when there is none."""
        with self._lock:
            at = time.monotonic()
            return at - min(self._since.values(), default=at)

    def _run(self, key: Hashable, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            log.exception("work failed", work=str(key))
        finally:
            connections.close_all()
            with self._lock:
                del self._since[key]
