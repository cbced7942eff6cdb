"""Broken on purpose, in the doomed process: if no death shows it, the proof proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _without_transactions() -> None:
    """Every statement stands alone, as if nobody had thought of a transaction around settle."""
    from duitpos.domain.payments import ask, receive

    def work_alone(work: Callable[[], Any], tries: int = 6) -> Any:
        return work()

    ask.transact = work_alone  # type: ignore[assignment]
    receive.transact = work_alone  # type: ignore[assignment]


TWINS: dict[str, Callable[[], None]] = {"without transactions": _without_transactions}
