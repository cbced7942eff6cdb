"""Review the cart and pay (M3): /<tenant>/t/<token>/checkout/."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from duitpos.domain.checkout.checkout import checkout as start_checkout
from duitpos.domain.checkout.existing_order import key_at
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.present_step import PresentStep
from duitpos.domain.checkout.results import (
    AlreadyPaid,
    Changed,
    CheckoutResult,
    DoNotPayAgain,
    GoToProcessor,
    PayAtCounter,
)
from duitpos.domain.checkout.resume import open_attempts
from duitpos.domain.checkout.same_cart import twin_of
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.cart import Cart, CartLine, with_earlier
from duitpos.domain.orders.guest_view import GuestState, guest_order, order_of_cart
from duitpos.domain.orders.paid_before import take_out_paid
from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.quote import quote
from duitpos.domain.reporting.visits import Step, count_visit
from duitpos.guest.access import (
    Visit,
    guest_page,
    plain,
    visit_of,
)
from duitpos.guest.banner import banners_of
from duitpos.guest.cookies import (
    guest_token_for_start,
    guest_token_of,
    has_looked,
    remember_guest,
    scanned_at,
)
from duitpos.guest.forms import Sent, new_key, read_checkout
from duitpos.guest.go_on import go_on_page, leaves_us
from duitpos.guest.menu_page import page_facts
from duitpos.guest.review import Review, review_page
from duitpos.guest.same_site import Sender, is_signed, sender_of
from duitpos.guest.texts import (
    changed_text,
    kept_text,
    look_again_text,
    payment_labels,
    total_text,
    twin_text,
)
from duitpos.guest.urls_of import again_url, order_url, pay_url, payment_urls
from duitpos.kit.money import Money
from duitpos.models import Order
from duitpos.web.errors import STATUS
from duitpos.web.texts import error_text

STILL_TO_PAY = (GuestState.WAITING, GuestState.AT_COUNTER, GuestState.NOT_PAID)


@gzip_page
@guest_page
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """GET: a page whose script posts the phone's cart, or the cart of an order. POST: review the cart, or pay it."""
    visit = visit_of(request, tenant, token)
    if request.method != "POST":
        order_token = plain(request.GET.get("order", ""))
        return _rebuilt(request, visit, order_token) if order_token else _shell(request, visit)
    sent = read_checkout(request.POST)
    visit = replace(visit, guest_token=guest_token_for_start(request, tenant))
    if sender_of(request, tenant) is Sender.UNKNOWN:
        return _from_unknown(request, visit, sent)
    answer = _pay if sent.step == "pay" else _review
    if not guest_token_of(request):
        # The phone's first checkout of the day.
        count_visit(visit.tenant.id, visit.location.id, Step.CARTS)
    response = answer(request, visit, sent)
    remember_guest(response, visit.tenant, visit.guest_token)
    return response


def _from_unknown(request: HttpRequest, visit: Visit, sent: Sent) -> HttpResponse:
    """Show the cart, with a signed button that can pay (M54). A cookie is set once that was pressed."""
    if sent.step != "pay":
        return _review(request, visit, sent)
    if not is_signed(visit.table, sent.cart, sent.key, str(request.POST.get("signed", ""))):
        return _review(request, visit, sent, notice=look_again_text())
    response = _pay(request, visit, sent)
    remember_guest(response, visit.tenant, visit.guest_token)
    return response


def _shell(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The page without a cart, which only the phone has: its script posts it."""
    context = {
        **page_facts(visit.tenant, visit.location),
        "table": visit.table,
        "banners": banners_of(visit.tenant, guest_token_of(request), visit.table.token),
    }
    response = render(request, "guest/checkout_shell.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


def _rebuilt(request: HttpRequest, visit: Visit, order_token: str) -> HttpResponse:
    """Show the cart of an unpaid order again, after the guest left the processor's page. Works without script."""
    seen = guest_order(visit.tenant, order_token)
    if seen.state not in STILL_TO_PAY:
        return HttpResponseRedirect(order_url(visit.tenant, seen.order))
    if seen.order.table_id != visit.table.id:
        # The order belongs to the table where it was made, so continue there.
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
    # Editing this cart edits this order, whichever browser sent it first.
    cart = Cart(tuple(lines), seen.order.note, (seen.order.checkout_key,))
    priced = quote(visit.tenant, visit.location, cart, visit.language)
    notice = kept_text()
    review = Review(priced, cart, seen.order.checkout_key, notice=notice, rebuilt=True)
    return review_page(request, visit, review)


def _review(request: HttpRequest, visit: Visit, sent: Sent, notice: str = "") -> HttpResponse:
    existing = order_of_cart(visit.tenant, sent.key)
    # The guest pressed Back after paying.
    if existing is not None and existing.state not in STILL_TO_PAY:
        return _see_other(_page_of(visit, existing.order))
    # An order that this phone is paying counts as an earlier version of this cart: paying this one ends that one.
    payable = open_attempts(visit.tenant, [visit.guest_token], sent.key)
    before = [payment.order.checkout_key for payment in payable if payment.order]
    cart = with_earlier(sent.cart, *before, *([sent.key] if existing is not None else []))
    left = take_out_paid(visit.tenant, cart)
    key = sent.key
    if left.paid is not None:
        key, notice = new_key(), changed_text("paid")
        if not left.cart.lines:
            return _see_other(_page_of(visit, left.paid))
    elif existing is not None and existing.order.table_id != visit.table.id:
        key = key_at(sent.key, visit.table, None)
    priced = quote(visit.tenant, visit.location, left.cart, visit.language)
    twin = twin_of(visit.table, visit.guest_token, priced, {key, sent.key, *left.cart.earlier})
    review = Review(
        priced,
        left.cart,
        key,
        notice=notice or twin_text(twin),
        payment_type_id=sent.payment_type_id,
        typed=sent.typed,
        seen_twin=twin.seen if twin and not notice else "",
    )
    return review_page(request, visit, review)


def _pay(request: HttpRequest, visit: Visit, sent: Sent) -> HttpResponse:
    typed = sent.typed_for_chosen
    guest_checkout = GuestCheckout(
        tenant=visit.tenant,
        table=visit.table,
        guest_token=visit.guest_token,
        checkout_key=sent.key,
        cart=sent.cart,
        seen_total_minor=sent.seen_total_minor,
        labels=payment_labels(visit.tenant, visit.location),
        urls=payment_urls(visit.tenant),
        payment_type_id=sent.payment_type_id,
        has_looked=has_looked(request, visit.tenant.slug, visit.guest_token),
        scanned_at=scanned_at(request, visit.tenant.slug, visit.guest_token),
        language=visit.language,
        seen_twin=sent.seen_twin,
        guest_email=typed.email,
        guest_name=typed.name,
    )
    try:
        result = start_checkout(guest_checkout)
    except DomainError as error:
        return _refused(request, visit, sent, guest_checkout, error)
    return _answer(request, visit, sent, result)


def _answer(request: HttpRequest, visit: Visit, sent: Sent, result: CheckoutResult) -> HttpResponse:
    match result:
        case GoToProcessor():
            return _forward(request, visit, result)
        case AlreadyPaid() | DoNotPayAgain() | PayAtCounter():
            # If the order comes from another cart, its page says that the new cart was not ordered.
            kept = "" if result.order.checkout_key == sent.key else "?kept=1"
            return _see_other(_page_of(visit, result.order, kept))
        case Changed():
            return _show_changed(request, visit, sent, result)
        case _:
            assert_never(result)


def _page_of(visit: Visit, order: Order, kept: str = "") -> str:
    """The order's page, with a notice if the guest is at another table now."""
    return order_url(visit.tenant, order) + (kept if order.table_id == visit.table.id else "?kept=table")


def _forward(request: HttpRequest, visit: Visit, result: GoToProcessor) -> HttpResponse:
    """A page of ours that goes on to the processor's page. A code has a page with an address, so that it can reload."""
    if not leaves_us(result.step):
        return _see_other(pay_url(visit.tenant, result.order))
    return go_on_page(request, visit.tenant, PresentStep(result.order, result.step, result.label))


def _show_changed(request: HttpRequest, visit: Visit, sent: Sent, changed: Changed) -> HttpResponse:
    review = Review(
        changed.quote,
        changed.cart,
        changed.new_key,
        notice=_changed_notice(visit, sent, changed),
        seen_twin=changed.twin.seen if changed.twin else sent.seen_twin,
        payment_type_id=sent.payment_type_id,
        typed=sent.typed,
        status=409,
    )
    return review_page(request, visit, review)


def _changed_notice(visit: Visit, sent: Sent, changed: Changed) -> str:
    if changed.twin is not None:
        return twin_text(changed.twin)
    return _total_text(visit, sent, changed.quote) if changed.why == "price" else changed_text(changed.why)


def _total_text(visit: Visit, sent: Sent, priced: Quote) -> str:
    seen = sent.seen_total_minor
    was = None if seen is None else Money(seen, priced.currency)
    return total_text(Money(priced.totals.total_minor, priced.currency), was, visit.location.locale)


def _refused(
    request: HttpRequest, visit: Visit, sent: Sent, tried: GuestCheckout, error: DomainError
) -> HttpResponse:
    """Show the domain's error on the same page with the same cart."""
    review = Review(
        tried.quote,
        tried.cart,
        tried.checkout_key,
        notice=error_text(error),
        is_error=True,
        payment_type_id=sent.payment_type_id,
        typed=sent.typed,
        wrong=error.code,
        seen_twin=sent.seen_twin,
        status=STATUS[error.kind],
    )
    return review_page(request, visit, review)


def _see_other(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)
