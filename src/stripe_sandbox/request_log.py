"""Every API call that came in, with its answer, for tests that check the traffic."""

from collections import deque

from stripe_sandbox.store import Json

LIMIT = 20_000


class RequestLog:
    """The last 20,000 calls; a call's entry appears when it has been answered or dropped."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=LIMIT)
        self.last = 0
        self._forgotten = 0

    def next_seq(self) -> int:
        self.last += 1
        return self.last

    def add(self, entry: Json) -> None:
        """Keep an answered call, unless it came in before the last `clear`."""
        if self.current(entry["seq"]):
            self._entries.append(entry)

    def current(self, seq: int) -> bool:
        """Whether a call came in after the last `clear`."""
        return seq > self._forgotten

    def since(self, seq: int) -> list[Json]:
        return sorted((e for e in self._entries if e["seq"] > seq), key=lambda e: int(e["seq"]))

    def clear(self) -> None:
        """Forget all calls, those that are still being answered included."""
        self._entries.clear()
        self._forgotten = self.last
