"""Timers on the sandbox's clock: expiry of sessions, delayed results, delivery retries."""

import asyncio
import heapq
import logging
from collections.abc import Callable
from typing import Any

from stripe_sandbox.clock import Clock
from stripe_sandbox.ids import new_id
from stripe_sandbox.store import Json, Record, Store

log = logging.getLogger(__name__)


class Timers:
    """A heap of timer records. Each fires its action once, in order of time, on the loop that owns the state."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._actions: dict[str, Callable[..., None]] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._wake = asyncio.Event()
        self.reload()

    def on(self, action: str, handler: Callable[..., None]) -> None:
        self._actions[action] = handler

    def reload(self) -> None:
        """Read the heap anew from the store (after start and reset)."""
        self._heap = [(r.extra["at"], r.seq, r.id) for r in self._store.all("timer")]
        heapq.heapify(self._heap)
        self._wake.set()

    def add(self, action: str, at: float, **args: Any) -> str:
        """Plan `action(**args)` at an epoch second of the sandbox's clock; returns the timer's id."""
        extra = {"at": at, "action": action, "args": args}
        record = self._store.add(Record("timer", new_id("tm"), "", False, self._clock.now(), {}, extra))
        heapq.heappush(self._heap, (at, record.seq, record.id))
        self._wake.set()
        return record.id

    def pending(self) -> list[Json]:
        return sorted((dict(r.extra) for r in self._store.all("timer")), key=lambda t: float(t["at"]))

    def run_due(self) -> None:
        """Fire all timers that are due, oldest first, including those that these add."""
        self.advance_to(self._clock.exact())

    def advance_to(self, target: float) -> None:
        """Move the clock forward to `target`, stopping at the time of each timer to fire it.

        So an expiry that was due two hours before `target` is also dated two hours before it.
        """
        while self._heap and self._heap[0][0] <= target:
            at, _, key = heapq.heappop(self._heap)
            record = self._store.find("timer", key)
            if record is None:
                continue
            self._store.remove(record)
            behind = at - self._clock.exact()
            if behind > 0:
                self._clock.offset += int(behind) + 1
            self._fire(record)
        ahead = target - self._clock.exact()
        if ahead > 0.5:
            self._clock.offset += round(ahead)
        self._wake.set()

    def _fire(self, record: Record) -> None:
        action = self._actions[record.extra["action"]]
        action(**record.extra["args"])

    async def run(self) -> None:
        """Fire timers as real time passes; runs until cancelled."""
        while True:
            self.run_due()
            self._store.flush()
            self._wake.clear()
            wait = 3600.0
            if self._heap:
                wait = max(0.01, self._heap[0][0] - self._clock.exact())
            try:
                await asyncio.wait_for(self._wake.wait(), min(wait, 3600.0))
            except TimeoutError:
                log.debug("timer due")
