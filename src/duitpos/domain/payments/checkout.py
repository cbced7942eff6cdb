"""A guest presses Pay: one cart is one order, however often and however fast it is pressed (M3, M4, M5)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.orders.cart import Cart, digest
from duitpos.domain.orders.place import Placing, place
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.quote import quote
from duitpos.domain.payments.attempt import new_attempt
from duitpos.domain.payments.limits import refuse_too_many
from duitpos.domain.payments.options import PayOption, pay_options
from duitpos.domain.payments.resume import (
    AlreadyPaid,
    DoNotPayAgain,
    GoToProcessor,
    Lapsed,
    end_attempts,
    open_attempts,
    resume,
    start_alone,
)
from duitpos.domain.payments.start import refuse_without_time
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Order, OrderLine, Payment, Table, Tenant
from duitpos.models.payment_setup import Mode


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What the guest sent. `seen_total_minor` is the total on the page where Pay was pressed."""

    tenant: Tenant
    table: Table
    guest_token: str
    checkout_key: str
    cart: Cart
    seen_total_minor: int | None
    payment_type_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """Not what the guest saw: show the quote, say why (price, edited, lapsed, unsure), ask again under `new_key`."""

    quote: Quote
    new_key: str
    why: str


Outcome = GoToProcessor | AlreadyPaid | DoNotPayAgain | Changed


class OrderAtCounter(Conflict):
    """Nothing to pay with online, or nothing to pay. The cart is kept."""


class BelowMinimum(Invalid):
    """The processor takes no amount this small."""

    def __init__(self, minimum: Money, locale: str) -> None:
        amount = minimum.format(locale)
        super().__init__(
            _(
                "Online payment starts at %(amount)s. Add something, or order at the counter. Your cart is kept."
            )
            % {"amount": amount}
        )
        self.minimum = minimum


class NotTakingOrders(Conflict):
    """Closed or paused. The cart is kept."""


def checkout(ask: CheckoutRequest) -> Outcome:
    """From a cart to a page to pay on.

    Raises NotTakingOrders, TooMany, OrderAtCounter, BelowMinimum, AnotherIsPaid (in another tab), StartRefused (the
    processor refuses us) and Unavailable (it does not answer); all of them keep the cart, and none leaves anything
    payable behind unseen.
    """
    with within():  # the ending of earlier attempts and the start, in all (M29)
        return _checkout(ask)


def _checkout(ask: CheckoutRequest) -> Outcome:
    tenant, location = ask.tenant, ask.table.location
    existing = Order.objects.filter(tenant=tenant, checkout_key=ask.checkout_key).first()
    if existing is not None:
        return _again(ask, existing)
    _refuse_while_closed(ask)
    refuse_too_many(ask.table, ask.guest_token)
    priced = quote(tenant, location, ask.cart)
    if priced.changes or not priced.lines or priced.totals.total_minor != ask.seen_total_minor:
        return Changed(priced, ask.checkout_key, "price")
    option = _choose(ask, priced)
    # One of this key was made this moment by a twin of this press: it is not another order.
    earlier = open_attempts(tenant, ask.guest_token, but_of=ask.checkout_key)
    over = end_attempts(earlier)
    if over is not None:
        return over
    refuse_without_time()
    return _place_and_start(ask, priced, option, earlier[0].order if earlier else None)


def _place_and_start(
    ask: CheckoutRequest, priced: Quote, option: PayOption, earlier: Order | None
) -> Outcome:
    tenant, location = ask.tenant, ask.table.location

    def work() -> Payment:
        at = now()
        order = place(
            Placing(
                tenant=tenant,
                location=location,
                table=ask.table,
                guest_token=ask.guest_token,
                checkout_key=ask.checkout_key,
                contents=digest(ask.cart),
                note=ask.cart.note,
                quote=priced,
                is_test=option.mode == Mode.TEST,
                replaces=earlier,
                at=at,
            )
        )
        payment = new_attempt(tenant, location, order, priced.lines, option, at)
        payment.save(force_insert=True)
        return payment

    try:
        payment = transact(work)
    except IntegrityError:
        # A twin of this request was faster; it made the order, and this one is a second press of the same button.
        twin = Order.objects.filter(tenant=tenant, checkout_key=ask.checkout_key).first()
        if twin is None:
            raise
        return _again(ask, twin)
    assert payment.order is not None  # noqa: S101 - made above
    return start_alone(payment, payment.order)


def _again(ask: CheckoutRequest, order: Order) -> Outcome:
    """The key made an order before. The same cart gets that order; another cart needs a key of its own (M3)."""
    tenant, location = ask.tenant, ask.table.location
    if order.guest_token != ask.guest_token or order.contents != digest(ask.cart):
        return Changed(quote(tenant, location, ask.cart), secret_token(), "edited")
    answer = resume(order)
    if not isinstance(answer, Lapsed):
        return answer
    priced = quote(tenant, location, ask.cart)
    if answer.is_closed or priced.changes or priced.totals.total_minor != order.total_minor:
        return Changed(priced, secret_token(), "unsure" if answer.is_unsure else "lapsed")
    _refuse_while_closed(ask)
    return _retry(ask, order, _choose(ask, priced))


def _retry(ask: CheckoutRequest, order: Order, option: PayOption) -> Outcome:
    """A new attempt for an order whose last one ended unpaid: a new row, so a new key."""
    if order.is_test != (option.mode == Mode.TEST):
        return Changed(quote(ask.tenant, ask.table.location, ask.cart), secret_token(), "lapsed")
    refuse_too_many(ask.table, ask.guest_token)
    over = end_attempts(open_attempts(ask.tenant, ask.guest_token, but_of=order.checkout_key))
    if over is not None:
        return over
    lines = list(OrderLine.objects.filter(tenant=ask.tenant, order=order).order_by("position"))

    def work() -> Payment:
        payment = new_attempt(ask.tenant, ask.table.location, order, lines, option, now())
        payment.save(force_insert=True)
        return payment

    try:
        payment = transact(work)
    except IntegrityError:  # a twin made the live attempt (M4)
        answer = resume(order)
        if isinstance(answer, Lapsed):  # and it is over already
            return Changed(quote(ask.tenant, ask.table.location, ask.cart), secret_token(), "lapsed")
        return answer
    return start_alone(payment, order)


def _refuse_while_closed(ask: CheckoutRequest) -> None:
    if not takes_orders(ask.tenant, ask.table.location, now()):
        raise NotTakingOrders(_("This restaurant is not taking orders right now. Your cart is kept."))


def _choose(ask: CheckoutRequest, priced: Quote) -> PayOption:
    options = pay_options(ask.tenant, ask.table.location)
    if not options:
        raise OrderAtCounter(
            _("Online payment is not available here. Please order at the counter; your cart is kept.")
        )
    if priced.totals.total_minor == 0:
        raise OrderAtCounter(_("There is nothing to pay for this order. Please order it at the counter."))
    option = next((one for one in options if ask.payment_type_id in (None, one.payment_type_id)), None)
    if option is None:
        raise Conflict(_("That way to pay was just switched off. Please choose another; your cart is kept."))
    if priced.totals.total_minor < option.minimum_minor:
        raise BelowMinimum(Money(option.minimum_minor, option.currency), ask.table.location.locale)
    return option
