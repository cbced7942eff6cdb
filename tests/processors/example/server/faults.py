"""Faults that control asks for: answers that get lost, come late or are errors."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from .errors import Refusal
from .messages import Json, Request, pattern


class FaultKind(StrEnum):
    """drop: the connection closes without an answer. hang: the answer comes late. status: an error instead."""

    DROP = "drop"
    HANG = "hang"
    STATUS = "status"


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests with this path (** is any) and method ("" is any).

    `takes_effect` says whether the call is carried out although its answer is lost or is an error.
    """

    kind: FaultKind
    path: str
    method: str
    times: int
    seconds: float
    status: int
    takes_effect: bool

    @classmethod
    def from_plain(cls, plain: Json) -> Fault:
        """Refusal CONTROL_INVALID for a kind or status that does not exist."""
        kinds = [kind.value for kind in FaultKind]
        status = plain.get("status", 500)
        if plain.get("kind") not in kinds or status not in (429, 500, 502, 503):
            raise Refusal(400, "CONTROL_INVALID")
        kind = FaultKind(plain["kind"])
        return cls(
            kind=kind,
            path=plain.get("path") or "**",
            method=plain.get("method", ""),
            times=plain.get("times", 1),
            seconds=plain.get("seconds", 0),
            status=status,
            takes_effect=plain.get("takes_effect", kind is not FaultKind.STATUS),
        )

    def matches(self, request: Request) -> bool:
        fits = pattern(self.path).fullmatch(request.path) is not None
        return fits and self.method in ("", request.method)


class Faults:
    """The faults that are still to happen, in the order in which control asked for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, request: Request) -> Fault | None:
        """The fault of this request, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(request):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None

    def left(self) -> int:
        """How many requests will still meet a fault."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
