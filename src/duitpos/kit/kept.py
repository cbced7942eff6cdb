"""Values that a process keeps in its memory, without the copy that Django's caches make of each for every use."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from duitpos.kit.clock import now

V = TypeVar("V")


class Kept(Generic[V]):
    """At most `most` values, each for `seconds`; the one that was not used for longest is dropped. Safe for threads."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._values: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> V | None:
        """The value, or None if it is too old or was dropped."""
        with self._lock:
            until, value = self._values.get(key, (0.0, None))
            if value is None or until < now().timestamp():
                return None
            self._values.move_to_end(key)
            return value

    def set(self, key: str, value: V) -> None:
        """Keep the value in place of any other with this key."""
        with self._lock:
            self._values[key] = (now().timestamp() + self._seconds, value)
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def forget(self, key: str) -> None:
        """Keep nothing under this key."""
        with self._lock:
            self._values.pop(key, None)
