"""The only module that changes an order's status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from duitpos.domain.orders.states import CANCELED, HELD, KITCHEN, SENT, may_move
from duitpos.models import Membership, Order, OrderEvent, Payment

UNPAID = Q(status=HELD) | Q(status__in=SENT, released_by__isnull=True)
"""A condition on orders: it still waits for payment, held or in the kitchen already (decision 0021)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who moves it: guest, staff (with the member), webhook, return, sweep, button, policy."""

    kind: str
    member: Membership | None = None


def advance(
    order: Order,
    from_status: str,
    to_status: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    **columns: Any,
) -> bool:
    """Move an order in the caller's transaction. True for the one caller that moved it; the loser changes nothing.

    `columns` are further columns of the same guarded UPDATE. The row count decides, never what was read before.
    """
    if not may_move(from_status, to_status):
        raise ValueError(f"No order goes from {from_status} to {to_status}.")
    rows = Order.objects.filter(tenant_id=order.tenant_id, id=order.id, status=from_status)
    if to_status == CANCELED:
        columns |= _for_the_kitchen(from_status)
    if not rows.update(status=to_status, **columns):
        return False
    order.status = to_status
    for name, value in columns.items():
        setattr(order, name, value)
    OrderEvent.objects.create(
        tenant_id=order.tenant_id,
        order_id=order.id,
        at=at,
        actor=actor.kind,
        member=actor.member,
        from_status=from_status,
        to_status=to_status,
        reason=reason[:200],
    )
    return True


def _for_the_kitchen(from_status: str) -> dict[str, Any]:
    """What a canceled order says to the kitchen: a ticket on the board waits there until a cook takes note."""
    was_on_board = from_status in KITCHEN
    return {
        "canceled_from": from_status if was_on_board else "",
        "is_cancel_unread": was_on_board,
        "cancel_read_at": None,
        "cancel_read_by": None,
    }


def still_unpaid(order: Order) -> bool:
    """Whether the order can still be paid, held or sent unpaid, in the caller's transaction; as `still_waits`."""
    rows = Order.objects.filter(UNPAID, tenant_id=order.tenant_id, id=order.id)
    return rows.update(note=F("note")) == 1


def is_unpaid(order: Order) -> bool:
    """Whether the order can still be paid, as the row was read."""
    return order.status == HELD or order.is_cooked_unpaid


def count_payment(order: Order, payment: Payment) -> bool:
    """Have `payment` count for an order that went to the kitchen unpaid, in the caller's transaction.

    True for the one payment that does. Any other payment of the order is an extra one.
    """
    rows = Order.objects.filter(
        tenant_id=order.tenant_id, id=order.id, status__in=SENT, released_by__isnull=True
    )
    if not rows.update(released_by_id=payment.id):
        return False
    order.released_by_id = payment.id
    return True


def still_waits(order: Order) -> bool:
    """Whether the order still waits for payment, in the caller's transaction.

    A guarded update that changes nothing. A concurrent cancel commits either before it, and then this is False, or
    after it, and then it sees what this transaction wrote.
    """
    rows = Order.objects.filter(tenant_id=order.tenant_id, id=order.id, status=HELD)
    return rows.update(note=F("note")) == 1
