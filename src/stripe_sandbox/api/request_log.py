"""The log of API calls and their answers, for tests that check the traffic."""

from collections import deque

from stripe_sandbox.store import Json

LIMIT = 20_000


class RequestLog:
    """The last 20,000 calls; a call is logged when it has been answered or dropped."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=LIMIT)
        self.last = 0

    def next_seq(self) -> int:
        self.last += 1
        return self.last

    def add(self, entry: Json) -> None:
        """Keep an answered call."""
        self._entries.append(entry)

    def since(self, seq: int) -> list[Json]:
        return sorted((e for e in self._entries if e["seq"] > seq), key=lambda e: int(e["seq"]))

    def clear(self) -> None:
        self._entries.clear()
