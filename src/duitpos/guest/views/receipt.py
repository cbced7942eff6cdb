"""A receipt to print or save: /<tenant>/o/<order-token>/receipt/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from duitpos.domain.orders.guest_view import guest_order
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.live import MONEY_IS_HERE, live_facts
from duitpos.guest.menu_page import page_facts
from duitpos.guest.urls_of import order_url


@gzip_page
@guest_page
@require_safe
def receipt(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """What was ordered and how it was paid. Before the order is paid, redirect to the order's page."""
    owner = tenant_by_slug(tenant)
    seen = guest_order(owner, plain(order_token))
    if seen.state not in MONEY_IS_HERE:
        return HttpResponseRedirect(order_url(owner, seen.order))
    context = {
        **page_facts(owner, seen.location),
        **live_facts(owner, seen),
        "table": seen.table,
        "back": order_url(owner, seen.order),
    }
    response = render(request, "guest/receipt.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
