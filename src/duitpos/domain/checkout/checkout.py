"""A guest presses Pay: one cart is one order, however often and however fast it is pressed (M3, M4, M5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from duitpos.domain.checkout.attempt import new_attempt
from duitpos.domain.checkout.limits import count_start, is_known, refuse_busy_phone
from duitpos.domain.checkout.options import PayOption, is_in_use, pay_options
from duitpos.domain.checkout.resume import (
    AlreadyPaid,
    DoNotPayAgain,
    GoToProcessor,
    Lapsed,
    end_attempts,
    end_earlier_attempt,
    open_attempts,
    resume,
    start_alone,
)
from duitpos.domain.checkout.start import refuse_without_time, room_for
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.orders.advance import still_waits
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.orders.cart import Cart, contents_hash, with_earlier
from duitpos.domain.orders.paid_before import take_out_paid
from duitpos.domain.orders.place import Placing, place
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.quote import quote
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Order, OrderLine, Payment, Table, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import Mode


@dataclass(frozen=True, slots=True)
class GuestCheckout:
    """What the guest sent. `seen_total_minor` is the total on the page where Pay was pressed."""

    tenant: Tenant
    table: Table
    guest_token: str
    checkout_key: str
    cart: Cart
    seen_total_minor: int | None
    payment_type_id: UUID | None = None
    has_looked: bool = False
    """The phone has a cookie of ours that says that it looked at the menu."""
    language: str = "en"
    """What the guest reads."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Not what the guest saw: show the quote of `cart`, say why, ask again under `new_key`.

    `why`: price, edited, lapsed, unsure, canceled (by staff), mode (test or real money) or paid (some of it).
    """

    quote: Quote
    cart: Cart
    new_key: str
    why: str


CheckoutResult = GoToProcessor | AlreadyPaid | DoNotPayAgain | Changed


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


def checkout(checkout: GuestCheckout) -> CheckoutResult:
    """From a cart to a page to pay on.

    Raises Gone (the table's code), NotTakingOrders, TooMany, OrderAtCounter, BelowMinimum, AnotherIsPaid (in another
    tab), StartRefused (the processor refuses us) and Unavailable (it does not answer); all of them keep the cart, and
    none leaves anything payable behind unseen.
    """
    with within():  # the ending of earlier attempts and the start, in all (M29)
        return _checkout(checkout)


def _checkout(checkout: GuestCheckout) -> CheckoutResult:
    existing = Order.objects.filter(tenant=checkout.tenant, checkout_key=checkout.checkout_key).first()
    if existing is None or existing.released_by_id is None:
        # Under its own key, too: an order that replaced this one, at another table or elsewhere, may be paid.
        sent = checkout.cart if existing is None else with_earlier(checkout.cart, checkout.checkout_key)
        left = take_out_paid(checkout.tenant, sent)
        if left.paid is not None:
            return _what_is_left(checkout, left.cart, left.paid)
    return _new_order(checkout) if existing is None else _again(checkout, existing)


def _new_order(checkout: GuestCheckout) -> CheckoutResult:
    _refuse_while_closed(checkout)
    refuse_busy_phone(checkout.tenant, checkout.guest_token)
    priced = _priced(checkout)
    if isinstance(priced, Changed):
        return priced
    option = _choose(checkout, priced)
    with room_for(option.account_id):
        return _end_and_place(checkout, priced, option)


def _end_and_place(checkout: GuestCheckout, priced: Quote, option: PayOption) -> CheckoutResult:
    """The phone's other attempts are ended; then the order is placed and its payment started."""
    # One of this key was made this moment by a twin of this press: it is not another order.
    earlier = open_attempts(
        checkout.tenant, [checkout.guest_token], checkout.checkout_key, checkout.cart.earlier
    )
    over = end_attempts(earlier)
    if over is not None:
        return over
    if earlier:
        # The processor was asked, which may have taken ten seconds: nothing that was read before counts now.
        checkout = _afresh(checkout)
        again = _priced(checkout)
        if isinstance(again, Changed):
            return again
        priced = again
        _refuse_switched_off(checkout, option)
    refuse_without_time()
    return _place_and_start(checkout, priced, option, _replaced(checkout, earlier))


def _priced(checkout: GuestCheckout) -> Quote | Changed:
    """The cart at the price that the guest saw; or what has changed. NotTakingOrders."""
    _refuse_while_closed(checkout)
    priced = _quote(checkout, checkout.cart)
    if priced.changes or not priced.lines or priced.totals.total_minor != checkout.seen_total_minor:
        return Changed(priced, checkout.cart, checkout.checkout_key, "price")
    return priced


def _quote(checkout: GuestCheckout, cart: Cart) -> Quote:
    return quote(checkout.tenant, checkout.table.location, cart, checkout.language)


def _afresh(checkout: GuestCheckout) -> GuestCheckout:
    """The same press, with the restaurant, the table and its location as they are now. Gone."""
    tenant = Tenant.objects.get(id=checkout.tenant.id)
    return replace(checkout, tenant=tenant, table=table_by_token(tenant, checkout.table.token))


def _replaced(checkout: GuestCheckout, ended: list[Payment]) -> Order | None:
    """The order that this cart was before: its attempt was just ended, or it is the newest of the earlier keys."""
    before: Order | None = ended[0].order if ended else None
    if before is not None or not checkout.cart.earlier:
        return before
    rows = Order.objects.filter(
        tenant=checkout.tenant, checkout_key__in=checkout.cart.earlier, released_by__isnull=True
    )
    return rows.order_by("-created_at").first()


def _what_is_left(checkout: GuestCheckout, cart: Cart, paid: Order) -> CheckoutResult:
    """Some of this cart was paid in another tab. The guest sees what is left before anything is started."""
    if not cart.lines:
        return AlreadyPaid(paid)
    return Changed(_quote(checkout, cart), cart, secret_token(), "paid")


def _place_and_start(
    checkout: GuestCheckout, priced: Quote, option: PayOption, earlier: Order | None
) -> CheckoutResult:
    tenant, location = checkout.tenant, checkout.table.location
    known = is_known(tenant, checkout.guest_token, checkout.has_looked)

    def work() -> Payment:
        at = now()
        count_start(checkout.table, known=known)
        order = place(
            Placing(
                tenant=tenant,
                location=location,
                table=checkout.table,
                guest_token=checkout.guest_token,
                checkout_key=checkout.checkout_key,
                contents=contents_hash(checkout.cart),
                note=checkout.cart.note,
                quote=priced,
                is_test=option.mode == Mode.TEST,
                replaces=earlier,
                is_strangers=not known,
                at=at,
                language=checkout.language,
            )
        )
        payment = new_attempt(tenant, location, order, priced.lines, option, at)
        payment.save(force_insert=True)
        return payment

    try:
        payment = transact(work)
    except IntegrityError:
        # A twin of this request was faster; it made the order, and this one is a second press of the same button.
        twin = Order.objects.filter(tenant=tenant, checkout_key=checkout.checkout_key).first()
        if twin is None:
            raise
        return _again(checkout, twin)
    assert payment.order is not None  # noqa: S101 - made above
    return start_alone(payment, payment.order)


def _again(checkout: GuestCheckout, order: Order) -> CheckoutResult:
    """The key made an order before. Who knows it holds the order's link, whatever cookie they have.

    The same cart at the same table for the same money gets that order; another cart needs a key of its own (M3).
    """
    if order.contents != contents_hash(checkout.cart):
        return _changed(checkout, "edited")
    if _is_another(checkout, order):
        return _order_anew(checkout, order)
    if order.is_test and takes_real_money(checkout.tenant.id):
        # Nobody is sent to a page for test money any more, not even to one that is open still (M64).
        return end_earlier_attempt(order) or _changed(checkout, "mode")
    if order.guest_token != checkout.guest_token:
        over = end_attempts(open_attempts(checkout.tenant, [checkout.guest_token], order.checkout_key))
        if over is not None:
            return over
    answer = resume(order)
    if not isinstance(answer, Lapsed):
        return answer
    checkout = _afresh(checkout)
    if answer.is_closed:
        return _changed(checkout, "unsure" if answer.is_unsure else _why_closed(order))
    priced = _quote(checkout, checkout.cart)
    if priced.changes or priced.totals.total_minor != order.total_minor:
        return _changed(checkout, "lapsed")
    _refuse_while_closed(checkout)
    return _retry(checkout, order, _choose(checkout, priced))


def _is_another(checkout: GuestCheckout, order: Order) -> bool:
    """Whether the order is served elsewhere, or costs something else than the page said where Pay was pressed (M62)."""
    place = (order.location_id, order.table_id)
    costs_the_same = checkout.seen_total_minor in (None, order.total_minor)
    return place != (checkout.table.location_id, checkout.table.id) or not costs_the_same


def _order_anew(checkout: GuestCheckout, order: Order) -> CheckoutResult:
    """The same cart at another table, or at another price, is another order that replaces the first.

    Its key is made from the first one's, so that pressing twice is one order here, too. When the first one is paid, the
    guest sees that instead.
    """
    paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
    if paid.exists():
        return AlreadyPaid(order)
    key = key_at(order.checkout_key, checkout.table, checkout.seen_total_minor)
    return _checkout(
        replace(checkout, checkout_key=key, cart=with_earlier(checkout.cart, order.checkout_key))
    )


def key_at(key: str, table: Table, total_minor: int | None) -> str:
    """The key of the cart of `key` at another table, or at another total in minor units: always the same one."""
    return hashlib.sha256(f"{key}:{table.id}:{total_minor}".encode()).hexdigest()


def _changed(checkout: GuestCheckout, why: str) -> Changed:
    cart = with_earlier(checkout.cart, checkout.checkout_key)
    return Changed(_quote(checkout, cart), cart, secret_token(), why)


def _why_closed(order: Order) -> str:
    reasons = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    return "lapsed" if reasons.values_list("cancel_reason", flat=True).get() in ("", "unpaid") else "canceled"


class _NoLongerWaits(Exception):
    """The order was canceled or paid while the processor was being asked."""


def _retry(checkout: GuestCheckout, order: Order, option: PayOption) -> CheckoutResult:
    """A new attempt for an order whose last one ended unpaid: a new row, so a new key."""
    if order.is_test != (option.mode == Mode.TEST):
        return _changed(checkout, "mode")
    with room_for(option.account_id):
        return _end_and_retry(checkout, order, option)


def _end_and_retry(checkout: GuestCheckout, order: Order, option: PayOption) -> CheckoutResult:
    refuse_busy_phone(checkout.tenant, checkout.guest_token)
    phones = {checkout.guest_token, order.guest_token}
    others = open_attempts(checkout.tenant, phones, order.checkout_key, checkout.cart.earlier)
    over = end_attempts(others)
    if over is not None:
        return over
    if others:  # the processor was asked: what is offered now may be something else
        checkout = _afresh(checkout)
        _refuse_while_closed(checkout)
        _refuse_switched_off(checkout, option)
    refuse_without_time()
    lines = list(OrderLine.objects.filter(tenant=checkout.tenant, order=order).order_by("position"))

    def work() -> Payment:
        count_start(checkout.table, known=checkout.has_looked or not order.is_strangers)
        payment = new_attempt(checkout.tenant, checkout.table.location, order, lines, option, now())
        payment.save(force_insert=True)
        # Read after the row is there: staff may cancel, and late money may come, while the processor is asked (M63).
        paid = Payment.objects.filter(tenant=checkout.tenant, order=order, status=PaymentStatus.SUCCEEDED)
        if not still_waits(order) or paid.exists():
            raise _NoLongerWaits
        return payment

    try:
        payment = transact(work)
    except (
        IntegrityError,
        _NoLongerWaits,
    ):  # a twin made the live attempt (M4), or nothing is to be paid any more
        answer = resume(order)
        if isinstance(answer, Lapsed):  # and it is over already
            return _changed(checkout, _why_closed(order))
        return answer
    return start_alone(payment, order)


def _refuse_switched_off(checkout: GuestCheckout, option: PayOption) -> None:
    if not is_in_use(checkout.tenant, option):
        raise _switched_off()


def _refuse_while_closed(checkout: GuestCheckout) -> None:
    if not takes_orders(checkout.tenant, checkout.table.location, now()):
        raise NotTakingOrders(_("This restaurant is not taking orders right now. Your cart is kept."))


def _choose(checkout: GuestCheckout, priced: Quote) -> PayOption:
    options = pay_options(checkout.tenant, checkout.table.location)
    if not options:
        raise OrderAtCounter(
            _("Online payment is not available here. Please order at the counter; your cart is kept.")
        )
    if priced.totals.total_minor == 0:
        raise OrderAtCounter(_("There is nothing to pay for this order. Please order it at the counter."))
    option = next((one for one in options if checkout.payment_type_id in (None, one.payment_type_id)), None)
    if option is None:
        raise _switched_off()
    if priced.totals.total_minor < option.minimum_minor:
        raise BelowMinimum(Money(option.minimum_minor, option.currency), checkout.table.location.locale)
    return option


def _switched_off() -> Conflict:
    return Conflict(_("That way to pay was just switched off. Please choose another; your cart is kept."))
