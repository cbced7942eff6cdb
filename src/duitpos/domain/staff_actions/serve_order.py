"""Send an order to the kitchen on a staff request, and take its stock as after a payment."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.menus.sell import Short, sell
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.business_day import recount_days_of
from duitpos.domain.orders.release import release
from duitpos.models import Order, Payment
from duitpos.models.alert import AlertKind


def send_to_kitchen(
    order: Order, payment: Payment, actor: Actor, at: datetime, from_status: str, reason: str
) -> bool:
    """Release the order for `payment` and take limited stock, in the caller's transaction.

    False if a concurrent request moved the order first.
    """
    # An order that was placed and then canceled may still have its stock taken.
    taken = Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("stock_taken", flat=True)
    is_taken = bool(taken.get())
    counted = Payment.objects.filter(tenant_id=order.tenant_id, released=order).exclude(id=payment.id).first()
    if not release(order, payment, order.location, actor, at, from_status, reason):
        return False
    # Its money was booked as matched with no order; what counted before, such as on another day, does no longer.
    recount_days_of(payment)
    if counted is not None:
        recount_days_of(counted)
    short = Short() if is_taken else sell(order, order.location)
    if short:
        open_payment_alert(payment, AlertKind.SOLD_OUT_AFTER_PAYMENT, at, facts=short.facts())
    return True
