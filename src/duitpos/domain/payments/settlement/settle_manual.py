"""Settle or end a payment whose money staff take: no processor has a say in it (decision 0021; M103 to M105)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.menus.sell import sell
from duitpos.domain.orders.advance import Actor, count_payment
from duitpos.domain.orders.receipt_number import number_receipt
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import HELD
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.schedule import CLOSE_UNPAID
from duitpos.domain.payments.settlement.ledger import book_payment
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import business_date
from duitpos.kit.facts import facts
from duitpos.models import Location, Membership, Order, Payment
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus


@dataclass(frozen=True, slots=True)
class Taken:
    """What staff took. `tendered_minor`: the cash handed over, in minor units; None where that is not asked."""

    member: Membership
    type_id: UUID
    account_id: UUID
    kind: str
    reference: str = ""
    tendered_minor: int | None = None


def settle_manual(payment: Payment, order: Order, location: Location, taken: Taken, at: datetime) -> bool:
    """Record the money of a `pending` manual payment, in the caller's transaction. False when it is too late.

    Too late: the attempt has ended, or another payment counts for the order; then the caller must roll back, and the
    money goes back over the counter. Lock order as in settle().
    """
    day = business_date(at, location.time_zone, location.day_closes_at)
    method = {"kind": taken.kind, "reference": taken.reference}
    if not advance_payment(
        payment,
        (PaymentStatus.PENDING,),
        PaymentStatus.SUCCEEDED,
        account_id=taken.account_id,
        payment_type_id=taken.type_id,
        moved_minor=payment.amount_minor,
        moved_currency=payment.currency,
        method={name: text for name, text in method.items() if text},
        settled_at=at,
        settled_via="staff",
        taken_by_id=taken.member.id,
        tendered_minor=taken.tendered_minor,
        paid_at=at,
        business_date=day,
        next_check_at=None,
    ):
        return False
    if release(order, payment, location, Actor("staff", taken.member), at, HELD):
        short = sell(order, location)
        if short:
            open_payment_alert(payment, AlertKind.SOLD_OUT_AFTER_PAYMENT, at, facts=short.facts())
    elif count_payment(order, payment):
        number_receipt(order, at)
    else:
        return False
    book_payment(payment, at, day)
    return True


def cancel_manual(payment: Payment, reason: Reason, at: datetime) -> bool:
    """End a manual attempt that nobody paid, in the caller's transaction; True for the one caller that did."""
    return advance_payment(
        payment,
        (PaymentStatus.PENDING,),
        PaymentStatus.CANCELED,
        ended_at=at,
        failure=facts(reason),
        # At this check the sweep closes the order if it is still held.
        next_check_at=at + CLOSE_UNPAID,
    )
