"""Pay is pressed for a cart that was sent before: the same cart at the same table for the same money gets its order."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from django.db import IntegrityError

from duitpos.domain.checkout.attempt import new_attempt
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.limits import count_start, refuse_busy_phone
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.results import AlreadyPaid, CheckoutResult, Lapsed
from duitpos.domain.checkout.resume import (
    end_attempts,
    end_earlier_attempt,
    open_attempts,
    resume,
    start_alone,
)
from duitpos.domain.checkout.start import refuse_without_time, room_for
from duitpos.domain.orders.advance import still_waits
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.cart import contents_hash, with_earlier
from duitpos.domain.orders.states import Because
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, OrderLine, Payment, Table
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import Mode


@dataclass(frozen=True, slots=True)
class OrderAnew:
    """It is another order, with a key of its own that is made from the first one's."""

    checkout: GuestCheckout


def continue_order(checkout: GuestCheckout, order: Order) -> CheckoutResult | OrderAnew:
    """Who knows the key holds the order's link, whatever cookie they have. An edited cart needs a key of its own.

    Raises what `checkout` raises.
    """
    if order.contents != contents_hash(checkout.cart):
        return checkout.changed("edited")
    if _is_another(checkout, order):
        return _order_anew(checkout, order)
    if order.is_test and takes_real_money(checkout.tenant.id):
        # Nobody is sent to a page for test money any more, not even to one that is open still (M64).
        return end_earlier_attempt(order) or checkout.changed("mode")
    if order.guest_token != checkout.guest_token:
        over = end_attempts(open_attempts(checkout.tenant, [checkout.guest_token], order.checkout_key))
        if over is not None:
            return over
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


def _is_another(checkout: GuestCheckout, order: Order) -> bool:
    """Whether the order is served elsewhere, or costs something else than the page said where Pay was pressed."""
    place = (order.location_id, order.table_id)
    costs_the_same = checkout.seen_total_minor in (None, order.total_minor)
    return place != (checkout.table.location_id, checkout.table.id) or not costs_the_same


def _order_anew(checkout: GuestCheckout, order: Order) -> AlreadyPaid | OrderAnew:
    """The same cart at another table, or at another price, is another order that replaces the first.

    Its key is made from the first one's, so that pressing twice is one order here, too. When the first one is paid, the
    guest sees that instead.
    """
    paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
    if paid.exists():
        return AlreadyPaid(order)
    key = key_at(order.checkout_key, checkout.table, checkout.seen_total_minor)
    cart = with_earlier(checkout.cart, order.checkout_key)
    return OrderAnew(replace(checkout, checkout_key=key, cart=cart))


def key_at(key: str, table: Table, total_minor: int | None) -> str:
    """The key of the cart of `key` at another table, or at another total in minor units: always the same one."""
    return hashlib.sha256(f"{key}:{table.id}:{total_minor}".encode()).hexdigest()


def _why_closed(order: Order) -> str:
    reasons = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    return (
        "lapsed"
        if reasons.values_list("cancel_reason", flat=True).get() in ("", Because.UNPAID)
        else "canceled"
    )


class _NoLongerWaits(Exception):
    """The order was canceled or paid while the processor was being asked."""


def _pay_again(checkout: GuestCheckout, order: Order, option: PayOption) -> CheckoutResult:
    """A new attempt for an order whose last one ended unpaid: a new row, so a new key at the processor."""
    if order.is_test != (option.mode == Mode.TEST):
        return checkout.changed("mode")
    with room_for(option.account_id):
        refuse_busy_phone(checkout.tenant, checkout.guest_token)
        phones = {checkout.guest_token, order.guest_token}
        others = open_attempts(checkout.tenant, phones, order.checkout_key, checkout.cart.earlier)
        over = end_attempts(others)
        if over is not None:
            return over
        if others:  # the processor was asked: what is offered now may be something else
            checkout = checkout.afresh()
            checkout.refuse_while_closed()
            checkout.refuse_switched_off(option)
        refuse_without_time()
        try:
            payment = _add_attempt(checkout, order, option)
        except (IntegrityError, _NoLongerWaits):
            # Another press made the live attempt (M4), or nothing is to be paid any more.
            answer = resume(order)
            return checkout.changed(_why_closed(order)) if isinstance(answer, Lapsed) else answer
        return start_alone(payment, order)


def _add_attempt(checkout: GuestCheckout, order: Order, option: PayOption) -> Payment:
    """The payment, unstarted. IntegrityError when the order has a live one; _NoLongerWaits."""
    lines = list(OrderLine.objects.filter(tenant=checkout.tenant, order=order).order_by("position"))

    def work() -> Payment:
        count_start(checkout.table, known=checkout.has_looked or not order.is_strangers)
        payment = new_attempt(checkout, order, lines, option, now())
        payment.save(force_insert=True)
        # Read after the row is there: staff may cancel, and late money may come, while the processor is asked (M63).
        paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
        if not still_waits(order) or paid.exists():
            raise _NoLongerWaits
        return payment

    return transact(work)
