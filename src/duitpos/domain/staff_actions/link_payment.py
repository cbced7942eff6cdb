"""Link a payment without an order to an order."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.business_day import recount_days_of
from duitpos.domain.orders.states import HELD, Because
from duitpos.domain.payments.settlement.ledger import queue_after_payment
from duitpos.domain.payments.settlement.release_order import why_not_released
from duitpos.domain.payments.settlement.settle import look_at_siblings
from duitpos.domain.staff_actions.serve_order import send_to_kitchen
from duitpos.kit.clock import business_date
from duitpos.models import LedgerEntry, Order, Payment


def link_payment(payment: Payment, order: Order, actor: Actor, at: datetime) -> None:
    """Link the payment in the caller's transaction.

    A held order goes to the kitchen; for any other, an Alert opens. Raises Conflict if the payment is linked already or
    being refunded.
    """
    location = order.location
    day = business_date(at, location.time_zone, location.day_closes_at)
    unlinked = Payment.objects.filter(
        tenant_id=payment.tenant_id, id=payment.id, order__isnull=True, refund_reserved_minor=0
    )
    if not unlinked.update(order_id=order.id, location_id=location.id, business_date=day):
        raise Conflict(Code.MONEY_LINKED_ALREADY)
    payment.order, payment.location, payment.business_date = order, location, day
    if not send_to_kitchen(order, payment, actor, at, HELD, Because.LINKED):
        open_payment_alert(payment, why_not_released(order), at)
    look_at_siblings(payment, at)
    _assign_ledger_to_day(payment, location.id, day)
    queue_after_payment(payment, at)


def _assign_ledger_to_day(payment: Payment, location_id: UUID, day: date) -> None:
    """Set location and business date of the payment's ledger rows.

    They had no location, so this changes no earlier day's sum, only today's.
    """
    rows = LedgerEntry.objects.filter(
        tenant_id=payment.tenant_id, payment_id=payment.id, location__isnull=True
    )
    rows.update(location_id=location_id, business_date=day)
    recount_days_of(payment)
