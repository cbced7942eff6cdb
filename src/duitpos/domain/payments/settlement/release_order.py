"""Release the order of a succeeded payment, or open an Alert (docs/money-path.md: M16, M60, M64, M81, M108).

No rule rejects money that has moved: the payment is recorded first, and a problem opens an Alert with a next step.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.menus.sell import choices_sold_out, sell
from duitpos.domain.orders.advance import Actor, count_payment, still_waits
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.receipt_number import number_receipt
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.settlement.replaced_order import paid_instead
from duitpos.domain.tenancy.hours import is_open, takes_orders
from duitpos.kit.clock import business_date
from duitpos.kit.facts import Facts
from duitpos.models import Location, Order, OrderLine, Payment
from duitpos.models.alert import AlertKind
from duitpos.processors.snapshots import PaymentSnapshot

log = structlog.get_logger(__name__)
OVER_THE_DAY = timedelta(minutes=10)
"""A payment no older than this counts for today while the location is open, even if the trading day has changed."""


def order_after_money(
    payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime, *, late: bool
) -> None:
    """Release the order of a succeeded `payment`, or open an Alert, in the caller's transaction."""
    order, location = payment.order, payment.location
    if order is None or location is None:
        open_payment_alert(payment, AlertKind.UNKNOWN_PAYMENT, at)
        return
    wrong = _mismatch(payment, snapshot)
    if wrong:
        about = {"moved": payment.moved, "asked": payment.amount}
        open_payment_alert(payment, wrong, at, facts=about)
        return
    if count_payment(order, payment):
        number_receipt(order, at)
        # It was sent to the kitchen unpaid, so nothing is left to decide.
        return
    # Nobody cooks at a location that is closed for good (M108).
    if location.closed_at is not None or is_too_late_to_cook(location, _acted_at(payment, snapshot), at):
        kind = AlertKind.LATE_FOOD if still_waits(order) else why_not_released(order)
        open_payment_alert(payment, kind, at)
        return
    newer = paid_instead(order, actor, at) if late else None
    if newer is not None:
        open_payment_alert(payment, AlertKind.DUPLICATE_PAYMENT, at, facts={"newer": newer.label})
        return
    if not release(order, payment, location, actor, at, HELD):
        open_payment_alert(payment, why_not_released(order), at)
        return
    problem = _problem_of_a_released_order(order, location, at, late=late)
    if problem:
        kind, about = problem
        open_payment_alert(payment, kind, at, facts=about)


def _mismatch(payment: Payment, snapshot: PaymentSnapshot) -> str:
    if snapshot.is_live is not None and snapshot.is_live == payment.is_test:
        return AlertKind.MODE_DIFFERS
    # The payment started before the restaurant went live, and no board shows test orders now.
    if payment.is_test and takes_real_money(payment.tenant_id):
        return AlertKind.MODE_DIFFERS
    if snapshot.amount is None or snapshot.amount != payment.amount:
        return AlertKind.AMOUNT_DIFFERS
    return ""


def is_too_late_to_cook(location: Location, acted_at: datetime, at: datetime) -> bool:
    """Whether a payment is older than the location's limit, or of another trading day. Makes no query.

    The age counts from the guest's action (`acted_at`), because a bank may deliver the money a day later.
    """
    age = at - acted_at
    if age < timedelta(0):
        # One of the two clocks is wrong. The guest still gets the food.
        log.warning("paid_in_the_future", location=str(location.id), seconds=-int(age.total_seconds()))
        return False
    if age > timedelta(minutes=location.latest_to_cook):
        return True
    days = [business_date(when, location.time_zone, location.day_closes_at) for when in (acted_at, at)]
    return days[0] != days[1] and (age > OVER_THE_DAY or not is_open(location, at))


def _acted_at(payment: Payment, snapshot: PaymentSnapshot) -> datetime:
    known = [snapshot.acted_at, snapshot.paid_at, payment.processing_since]
    return min((when for when in known if when is not None), default=payment.created_at)


def why_not_released(order: Order) -> str:
    """Return the Alert kind for a failed release: the order is canceled, or another payment released it.

    Reads the status again.
    """
    status = (
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    return AlertKind.ORDER_CANCELED if status == CANCELED else AlertKind.DUPLICATE_PAYMENT


def _problem_of_a_released_order(
    order: Order, location: Location, at: datetime, *, late: bool
) -> tuple[str, Facts] | None:
    """Return the kind and facts of an Alert if staff must confirm something. The order is placed in any case."""
    short = sell(order, location) + choices_sold_out(order, location)
    if short:
        return AlertKind.SOLD_OUT_AFTER_PAYMENT, short.facts()
    if not takes_orders(location.tenant, location, at):
        lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).order_by("position")
        return AlertKind.PAID_WHILE_CLOSED, {
            "lines": [str(id_) for id_ in lines.values_list("id", flat=True)]
        }
    if late:
        return AlertKind.LATE_MONEY, {}
    return None
