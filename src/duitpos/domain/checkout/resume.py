"""What to do about an attempt that was made before: go on with it, end it, or say that it is paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from duitpos.domain.checkout.options import may_start_still
from duitpos.domain.checkout.results import AlreadyPaid, AnotherIsPaid, DoNotPayAgain, GoToProcessor, Lapsed
from duitpos.domain.checkout.start import start
from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.schedule import CLOSE_UNPAID, is_surely_over
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, latest_of, may_fetch
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, Tenant
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.base import ProcessorError
from duitpos.processors.registry import adapter

GUEST = Actor("return")


def resume(order: Order) -> GoToProcessor | AlreadyPaid | DoNotPayAgain | Lapsed:
    """The same cart, Pay pressed again. Asks the processor first: the guest may just have paid (M27 bounds it)."""
    payment = latest_of(order.id, order.tenant_id)
    if payment is None:
        return Lapsed(is_closed=order.status != HELD)
    if payment.status == PaymentStatus.CREATED and order.status == HELD:
        if may_start_still(payment, now()):
            return start_alone(payment, order)
        _give_up(payment, Reason.MAY_NOT_START)
    if payment.status == PaymentStatus.PENDING and may_fetch(payment, now()):
        try:
            fetch_and_settle(payment, GUEST)
        except (ProcessorError, Unavailable):
            if not is_surely_over(payment, now()):
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
    if payment.status == PaymentStatus.PENDING and is_surely_over(payment, now()):
        return Lapsed(is_closed=True, is_unsure=True)
    if payment.status == PaymentStatus.PENDING and status == HELD:
        return _stand_alone(payment, order) or GoToProcessor(order, payment.redirect_url, _label(payment))
    return Lapsed(is_closed=status == CANCELED)


def open_attempts(
    tenant: Tenant, phones: Collection[str], but_of: str, keys: Collection[str] = ()
) -> list[Payment]:
    """What these phones could still pay, newest first, besides the order of the checkout key `but_of`.

    Also the orders of `keys`, whichever phone sent them: the cart was theirs before it was edited.
    """
    theirs = Q(order__guest_token__in=phones)
    if keys:
        theirs |= Q(order__checkout_key__in=keys)
    rows = Payment.objects.filter(
        theirs, tenant=tenant, status__in=LIVE_ATTEMPT, order__tenant=tenant, order__status=HELD
    )
    rows = rows.exclude(order__checkout_key=but_of).select_related("order")
    return sorted(rows, key=_age, reverse=True)


def end_attempts(attempts: Iterable[Payment]) -> AlreadyPaid | DoNotPayAgain | None:
    """End them all before anything new is started. None: they are over; else what the guest must see instead."""
    for attempt in attempts:
        over = end_earlier_attempt(attempt.order) if attempt.order is not None else None
        if over is not None:
            return over
    return None


def start_alone(payment: Payment, order: Order) -> GoToProcessor | AlreadyPaid | DoNotPayAgain:
    """Start a `created` attempt as the only one of its phone that can be paid. Raises what `start` raises, and
    AnotherIsPaid."""
    return _stand_alone(payment, order) or GoToProcessor(order, start(payment), _label(payment))


def _stand_alone(payment: Payment, order: Order) -> AlreadyPaid | DoNotPayAgain | None:
    """Two tabs may each have placed an order before either saw the other's. None: this attempt is the only one now.

    Both look after their rows are there, so that one of them sees the other at least. The attempt that was made last
    stays, by (created_at, id), whoever looks; the others are ended before anybody is sent to this one.
    """
    at = now()
    others = [
        attempt
        for attempt in open_attempts(order.tenant, [order.guest_token], order.checkout_key)
        if not is_surely_over(attempt, at)
    ]
    if others and _age(others[0]) > _age(payment):
        over = end_earlier_attempt(order)
        if over is None:
            raise AnotherIsPaid(Code.ANOTHER_CART_PAID)
        return over
    over = end_attempts(others)
    if over is not None:
        end_earlier_attempt(order)
    return over


def _age(payment: Payment) -> tuple[datetime, str]:
    return payment.created_at, str(payment.id)


def end_earlier_attempt(order: Order) -> AlreadyPaid | DoNotPayAgain | None:
    """Expire the session of an order that is being replaced, before anything new is started (M3, M5). None: it is over.

    Paid meanwhile: it is settled and shown. Processing, or no answer: nothing new is started.
    """
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status not in LIVE_ATTEMPT:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    if payment.status == PaymentStatus.CREATED and _give_up(payment, Reason.REPLACED_BY_NEWER_CART):
        return None
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status != PaymentStatus.PENDING:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    try:
        result = fetch_and_settle(payment, GUEST, cancel=True)
    except (ProcessorError, Unavailable):
        # A key that is dead for good must not block guest and staff for good: what cannot be paid newly is in no way.
        return None if is_surely_over(payment, now()) else DoNotPayAgain(order)
    if result == SettleResult.SETTLED:
        return AlreadyPaid(order)
    if result in (SettleResult.PROCESSING, SettleResult.STILL_OPEN):
        return DoNotPayAgain(order)
    paid = Payment.objects.filter(tenant_id=order.tenant_id, id=payment.id, status=PaymentStatus.SUCCEEDED)
    return AlreadyPaid(order) if paid.exists() else None


def _give_up(payment: Payment, reason: Reason) -> bool:
    """No browser was ever sent to a `created` payment, so nobody can pay it: it may simply end (M7, M8)."""
    at = now()
    return transact(
        lambda: advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.CANCELED,
            ended_at=at,
            failure=facts(reason),
            next_check_at=at + CLOSE_UNPAID,
        )
    )


def _label(payment: Payment) -> str:
    return adapter(payment.account.processor).label
