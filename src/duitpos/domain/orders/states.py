"""The allowed transitions of an order's status (docs/states.md)."""

from __future__ import annotations

from enum import StrEnum

from duitpos.models.order import OrderStatus

HELD = OrderStatus.HELD
PLACED = OrderStatus.PLACED
PREPARING = OrderStatus.PREPARING
READY = OrderStatus.READY
SERVED = OrderStatus.SERVED
CANCELED = OrderStatus.CANCELED

KITCHEN = (PLACED, PREPARING, READY)
"""On a kitchen board."""


SENT = (*KITCHEN, SERVED)
"""In the kitchen, or served."""


class Because(StrEnum):
    """The system's reasons for a transition. Staff type their own, which are stored in the same column."""

    UNPAID = "unpaid"
    REFUNDED = "refunded"
    TEST_ORDER = "test order"
    EARLIER_PAID = "an earlier version of it was paid"
    LINKED = "linked by staff"
    SERVED_AFTER_ALL = "served after all"


MOVES: dict[str, frozenset[str]] = {
    HELD: frozenset({PLACED, CANCELED}),
    PLACED: frozenset({PREPARING, CANCELED}),
    # One step back is the cook's undo.
    PREPARING: frozenset({READY, PLACED, CANCELED}),
    READY: frozenset({SERVED, PREPARING, CANCELED}),
    # Canceled only when nothing was paid for it.
    SERVED: frozenset({READY, CANCELED}),
    CANCELED: frozenset({PLACED}),
}


def may_move(from_status: str, to_status: str) -> bool:
    """Whether this transition is allowed."""
    return to_status in MOVES[from_status]
