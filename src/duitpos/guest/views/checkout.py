"""Look at the order and pay: /<tenant>/t/<token>/checkout/."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from duitpos.domain.checkout.checkout import Changed, CheckoutResult, GuestCheckout, key_at
from duitpos.domain.checkout.checkout import checkout as start_checkout
from duitpos.domain.checkout.resume import AlreadyPaid, DoNotPayAgain, GoToProcessor, open_attempts
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.cart import Cart, CartLine, with_earlier
from duitpos.domain.orders.guest_view import GuestState, guest_order, order_of_cart
from duitpos.domain.orders.paid_before import take_out_paid
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.quote import quote
from duitpos.guest.access import (
    Visit,
    guest_page,
    guest_token_for_start,
    guest_token_of,
    has_looked,
    plain,
    remember_guest,
    visit_of,
)
from duitpos.guest.banner import banner_of
from duitpos.guest.forms import Sent, new_key, read_checkout
from duitpos.guest.menu_page import page_facts
from duitpos.guest.review import Review, review_page
from duitpos.guest.urls_of import again_url, order_url
from duitpos.kit.money import Money
from duitpos.models import Order
from duitpos.web.errors import STATUS

STILL_TO_PAY = (GuestState.WAITING, GuestState.NOT_PAID)


@gzip_page
@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """GET: the phone's cart (script asks for it), or the cart of an order. POST: look at it, or pay it."""
    visit = visit_of(request, tenant, token)
    if request.method != "POST":
        order_token = plain(request.GET.get("order", ""))
        return _rebuilt(request, visit, order_token) if order_token else _shell(request, visit)
    sent = read_checkout(request.POST)
    visit = replace(visit, guest_token=guest_token_for_start(request, tenant))
    answer = _pay if sent.step == "pay" else _review
    response = answer(request, visit, sent)
    remember_guest(response, visit.tenant, visit.guest_token)
    return response


def _shell(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page around the phone's cart, which only the phone knows."""
    context = {
        **page_facts(visit.tenant, visit.location),
        "table": visit.table,
        "banner": banner_of(visit.tenant, guest_token_of(request)),
    }
    response = render(request, "guest/checkout_shell.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


def _rebuilt(request: HttpRequest, visit: Visit, order_token: str) -> HttpResponse:
    """The cart of an unpaid order again: back from the processor's page, also without script."""
    seen = guest_order(visit.tenant, order_token)
    if seen.state not in STILL_TO_PAY:
        return HttpResponseRedirect(order_url(visit.tenant, seen.order))
    if seen.order.table_id != visit.table.id:
        # It is served at the table where it was ordered; its own page says so, and leads there.
        again = again_url(visit.tenant, seen.order, seen.table)
        return HttpResponseRedirect(again or order_url(visit.tenant, seen.order))
    lines = [
        CartLine(
            item_id=line.item_id,
            modifier_ids=tuple(UUID(modifier["id"]) for modifier in line.modifiers),
            quantity=line.quantity,
            note=line.note,
            seen_minor=line.unit_price_minor,
        )
        for line in seen.lines
    ]
    # Whoever edits it here edits this order, whichever browser sent it first.
    cart = Cart(tuple(lines), seen.order.note, (seen.order.checkout_key,))
    priced = quote(visit.tenant, visit.location, cart, visit.language)
    notice = _("You have not paid yet. Your order is kept: change it, or pay when you are ready.")
    review = Review(priced, cart, seen.order.checkout_key, notice=notice, rebuilt=True)
    return review_page(request, visit, review)


def _review(request: HttpRequest, visit: Visit, sent: Sent) -> HttpResponse:
    became = order_of_cart(visit.tenant, sent.key)
    if became is not None and became.state not in STILL_TO_PAY:  # the guest pressed Back after paying
        return _see_other(_page_of(visit, became.order))
    # An order that is being paid on this phone is what this cart was before: paying this one ends that (M3).
    payable = open_attempts(visit.tenant, [visit.guest_token], sent.key)
    before = [payment.order.checkout_key for payment in payable if payment.order]
    cart = with_earlier(sent.cart, *before, *([sent.key] if became is not None else []))
    left = take_out_paid(visit.tenant, cart)
    key, notice = sent.key, ""
    if left.paid is not None:
        key, notice = new_key(), _paid_before()
        if not left.cart.lines:
            return _see_other(_page_of(visit, left.paid))
    elif became is not None and became.order.table_id != visit.table.id:
        key = key_at(sent.key, visit.table, None)
    priced = quote(visit.tenant, visit.location, left.cart, visit.language)
    review = Review(priced, left.cart, key, notice=notice, payment_type_id=sent.payment_type_id)
    return review_page(request, visit, review)


def _pay(request: HttpRequest, visit: Visit, sent: Sent) -> HttpResponse:
    try:
        outcome = start_checkout(
            GuestCheckout(
                tenant=visit.tenant,
                table=visit.table,
                guest_token=visit.guest_token,
                checkout_key=sent.key,
                cart=sent.cart,
                seen_total_minor=sent.seen_total_minor,
                payment_type_id=sent.payment_type_id,
                has_looked=has_looked(request, visit.tenant.slug, visit.guest_token),
                language=visit.language,
            )
        )
    except DomainError as error:
        return _not_now(request, visit, sent, error)
    return _answer(request, visit, sent, outcome)


def _answer(request: HttpRequest, visit: Visit, sent: Sent, outcome: CheckoutResult) -> HttpResponse:
    match outcome:
        case GoToProcessor():
            return _go_on(request, visit, outcome)
        case AlreadyPaid() | DoNotPayAgain():
            # Another cart than that order's was sent: its page says that the new one was not ordered.
            kept = "" if outcome.order.checkout_key == sent.key else "?kept=1"
            return _see_other(_page_of(visit, outcome.order, kept))
        case Changed():
            return _ask_again(request, visit, sent, outcome)
        case _:
            assert_never(outcome)


def _paid_before() -> str:
    return _("What you paid for meanwhile was taken out of this order. This is what is left.")


def _page_of(visit: Visit, order: Order, kept: str = "") -> str:
    """The order's page, which says so when the guest sits at another table now."""
    return order_url(visit.tenant, order) + (kept if order.table_id == visit.table.id else "?kept=table")


def _go_on(request: HttpRequest, visit: Visit, outcome: GoToProcessor) -> HttpResponse:
    """A page of ours that goes on by itself: the browser would block a redirect to another site after a form
    (docs/money-path.md, "Found by trying")."""
    context = {
        **page_facts(visit.tenant, visit.location),
        "table": visit.table,
        "order": outcome.order,
        "url": outcome.url,
        "label": outcome.label,
    }
    response = render(request, "guest/go_on.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _ask_again(request: HttpRequest, visit: Visit, sent: Sent, changed: Changed) -> HttpResponse:
    notices = {
        "price": _total_words(visit, sent, changed.quote),
        "edited": _("This order was changed since it was sent. Please look at it again before you pay."),
        "lapsed": _("The time to pay was over. Nothing was charged: please look again, and pay."),
        "canceled": _(
            "Our staff canceled this order. Nothing was charged, and it is kept here: ask them before you pay for it."
        ),
        "mode": _(
            "This restaurant changed how it takes payments. Nothing was charged: please look again, and pay."
        ),
        "paid": _paid_before(),
        "unsure": _(
            "The time to pay was over, and the payment service does not tell us whether it was paid."
            " If you have paid, do not pay again: ask our staff."
        ),
    }
    review = Review(
        changed.quote,
        changed.cart,
        changed.new_key,
        notice=notices.get(changed.why, ""),
        payment_type_id=sent.payment_type_id,
        status=409,
    )
    return review_page(request, visit, review)


def _total_words(visit: Visit, sent: Sent, priced: Quote) -> str:
    now_is = Money(priced.totals.total_minor, priced.currency).format(visit.location.locale)
    if sent.seen_total_minor is None or sent.seen_total_minor == priced.totals.total_minor:
        return _("Please look at your order again before you pay.")
    was = Money(sent.seen_total_minor, priced.currency).format(visit.location.locale)
    return _("The total is now %(now)s, was %(was)s. Nothing was charged yet.") % {"now": now_is, "was": was}


def _not_now(request: HttpRequest, visit: Visit, sent: Sent, error: DomainError) -> HttpResponse:
    """What the domain refused, on the same page with the same cart."""
    review = Review(
        quote(visit.tenant, visit.location, sent.cart, visit.language),
        sent.cart,
        sent.key,
        notice=error.message,
        is_error=True,
        payment_type_id=sent.payment_type_id,
        status=STATUS[error.kind],
    )
    return review_page(request, visit, review)


def _see_other(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)
