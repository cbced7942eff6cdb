"""Of an order and those that replaced it, only one reaches the kitchen without being asked for (M81)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.advance import Actor, advance, still_waits
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.models import Order, Payment
from duitpos.models.payment import LIVE_ATTEMPT


def paid_instead(order: Order, actor: Actor, at: datetime) -> Order | None:
    """Return the order that was paid instead of this one; None when late money may release this one.

    An edited cart replaces its order, whose page may be one that the processor cannot close. The first of them that is
    paid counts: replacements that still wait are canceled here, in the caller's transaction, and their pages are ended
    next. Locks the oldest order first, so that concurrent calls cannot wait for each other.
    """
    if not still_waits(order):
        return None
    older: list[UUID] = [order.id]
    while older:
        rows = Order.objects.filter(tenant_id=order.tenant_id, replaces_id__in=older).order_by(
            "created_at", "id"
        )
        newer = list(rows)
        for row in newer:
            if not _cancel(row, actor, at) and _was_paid(row):
                return row
        older = [row.id for row in newer]
    return None


def _cancel(order: Order, actor: Actor, at: datetime) -> bool:
    why = Because.EARLIER_PAID
    if not advance(order, HELD, CANCELED, actor, at, why, ended_at=at, cancel_reason=why):
        return False
    live = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id, status__in=LIVE_ATTEMPT)
    live.update(next_check_at=at)
    return True


def _was_paid(order: Order) -> bool:
    """Read again, since a concurrent payment may just have released it."""
    rows = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    order.number = rows.values_list("number", flat=True).get()
    return rows.filter(Q(released_by__isnull=False) | ~Q(status__in=(HELD, CANCELED))).exists()
