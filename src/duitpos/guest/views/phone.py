"""This phone's own stylesheet, under a menu that is the same for all: /<tenant>/t/<token>/phone.css (M55).

Browsers fetch it without script, even if the menu came from a cache, and never cache it. It sets the cookie that tells
guests' phones from outsiders, and shows the menu's link to this phone's order.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.domain.orders.guest_view import latest_order_of
from duitpos.domain.reporting.visits import Step, count_visit
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page
from duitpos.guest.cookies import guest_token_of, remember_look
from duitpos.guest.table_page import table_page_of

_SHOW_MY_ORDER = ".mine { display: block; } .go.orders { display: flex; }"


@guest_page
@require_safe
def phone(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Set the phone cookie. Raises Gone for an unknown code; at most one query per second and code for a new phone."""
    table_page = table_page_of(tenant, token)
    guest_token = guest_token_of(request)
    has_order = guest_token and latest_order_of(tenant_by_slug(tenant), guest_token) is not None
    response = HttpResponse(_SHOW_MY_ORDER if has_order else "", content_type="text/css")
    if remember_look(request, response, tenant):
        count_visit(UUID(table_page.tenant), UUID(table_page.location), Step.SCANS)
    response["Cache-Control"] = "private, no-store"
    return response
