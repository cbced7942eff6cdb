"""Release an order to the kitchen: once, with a number."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.number import draw_number
from duitpos.domain.orders.states import CANCELED, PLACED
from duitpos.kit.clock import business_date
from duitpos.kit.statements import update
from duitpos.models import Location, Order, Payment


def release(
    order: Order,
    payment: Payment,
    location: Location,
    actor: Actor,
    at: datetime,
    from_status: str,
    reason: str = "",
) -> bool:
    """`held` (or `canceled`, when staff serve it after all) -> `placed`, in the caller's transaction.

    True for the one caller that released it. `released_by` tells every other payment of the order that it is one too
    many (M16).
    """
    if from_status == CANCELED and _has_number(
        order
    ):  # it was placed before: the guest knows it by that number
        columns = {"released_by_id": payment.id, "ended_at": None, "cancel_reason": ""}
        return advance(order, from_status, PLACED, actor, at, reason, **columns)
    day = business_date(at, location.time_zone, location.day_closes_at)
    moved = advance(
        order,
        from_status,
        PLACED,
        actor,
        at,
        reason,
        released_by_id=payment.id,
        placed_at=at,
        business_date=day,
        ended_at=None,
        cancel_reason="",
    )
    if moved:
        order.number = draw_number(order.tenant_id, order.location_id, day, order.is_test)
        update(Order, {"number": order.number}, tenant_id=order.tenant_id, id=order.id)
    return moved


def _has_number(order: Order) -> bool:
    # Not from `order`: a try of this transaction that was rolled back may have left a number there.
    numbers = Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("number", flat=True)
    return numbers.get() is not None
