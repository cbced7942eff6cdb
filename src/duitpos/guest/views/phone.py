"""An empty stylesheet that tells a guest's phone from an outsider: /<tenant>/t/<token>/phone.css (M55).

The menu's page links it. Browsers fetch it without script, also where the page itself came from a cache, and it is kept
by none, so every phone that shows the menu gets its cookie.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.guest.access import guest_page, remember_look
from duitpos.guest.table_page import table_page_of


@guest_page
@require_safe
def phone(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Only for a code that leads to a table; at most one query a second and code."""
    table_page_of(tenant, token)
    response = HttpResponse("", content_type="text/css")
    remember_look(request, response, tenant)
    response["Cache-Control"] = "private, no-store"
    return response
