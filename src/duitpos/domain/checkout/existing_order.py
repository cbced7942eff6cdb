"""Pay is pressed for a cart that already has an order (M4, M63, M64).

The same cart at the same table for the same total continues that order.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from django.db import IntegrityError

from duitpos.domain.checkout.attempt import insert_attempt, new_attempt
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.limits import count_start, refuse_busy_phone
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.results import AlreadyPaid, CheckoutResult, Lapsed, PayAtCounter
from duitpos.domain.checkout.resume import (
    end_attempts,
    end_earlier_attempt,
    open_attempts,
    resume,
    start_alone,
)
from duitpos.domain.checkout.send_unpaid import prepare_unpaid, send_to_kitchen_unpaid
from duitpos.domain.checkout.start import refuse_without_time, room_for
from duitpos.domain.orders.advance import still_unpaid
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.cart import contents_hash, with_earlier
from duitpos.domain.orders.states import Because
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, OrderLine, Payment, Table
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus


@dataclass(frozen=True, slots=True)
class OrderAnew:
    """The cart needs a new order, under a key that is derived from the first order's key."""

    checkout: GuestCheckout


def continue_order(checkout: GuestCheckout, order: Order) -> CheckoutResult | OrderAnew:
    """Continue the order of the checkout key. An edited cart needs a new key.

    The key alone gives access, whatever the guest's cookie. Raises what `checkout` raises.
    """
    if order.contents != contents_hash(checkout.cart):
        return checkout.changed("edited")
    if _is_another(checkout, order):
        return _order_anew(checkout, order)
    if order.is_test and takes_real_money(checkout.tenant.id):
        # With a live account in use, no guest is sent to a test session, not even to one that is still open.
        return end_earlier_attempt(order) or checkout.changed("mode")
    if order.guest_token != checkout.guest_token:
        blocking = end_attempts(open_attempts(checkout.tenant, [checkout.guest_token], order.checkout_key))
        if blocking is not None:
            return blocking
    other_way = _end_other_way(checkout, order)
    if other_way is not None:
        return other_way
    answer = resume(order)
    if not isinstance(answer, Lapsed):
        return answer
    checkout = checkout.afresh()
    if answer.is_closed:
        return checkout.changed("unsure" if answer.is_unsure else _why_closed(order))
    if checkout.quote.changes or checkout.quote.totals.total_minor != order.total_minor:
        return checkout.changed("lapsed")
    checkout.refuse_while_closed()
    return _pay_again(checkout, order, checkout.choose_option())


def _end_other_way(checkout: GuestCheckout, order: Order) -> CheckoutResult | None:
    """End the order's attempt if the guest now chose to pay staff instead of online, or the other way round."""
    if checkout.payment_type_id is None:
        return None
    live = Payment.objects.filter(tenant=checkout.tenant, order=order, status__in=LIVE_ATTEMPT)
    payment = live.select_related("account").first()
    if payment is None or payment.account.is_manual == checkout.wants_counter:
        return None
    return end_earlier_attempt(order)


def _is_another(checkout: GuestCheckout, order: Order) -> bool:
    """Whether the order is for another table, or its total differs from the one shown where Pay was pressed."""
    place = (order.location_id, order.table_id)
    costs_the_same = checkout.seen_total_minor in (None, order.total_minor)
    return place != (checkout.table.location_id, checkout.table.id) or not costs_the_same


def _order_anew(checkout: GuestCheckout, order: Order) -> AlreadyPaid | OrderAnew:
    """Replace the order: the same cart at another table or at another total is a new order.

    The new key is derived from the first one, so pressing twice still makes one order. If the first order is paid, the
    guest sees that order instead.
    """
    paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
    if paid.exists():
        return AlreadyPaid(order)
    key = key_at(order.checkout_key, checkout.table, checkout.seen_total_minor)
    cart = with_earlier(checkout.cart, order.checkout_key)
    return OrderAnew(replace(checkout, checkout_key=key, cart=cart))


def key_at(key: str, table: Table, total_minor: int | None) -> str:
    """Derive the key for the same cart at another table or total (minor units). Same arguments, same key."""
    return hashlib.sha256(f"{key}:{table.id}:{total_minor}".encode()).hexdigest()


def _why_closed(order: Order) -> str:
    reasons = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    return (
        "lapsed"
        if reasons.values_list("cancel_reason", flat=True).get() in ("", Because.UNPAID)
        else "canceled"
    )


class _NoLongerWaits(Exception):
    """The order was canceled or paid during the calls to the processor."""


def _pay_again(checkout: GuestCheckout, order: Order, option: PayOption) -> CheckoutResult:
    """Add an attempt to an order whose last attempt ended unpaid: a new row, so a new idempotency key."""
    if order.is_test != option.is_test:
        return checkout.changed("mode")
    with room_for(option.account_id):
        refuse_busy_phone(checkout.tenant, checkout.guest_token)
        phones = {checkout.guest_token, order.guest_token}
        others = open_attempts(checkout.tenant, phones, order.checkout_key, checkout.cart.earlier)
        blocking = end_attempts(others)
        if blocking is not None:
            return blocking
        # Ending them took time: the restaurant may have closed, or switched the payment type off.
        if others:
            checkout = checkout.afresh()
            checkout.refuse_while_closed()
            checkout.refuse_switched_off(option)
        refuse_without_time()
        try:
            payment = _add_attempt(checkout, order, option)
            if option.is_manual:
                return PayAtCounter(order)
        except (IntegrityError, _NoLongerWaits):
            # A concurrent request made the live attempt, or the order no longer waits for payment.
            answer = resume(order)
            return checkout.changed(_why_closed(order)) if isinstance(answer, Lapsed) else answer
        return start_alone(payment, order)


def _add_attempt(checkout: GuestCheckout, order: Order, option: PayOption) -> Payment:
    """Insert a `created` payment. Raises IntegrityError if the order has a live one, and _NoLongerWaits."""
    lines = list(OrderLine.objects.filter(tenant=checkout.tenant, order=order).order_by("position"))

    def work() -> Payment:
        known = checkout.has_looked or not order.is_unknown_phone
        count_start(checkout.table, known=known)
        if option.is_manual:
            prepare_unpaid(option, checkout.table, known=known)
        payment = new_attempt(checkout, order, lines, option, now())
        insert_attempt(payment)
        # Check after the insert: staff may have canceled the order, or a late payment may have arrived, during the
        # calls to the processor.
        paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
        if not still_unpaid(order) or paid.exists():
            raise _NoLongerWaits
        if option.is_manual:
            send_to_kitchen_unpaid(order, checkout.table.location, payment.created_at)
        return payment

    return transact(work)
