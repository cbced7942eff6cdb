"""The live part of an order's page, for polling: /<tenant>/o/<order-token>/state/."""

from __future__ import annotations

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from duitpos.domain.orders.guest_view import guest_order
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page, plain
from duitpos.guest.live import can_go_on, live_facts, next_steps
from duitpos.guest.menu_page import page_facts
from duitpos.guest.table_page import code_version


@guest_page
@require_safe
def order_state(request: HttpRequest, tenant: str, order_token: str) -> HttpResponse:
    """An HTML fragment, or 304 if nothing changed."""
    owner = tenant_by_slug(tenant)
    seen = guest_order(owner, plain(order_token))
    # A shown code ends, and the expected wait passes, without a change of the order.
    changing = blake2b(repr([can_go_on(seen), next_steps(owner, seen)]).encode(), digest_size=6).hexdigest()
    etag = f'W/"{seen.version}-{changing}-{code_version()}-{get_language()}"'
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response: HttpResponse = HttpResponseNotModified()
    else:
        context = {**page_facts(owner, seen.location), **live_facts(owner, seen)}
        response = render(request, "guest/_live.html", context)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
