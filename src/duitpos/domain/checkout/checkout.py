"""A guest presses Pay: turn their cart into an order and a page at the processor.

1. Remove what another tab already paid from the cart; the guest reviews the rest.
2. If the checkout key already has an order, continue that order (existing_order.py). So one cart makes one order,
   however often and however fast Pay is pressed.
3. Refuse while the restaurant is closed, and for a phone with too many unpaid starts.
4. Price the cart. If it differs from what the guest saw, show them the difference.
5. Choose the payment type, and reserve a slot for the call to its processor.
6. End this phone's other attempts at the processor. That may take seconds, so check the price again.
7. In one transaction, insert the held order with its lines, and the payment with the pinned processor request.
8. With no transaction open, start the payment at the processor and send the guest to its page. An order that is paid
   at the counter is sent with step 7 (send_unpaid.py).

Whatever fails, the cart is kept and no payable session is left untracked (docs/money-path.md, M3, M29).
"""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError

from duitpos.domain.checkout.attempt import insert_attempt, new_attempt
from duitpos.domain.checkout.existing_order import OrderAnew, continue_order
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.limits import count_start, is_known, refuse_busy_phone
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.results import AlreadyPaid, Changed, CheckoutResult, PayAtCounter
from duitpos.domain.checkout.resume import end_attempts, open_attempts, start_alone
from duitpos.domain.checkout.same_cart import Twin, twin_of
from duitpos.domain.checkout.send_unpaid import prepare_unpaid, send_to_kitchen_unpaid
from duitpos.domain.checkout.start import refuse_without_time, room_for
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.cart import contents_hash, with_earlier
from duitpos.domain.orders.paid_before import take_out_paid
from duitpos.domain.orders.place import Placing, place
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment


def checkout(checkout: GuestCheckout) -> CheckoutResult:
    """Return the page to pay on, or what to show the guest instead.

    Raises Gone (the table's code), NotTakingOrders, TooMany, OrderAtCounter, BelowMinimum, AnotherIsPaid (in another
    tab), StartRefused (the processor refuses) and Unavailable (it does not answer).
    """
    # One deadline for ending the earlier attempts and starting the new one.
    with within():
        return _checkout(checkout)


def _checkout(checkout: GuestCheckout) -> CheckoutResult:
    existing = _order_of_key(checkout)
    left = _unpaid_rest(checkout, existing)  # 1
    if left is not None:
        return left
    twin = _unseen_twin(checkout, existing)
    if twin is not None:
        return Changed(checkout.quote, checkout.cart, checkout.checkout_key, "twin", twin)
    if existing is not None:
        result = continue_order(checkout, existing)  # 2
        return _checkout(result.checkout) if isinstance(result, OrderAnew) else result
    checkout.refuse_while_closed()  # 3
    refuse_busy_phone(checkout.tenant, checkout.guest_token)
    if _differs(checkout):  # 4
        return _price_changed(checkout)
    option = checkout.choose_option()  # 5
    with room_for(option.account_id):
        earlier = open_attempts(
            checkout.tenant, [checkout.guest_token], checkout.checkout_key, checkout.cart.earlier
        )
        blocking = end_attempts(earlier)  # 6
        if blocking is not None:
            return blocking
        if earlier:
            checkout = checkout.afresh()
            checkout.refuse_while_closed()
            if _differs(checkout):
                return _price_changed(checkout)
            checkout.refuse_switched_off(option)
        refuse_without_time()
        try:
            order, payment = _place(checkout, option, _replaced(checkout, earlier))  # 7
        except IntegrityError:
            # A concurrent request with the same key made the order first.
            if _order_of_key(checkout) is None:
                raise
            return _checkout(checkout)
        return PayAtCounter(order) if option.is_manual else start_alone(payment, order)  # 8


def _unseen_twin(checkout: GuestCheckout, existing: Order | None) -> Twin | None:
    """The same dishes that this table or phone is paying for or has just paid, unless the guest has read of it."""
    if checkout.seen_twin is None or (existing is not None and not is_unpaid(existing)):
        return None
    keys = {checkout.checkout_key, *checkout.cart.earlier}
    # This phone's own open attempts are ended before a new one starts.
    open_here = open_attempts(checkout.tenant, [checkout.guest_token], checkout.checkout_key)
    keys |= {payment.order.checkout_key for payment in open_here if payment.order}
    twin = twin_of(checkout.table, checkout.guest_token, checkout.quote, keys)
    return None if twin is None or twin.seen == checkout.seen_twin else twin


def _order_of_key(checkout: GuestCheckout) -> Order | None:
    return Order.objects.filter(tenant=checkout.tenant, checkout_key=checkout.checkout_key).first()


def _unpaid_rest(checkout: GuestCheckout, existing: Order | None) -> CheckoutResult | None:
    """Return what to show if another tab paid some of this cart: the rest of it. None if nothing of it is paid."""
    if existing is not None and (existing.released_by_id is not None or existing.is_cooked_unpaid):
        return None
    # Include the cart's own key: an order that replaced this one, such as at another table, may be paid.
    sent = checkout.cart if existing is None else with_earlier(checkout.cart, checkout.checkout_key)
    left = take_out_paid(checkout.tenant, sent)
    if left.paid is None:
        return None
    if not left.cart.lines:
        return AlreadyPaid(left.paid)
    rest = replace(checkout, cart=left.cart)
    return Changed(rest.quote, rest.cart, secret_token(), "paid")


def _differs(checkout: GuestCheckout) -> bool:
    """Whether the cart's price or contents differ from what the guest saw."""
    quote = checkout.quote
    return bool(quote.changes) or not quote.lines or quote.totals.total_minor != checkout.seen_total_minor


def _price_changed(checkout: GuestCheckout) -> Changed:
    """Show the new quote under the same key, because the key has no order yet."""
    return Changed(checkout.quote, checkout.cart, checkout.checkout_key, "price")


def _replaced(checkout: GuestCheckout, ended: list[Payment]) -> Order | None:
    """Return the order that the new one replaces, if any.

    It is the order of the newest attempt that was just ended, else the newest unreleased order of an earlier key.
    """
    before: Order | None = ended[0].order if ended else None
    if before is not None or not checkout.cart.earlier:
        return before
    rows = Order.objects.filter(
        tenant=checkout.tenant, checkout_key__in=checkout.cart.earlier, released_by__isnull=True
    )
    return rows.order_by("-created_at").first()


def _place(checkout: GuestCheckout, option: PayOption, earlier: Order | None) -> tuple[Order, Payment]:
    """Insert the order and its `created` payment. Raises IntegrityError if the key made an order meanwhile."""
    tenant, location = checkout.tenant, checkout.table.location
    known = is_known(tenant, checkout.guest_token, checkout.has_looked)

    def work() -> tuple[Order, Payment]:
        at = now()
        count_start(checkout.table, known=known)
        if option.is_manual:
            prepare_unpaid(option, checkout.table, known=known)
        order = place(
            Placing(
                tenant=tenant,
                location=location,
                table=checkout.table,
                guest_token=checkout.guest_token,
                checkout_key=checkout.checkout_key,
                contents=contents_hash(checkout.cart),
                note=checkout.cart.note,
                quote=checkout.quote,
                is_test=option.is_test,
                replaces=earlier,
                is_unknown_phone=not known,
                at=at,
                scanned_at=checkout.scanned_at,
                language=checkout.language,
            )
        )
        payment = new_attempt(checkout, order, checkout.quote.lines, option, at)
        insert_attempt(payment)
        if option.is_manual:
            send_to_kitchen_unpaid(order, location, at)
        return order, payment

    return transact(work)
