"""The sandbox's clock, which tests can move."""

import time


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self) -> None:
        self.offset = 0

    def now(self) -> int:
        """Epoch seconds."""
        return int(self.exact())

    def exact(self) -> float:
        return time.time() + self.offset
