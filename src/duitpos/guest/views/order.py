"""An order as its guest sees it: /<tenant>/o/<order-token>/."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from duitpos.domain.orders.guest_view import guest_order
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.live import live_facts
from duitpos.guest.menu_page import page_facts
from duitpos.guest.urls_of import menu_url


@gzip_page
@guest_page
@require_safe
def order(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """Number, state, lines, totals, payment method, refunds. The page updates itself, with script or without."""
    owner = tenant_by_slug(tenant)
    seen = guest_order(owner, plain(order_token))
    context: dict[str, Any] = {
        **page_facts(owner, seen.location),
        **live_facts(owner, seen),
        "table": seen.table,
        "seen": seen,
        "menu_url": menu_url(owner, seen.order, seen.table),
        "kept": request.GET.get("kept", ""),
    }
    response = render(request, "guest/order.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
