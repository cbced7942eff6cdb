"""An empty stylesheet whose cookie tells guests' phones from outsiders: /<tenant>/t/<token>/phone.css (M55).

The menu page links it. Browsers fetch it without script, even if the page itself came from a cache, and never cache it,
so every phone that shows the menu gets its cookie.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.guest.access import guest_page, remember_look
from duitpos.guest.table_page import table_page_of


@guest_page
@require_safe
def phone(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Set the phone cookie. Raises Gone for an unknown code; at most one query per second and code."""
    table_page_of(tenant, token)
    response = HttpResponse("", content_type="text/css")
    remember_look(request, response, tenant)
    response["Cache-Control"] = "private, no-store"
    return response
