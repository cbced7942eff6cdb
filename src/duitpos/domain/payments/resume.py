"""What to do about an attempt that was made before: go on with it, end it, or say that it is paid."""

from __future__ import annotations

from dataclasses import dataclass

from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.ask import ask_and_settle, latest_of, may_ask
from duitpos.domain.payments.schedule import CLOSE_UNPAID
from duitpos.domain.payments.settle import Outcome as Told
from duitpos.domain.payments.start import start
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.base import ProcessorError
from duitpos.processors.registry import adapter

GUEST = Actor("return")


@dataclass(frozen=True, slots=True)
class GoToProcessor:
    """Send the guest to this page of the processor."""

    order: Order
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class AlreadyPaid:
    """Money for this order has arrived: show it."""

    order: Order


@dataclass(frozen=True, slots=True)
class DoNotPayAgain:
    """Money may be on its way: show the order's page, which says so."""

    order: Order


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nothing can be paid on it any more. `is_closed`: the order itself is over, too."""

    is_closed: bool


def resume(order: Order) -> GoToProcessor | AlreadyPaid | DoNotPayAgain | Lapsed:
    """The same cart, Pay pressed again. Asks the processor first: the guest may just have paid (M27 bounds it)."""
    payment = latest_of(order.id, order.tenant_id)
    if payment is None:
        return Lapsed(is_closed=order.status != HELD)
    if payment.status == PaymentStatus.CREATED and order.status == HELD:
        return GoToProcessor(order, start(payment), _label(payment))
    if payment.status == PaymentStatus.PENDING and may_ask(payment, now()):
        try:
            ask_and_settle(payment, GUEST)
        except (ProcessorError, Unavailable):
            return DoNotPayAgain(order)  # unknown: nothing new is started (M5)
    return _as_it_stands(order)


def _as_it_stands(order: Order) -> GoToProcessor | AlreadyPaid | DoNotPayAgain | Lapsed:
    payment = latest_of(order.id, order.tenant_id)
    status = (
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    paid = Payment.objects.filter(
        tenant_id=order.tenant_id, order_id=order.id, status=PaymentStatus.SUCCEEDED
    )
    if payment is None or paid.exists() or status not in (HELD, CANCELED):
        return AlreadyPaid(order)
    if payment.is_processing:
        return DoNotPayAgain(order)
    if payment.status == PaymentStatus.PENDING and status == HELD:
        return GoToProcessor(order, payment.redirect_url, _label(payment))
    return Lapsed(is_closed=status == CANCELED)


def end_earlier_attempt(order: Order) -> AlreadyPaid | DoNotPayAgain | None:
    """Expire the session of an order that is being replaced, before anything new is started (M3, M5). None: it is over.

    Paid meanwhile: it is settled and shown. Processing, or no answer: nothing new is started.
    """
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status not in LIVE_ATTEMPT:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    if payment.status == PaymentStatus.CREATED and _give_up(payment):
        return None
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status != PaymentStatus.PENDING:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    try:
        told = ask_and_settle(payment, GUEST, cancel=True)
    except (ProcessorError, Unavailable):
        return DoNotPayAgain(order)
    if told == Told.SETTLED:
        return AlreadyPaid(order)
    if told in (Told.PROCESSING, Told.STILL_OPEN):
        return DoNotPayAgain(order)
    paid = Payment.objects.filter(tenant_id=order.tenant_id, id=payment.id, status=PaymentStatus.SUCCEEDED)
    return AlreadyPaid(order) if paid.exists() else None


def _give_up(payment: Payment) -> bool:
    """No browser was ever sent to a `created` payment, so nobody can pay it: it may simply end (M7, M8)."""
    at = now()
    return transact(
        lambda: advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.CANCELED,
            ended_at=at,
            failure="replaced by a newer cart",
            next_check_at=at + CLOSE_UNPAID,
        )
    )


def _label(payment: Payment) -> str:
    return adapter(payment.account.processor).label
