"""End orders that wait at the counter when the trading day closes (M105)."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import advance, is_unpaid, still_unpaid
from duitpos.domain.orders.states import CANCELED, HELD, PLACED, Because
from duitpos.domain.payments.settlement.settle_manual import cancel_manual
from duitpos.domain.reasons import Reason
from duitpos.domain.sweep.unpaid_orders import SWEEP
from duitpos.kit.clock import business_date, day_bounds
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, Payment
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus


def end_at_close(payment: Payment, at: datetime) -> None:
    """End a manual attempt after its trading day, or one whose order is paid or canceled.

    A held order and one that nobody began to cook are canceled, and stock comes back. Food that was cooked stays listed
    under "Waiting for payment" until staff take the money or cancel it. Before the day's end the next check is then.
    """
    transact(lambda: _end(payment, at))


def _end(payment: Payment, at: datetime) -> None:
    order, location = payment.order, payment.location
    if order is None or location is None:
        return
    # Payment first, then the order, as settling locks them.
    row = Order.objects.get(tenant_id=order.tenant_id, id=order.id)
    if not is_unpaid(row):
        cancel_manual(payment, Reason.ORDER_ENDED, at)
        return
    day = business_date(payment.created_at, location.time_zone, location.day_closes_at)
    closes = day_bounds(day, location.time_zone, location.day_closes_at)[1]
    if at < closes or row.status not in (HELD, PLACED):
        pending = Payment.objects.filter(
            tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING
        )
        pending.update(next_check_at=closes if at < closes else None)
        return
    if not cancel_manual(payment, Reason.UNPAID_AT_CLOSE, at):
        return
    why = Because.UNPAID
    if advance(row, row.status, CANCELED, SWEEP, at, why, ended_at=at, cancel_reason=why):
        put_back(row)


def end_cooked_at_close(order: Order, location: Location, at: datetime) -> datetime | None:
    """End an order that went to the kitchen unpaid and has no attempt left, in the caller's transaction.

    Its guest opened a payment page instead, and left it. As `end_at_close`: after the trading day it is canceled unless
    somebody began to cook. Returns when to check again.
    """
    sent_at = order.placed_at or order.created_at
    day = business_date(sent_at, location.time_zone, location.day_closes_at)
    closes = day_bounds(day, location.time_zone, location.day_closes_at)[1]
    if at < closes:
        return closes
    # The guarded update first: a payment that staff record at this moment is seen, or finds the order canceled.
    if not still_unpaid(order) or _has_money(order):
        return None
    why = Because.UNPAID
    if advance(order, PLACED, CANCELED, SWEEP, at, why, ended_at=at, cancel_reason=why):
        put_back(order)
    return None


def _has_money(order: Order) -> bool:
    """Whether something of it is paid, or may be soon."""
    payments = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    return payments.filter(status__in=(PaymentStatus.SUCCEEDED, *LIVE_ATTEMPT)).exists()
