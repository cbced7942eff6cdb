"""All orders of this phone: /<tenant>/t/<token>/orders/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from duitpos.domain.orders.guest_view import GuestOrder, orders_of_phone
from duitpos.guest.access import Visit, guest_page, visit_of
from duitpos.guest.live import LEAVES_THE_CART
from duitpos.guest.menu_page import page_facts
from duitpos.guest.texts import progress_text
from duitpos.guest.urls_of import order_url


@gzip_page
@guest_page
@require_safe
def my_orders(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Number, state and total of each, newest first. A phone without an order is told so."""
    visit = visit_of(request, tenant, token)
    found = orders_of_phone(visit.tenant, visit.guest_token) if visit.guest_token else []
    context = {
        **page_facts(visit.tenant, visit.location),
        "table": visit.table,
        "orders": [_row(visit, seen) for seen in found],
    }
    response = render(request, "guest/my_orders.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(visit: Visit, seen: GuestOrder) -> dict[str, object]:
    """The template's facts about one order. `paid_key` tells the phone that this cart is paid."""
    return {
        "seen": seen,
        "label": seen.order.label,
        "progress": progress_text(seen),
        "url": order_url(visit.tenant, seen.order),
        "paid_key": seen.order.checkout_key if seen.state in LEAVES_THE_CART else "",
    }
