"""A guest presses Pay: from their cart to the processor's page.

1. What of this cart was paid already, in another tab, is taken out; the guest looks at what is left.
2. A key that made an order before goes on with that order (existing_order.py). So one cart is one order, however often
   and however fast Pay is pressed.
3. Nothing starts while the restaurant is closed, nor for a phone with too many unpaid starts.
4. The cart is priced. What differs from what the guest saw goes back to them.
5. The payment type is chosen, and a place is kept for the call to its processor.
6. This phone's other attempts are ended at the processor. That may take seconds, so the price is looked at again.
7. In one transaction: the order, held, with its lines; and the payment, with everything the processor will be asked.
8. With no transaction open, the payment is started at the processor, and the guest is sent to its page.

Whatever goes wrong, the cart is kept, and nothing that could be paid is left behind unseen (docs/money-path.md, M3).
"""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError

from duitpos.domain.checkout.attempt import new_attempt
from duitpos.domain.checkout.existing_order import OrderAnew, continue_order
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.limits import count_start, is_known, refuse_busy_phone
from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.results import AlreadyPaid, Changed, CheckoutResult
from duitpos.domain.checkout.resume import end_attempts, open_attempts, start_alone
from duitpos.domain.checkout.start import refuse_without_time, room_for
from duitpos.domain.orders.cart import contents_hash, with_earlier
from duitpos.domain.orders.paid_before import take_out_paid
from duitpos.domain.orders.place import Placing, place
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment
from duitpos.models.payment_setup import Mode


def checkout(checkout: GuestCheckout) -> CheckoutResult:
    """From a cart to a page to pay on.

    Raises Gone (the table's code), NotTakingOrders, TooMany, OrderAtCounter, BelowMinimum, AnotherIsPaid (in another
    tab), StartRefused (the processor refuses us) and Unavailable (it does not answer).
    """
    with within():  # the ending of earlier attempts and the start, in all (M29)
        return _checkout(checkout)


def _checkout(checkout: GuestCheckout) -> CheckoutResult:
    existing = _order_of_key(checkout)
    left = _what_is_left(checkout, existing)  # 1
    if left is not None:
        return left
    if existing is not None:
        result = continue_order(checkout, existing)  # 2
        return _checkout(result.checkout) if isinstance(result, OrderAnew) else result
    checkout.refuse_while_closed()  # 3
    refuse_busy_phone(checkout.tenant, checkout.guest_token)
    if _differs(checkout):  # 4
        return _look_again(checkout)
    option = checkout.choose_option()  # 5
    with room_for(option.account_id):
        earlier = open_attempts(
            checkout.tenant, [checkout.guest_token], checkout.checkout_key, checkout.cart.earlier
        )
        over = end_attempts(earlier)  # 6
        if over is not None:
            return over
        if earlier:
            checkout = checkout.afresh()
            checkout.refuse_while_closed()
            if _differs(checkout):
                return _look_again(checkout)
            checkout.refuse_switched_off(option)
        refuse_without_time()
        try:
            order, payment = _place(checkout, option, _replaced(checkout, earlier))  # 7
        except IntegrityError:
            # Another press of the same button was faster, and made the order.
            if _order_of_key(checkout) is None:
                raise
            return _checkout(checkout)
        return start_alone(payment, order)  # 8


def _order_of_key(checkout: GuestCheckout) -> Order | None:
    return Order.objects.filter(tenant=checkout.tenant, checkout_key=checkout.checkout_key).first()


def _what_is_left(checkout: GuestCheckout, existing: Order | None) -> CheckoutResult | None:
    """Some of this cart was paid in another tab: the guest looks at the rest. None: nothing of it was."""
    if existing is not None and existing.released_by_id is not None:
        return None
    # Under its own key, too: an order that replaced this one, at another table or elsewhere, may be paid.
    sent = checkout.cart if existing is None else with_earlier(checkout.cart, checkout.checkout_key)
    left = take_out_paid(checkout.tenant, sent)
    if left.paid is None:
        return None
    if not left.cart.lines:
        return AlreadyPaid(left.paid)
    rest = replace(checkout, cart=left.cart)
    return Changed(rest.quote, rest.cart, secret_token(), "paid")


def _differs(checkout: GuestCheckout) -> bool:
    """Whether the cart is not sold as the guest saw it."""
    quote = checkout.quote
    return bool(quote.changes) or not quote.lines or quote.totals.total_minor != checkout.seen_total_minor


def _look_again(checkout: GuestCheckout) -> Changed:
    """The same cart under the same key: no order was made of it yet."""
    return Changed(checkout.quote, checkout.cart, checkout.checkout_key, "price")


def _replaced(checkout: GuestCheckout, ended: list[Payment]) -> Order | None:
    """The order that this cart was before: its attempt was just ended, or it is the newest of the earlier keys."""
    before: Order | None = ended[0].order if ended else None
    if before is not None or not checkout.cart.earlier:
        return before
    rows = Order.objects.filter(
        tenant=checkout.tenant, checkout_key__in=checkout.cart.earlier, released_by__isnull=True
    )
    return rows.order_by("-created_at").first()


def _place(checkout: GuestCheckout, option: PayOption, earlier: Order | None) -> tuple[Order, Payment]:
    """The order and its payment, unstarted. IntegrityError when the key made an order meanwhile."""
    tenant, location = checkout.tenant, checkout.table.location
    known = is_known(tenant, checkout.guest_token, checkout.has_looked)

    def work() -> tuple[Order, Payment]:
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
                quote=checkout.quote,
                is_test=option.mode == Mode.TEST,
                replaces=earlier,
                is_strangers=not known,
                at=at,
                language=checkout.language,
            )
        )
        payment = new_attempt(checkout, order, checkout.quote.lines, option, at)
        payment.save(force_insert=True)
        return order, payment

    return transact(work)
