"""Continue an earlier payment attempt, end it, or report that it is paid (M3, M5, M7, M8, M27, M81)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q

from duitpos.domain.checkout.options import may_start_still
from duitpos.domain.checkout.results import (
    AlreadyPaid,
    AnotherIsPaid,
    DoNotPayAgain,
    GoToProcessor,
    Lapsed,
    PayAtCounter,
)
from duitpos.domain.checkout.start import start
from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.orders.advance import Actor, is_unpaid
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.schedule import CLOSE_UNPAID, is_past_our_end, is_surely_over
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, latest_of, may_fetch
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.domain.payments.settlement.settle_manual import cancel_manual
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, Tenant
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.payment_setup import MANUAL_KINDS
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter
from duitpos.processors.start import NextStep, next_step_from_json

GUEST = Actor("return")
"""Stored as "return" for whatever a guest's own request finds out: a return, a second press of Pay."""


Continued = GoToProcessor | AlreadyPaid | DoNotPayAgain | PayAtCounter | Lapsed


def resume(order: Order) -> Continued:
    """Continue the latest attempt when Pay is pressed again for the same cart.

    Fetches it from the processor first, because the guest may just have paid. `may_fetch` limits how often.
    """
    payment = latest_of(order.id, order.tenant_id)
    if payment is None:
        return Lapsed(is_closed=not is_unpaid(order))
    if payment.account.is_manual:
        return _current_result(order)
    if payment.status == PaymentStatus.CREATED and is_unpaid(order):
        if may_start_still(payment, now()):
            return start_alone(payment, order)
        _cancel_created(payment, Reason.MAY_NOT_START)
    if payment.status == PaymentStatus.PENDING and may_fetch(payment, now()):
        try:
            fetch_and_settle(payment, GUEST, cancel=is_past_our_end(payment, now()))
        except (ProcessorError, Unavailable):
            # The payment's state is unknown, so nothing new may be started.
            if not is_surely_over(payment, now()):
                return DoNotPayAgain(order)
    if payment.watched_until is not None and _may_be_paid_still(payment):
        return DoNotPayAgain(order)
    return _current_result(order)


def _may_be_paid_still(payment: Payment) -> bool:
    """Look at the page of an attempt that we ended: whether its money is on the way, or nobody knows."""
    if not may_fetch(payment, now()):
        return False
    try:
        return fetch_and_settle(payment, GUEST) == SettleResult.PROCESSING
    except (ProcessorError, Unavailable):
        return True


def _current_result(order: Order) -> Continued:
    payment = latest_of(order.id, order.tenant_id)
    row = Order.objects.get(tenant_id=order.tenant_id, id=order.id)
    paid = Payment.objects.filter(
        tenant_id=order.tenant_id, order_id=order.id, status=PaymentStatus.SUCCEEDED
    )
    if payment is None or paid.exists() or not (is_unpaid(row) or row.status == CANCELED):
        return AlreadyPaid(order)
    if payment.account.is_manual and payment.status == PaymentStatus.PENDING and is_unpaid(row):
        return PayAtCounter(order)
    if payment.is_processing:
        return DoNotPayAgain(order)
    if payment.status == PaymentStatus.PENDING and is_surely_over(payment, now()):
        return Lapsed(is_closed=True, is_unsure=True)
    if payment.status == PaymentStatus.PENDING and is_unpaid(row):
        return _end_competing(payment, order) or _go_on(
            order, payment, next_step_from_json(payment.next_step)
        )
    return Lapsed(is_closed=row.status == CANCELED)


def open_attempts(
    tenant: Tenant, phones: Collection[str], but_of: str, keys: Collection[str] = ()
) -> list[Payment]:
    """Return these phones' live attempts, newest first, except for the order with checkout key `but_of`.

    Includes the orders of `keys`, whichever phone sent them: they are earlier versions of the cart. Another order that
    waits at the counter is none: it was sent, and the next one comes beside it. Nor is one whose money is on its way
    for days, such as a bank transfer: it cannot be ended, and another cart is another order.
    """
    wanted = Q(order__guest_token__in=phones, processing_since__isnull=True)
    wanted &= ~Q(account__processor__in=MANUAL_KINDS)
    if keys:
        wanted |= Q(order__checkout_key__in=keys)
    rows = Payment.objects.filter(
        wanted,
        tenant=tenant,
        status__in=LIVE_ATTEMPT,
        account__tenant=tenant,
        order__tenant=tenant,
        order__status=HELD,
    )
    rows = rows.exclude(order__checkout_key=but_of).select_related("order")
    return sorted(rows, key=_creation_order, reverse=True)


def end_attempts(attempts: Iterable[Payment]) -> AlreadyPaid | DoNotPayAgain | None:
    """End all these attempts before anything new is started. None if all ended, else what to show the guest instead."""
    for attempt in attempts:
        blocking = end_earlier_attempt(attempt.order) if attempt.order is not None else None
        if blocking is not None:
            return blocking
    return None


def start_alone(payment: Payment, order: Order) -> GoToProcessor | AlreadyPaid | DoNotPayAgain:
    """Start a `created` attempt after ending its phone's others. Raises AnotherIsPaid and what `start` raises."""
    return _end_competing(payment, order) or _go_on(order, payment, start(payment))


def _go_on(order: Order, payment: Payment, step: NextStep | None) -> GoToProcessor | DoNotPayAgain:
    """Send the guest on. If the processor left nothing to do, its result is awaited on the order's page."""
    if step is None:
        return DoNotPayAgain(order)
    return GoToProcessor(order, step, adapter(payment.account.processor).label)


def _end_competing(payment: Payment, order: Order) -> AlreadyPaid | DoNotPayAgain | None:
    """End this phone's other live attempts. None if only `payment` is left. Raises AnotherIsPaid if a newer one exists.

    Two tabs may place orders concurrently. Each calls this after committing its rows, so at least one sees the other.
    The newest attempt by (created_at, id) stays, whichever request compares them, and the others end before the guest
    is sent to it.
    """
    at = now()
    others = [
        attempt
        for attempt in open_attempts(order.tenant, [order.guest_token], order.checkout_key)
        if not is_surely_over(attempt, at)
    ]
    if others and _creation_order(others[0]) > _creation_order(payment):
        blocking = end_earlier_attempt(order)
        if blocking is None:
            raise AnotherIsPaid(Code.ANOTHER_CART_PAID)
        return blocking
    blocking = end_attempts(others)
    if blocking is not None:
        end_earlier_attempt(order)
    return blocking


def _creation_order(payment: Payment) -> tuple[datetime, str]:
    return payment.created_at, str(payment.id)


def end_earlier_attempt(order: Order) -> AlreadyPaid | DoNotPayAgain | None:
    """Expire the order's session before anything new is started. None if its attempt has ended unpaid.

    One that the processor cannot end is ended here, so it blocks nothing: money that comes for it is late money.
    AlreadyPaid if it was paid meanwhile (it is settled here). DoNotPayAgain if it is processing, or if the processor
    does not answer: then nothing new may be started.
    """
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status not in LIVE_ATTEMPT:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    if payment.status == PaymentStatus.CREATED and _cancel_created(payment, Reason.REPLACED_BY_NEWER_CART):
        return None
    payment = latest_of(order.id, order.tenant_id)
    if payment is None or payment.status != PaymentStatus.PENDING:
        return AlreadyPaid(order) if payment and payment.status == PaymentStatus.SUCCEEDED else None
    if payment.account.is_manual:
        return _end_manual(payment, order)
    try:
        result = fetch_and_settle(payment, GUEST, cancel=True)
    except (ProcessorError, Unavailable):
        # A permanently refused key must not block guest and staff forever. A session that expired long ago cannot be
        # paid any more, so it blocks nothing.
        return None if is_surely_over(payment, now()) else DoNotPayAgain(order)
    if result == SettleResult.SETTLED:
        return AlreadyPaid(order)
    if result in (SettleResult.PROCESSING, SettleResult.STILL_OPEN):
        return DoNotPayAgain(order)
    paid = Payment.objects.filter(tenant_id=order.tenant_id, id=payment.id, status=PaymentStatus.SUCCEEDED)
    return AlreadyPaid(order) if paid.exists() else None


def _end_manual(payment: Payment, order: Order) -> AlreadyPaid | None:
    """Cancel an attempt that waits at the counter. AlreadyPaid if staff took its money first."""
    if transact(lambda: cancel_manual(payment, Reason.REPLACED_BY_NEWER_CART, now())):
        return None
    paid = Payment.objects.filter(tenant_id=order.tenant_id, order=order, status=PaymentStatus.SUCCEEDED)
    return AlreadyPaid(order) if paid.exists() else None


def _cancel_created(payment: Payment, reason: Reason) -> bool:
    """Cancel a `created` attempt; False if it has moved on. No guest was sent to its page, so none can pay it."""
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
