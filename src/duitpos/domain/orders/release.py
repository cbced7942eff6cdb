"""Release an order to the kitchen: once, with a number (M16, M33).

Numbers are 1, 2, 3 … per location and trading day; test orders have a series of their own.
"""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.business_day import Day, draw_number
from duitpos.domain.orders.receipt_number import number_receipt
from duitpos.domain.orders.states import CANCELED, PLACED
from duitpos.kit.clock import business_date
from duitpos.models import Location, Order, Payment


def release(
    order: Order,
    payment: Payment | None,
    location: Location,
    actor: Actor,
    at: datetime,
    from_status: str,
    reason: str = "",
) -> bool:
    """`held` (or `canceled`, when staff serve it after all) -> `placed`, in the caller's transaction.

    True for the one caller that released it. `released_by` marks any other payment of the order as an extra one;
    without a `payment` the order goes to the kitchen unpaid, and the first payment counts (`count_payment`).
    """
    # It was placed before, so the guest already knows its number.
    if from_status == CANCELED and _has_number(order):
        columns = {"released_by_id": payment and payment.id, "ended_at": None, "cancel_reason": ""}
        moved = advance(order, from_status, PLACED, actor, at, reason, **columns)
        if moved and payment is not None:
            number_receipt(order, at)
        return moved
    day = business_date(at, location.time_zone, location.day_closes_at)
    moved = advance(
        order,
        from_status,
        PLACED,
        actor,
        at,
        reason,
        released_by_id=payment and payment.id,
        placed_at=at,
        business_date=day,
        ended_at=None,
        cancel_reason="",
    )
    if moved:
        order.number = draw_number(Day(order.tenant_id, order.location_id, day, order.is_test))
        rows = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
        rows.update(number=order.number)
        if payment is not None:
            number_receipt(order, at)
    return moved


def _has_number(order: Order) -> bool:
    # Not from `order`: a rolled-back try of this transaction may have set a number there.
    numbers = Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("number", flat=True)
    return numbers.get() is not None
