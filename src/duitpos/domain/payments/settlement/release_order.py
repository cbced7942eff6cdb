"""Where money leaves the order: the first table of docs/money-path.md, row by row.

Money never bounces off a rule. It is recorded first; what is wrong opens an Alert with a next step.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.menus.sell import sell
from duitpos.domain.orders.advance import Actor, still_waits
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.settlement.lateness import is_too_late_to_cook
from duitpos.domain.tenancy.hours import is_open
from duitpos.models import Location, Order, Payment
from duitpos.models.alert import AlertKind
from duitpos.processors.base import PaymentSnapshot


def order_after_money(
    payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime, *, late: bool
) -> None:
    """Do what the order does now that `payment` succeeded, in the caller's transaction."""
    order, location = payment.order, payment.location
    if order is None or location is None:
        open_payment_alert(payment, AlertKind.UNKNOWN_PAYMENT, at)
        return
    wrong = _mismatch(payment, snapshot)
    if wrong:
        open_payment_alert(payment, wrong, at, detail=_difference(payment))
        return
    if is_too_late_to_cook(payment, snapshot, location, at):
        kind = AlertKind.LATE_FOOD if still_waits(order) else why_not_released(order)
        open_payment_alert(payment, kind, at)
        return
    if not release(order, payment, location, actor, at, HELD):
        open_payment_alert(payment, why_not_released(order), at)
        return
    problem = _problem_of_a_released_order(order, location, at, late=late)
    if problem:
        kind, detail = problem
        open_payment_alert(payment, kind, at, detail=detail)


def _mismatch(payment: Payment, snapshot: PaymentSnapshot) -> str:
    if snapshot.is_live == payment.is_test:
        return AlertKind.MODE_DIFFERS
    if payment.is_test and takes_real_money(payment.tenant_id):
        return AlertKind.MODE_DIFFERS  # begun before the restaurant went live: no board would show it (M64)
    if snapshot.amount is None or snapshot.amount != payment.amount:
        return AlertKind.AMOUNT_DIFFERS
    return ""


def _difference(payment: Payment) -> str:
    if payment.moved == payment.amount:
        return _("%(moved)s moved.") % {"moved": payment.moved}
    return _("%(moved)s moved, %(asked)s was asked for.") % {"moved": payment.moved, "asked": payment.amount}


def why_not_released(order: Order) -> str:
    """The release lost its guard: canceled meanwhile, or released by another payment (M16). Read afresh here."""
    status = (
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    return AlertKind.ORDER_CANCELED if status == CANCELED else AlertKind.DUPLICATE_PAYMENT


def _problem_of_a_released_order(
    order: Order, location: Location, at: datetime, *, late: bool
) -> tuple[str, str] | None:
    """It is placed in any case; what the restaurant must confirm opens an Alert."""
    short = sell(order, location)
    if short:
        return AlertKind.SOLD_OUT_AFTER_PAYMENT, ", ".join(short)
    if not is_open(location, at):
        return AlertKind.PAID_WHILE_CLOSED, ""
    if late:
        return AlertKind.LATE_MONEY, ""
    return None
