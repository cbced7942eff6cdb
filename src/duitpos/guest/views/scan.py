"""The address in a table's QR code: /<tenant>/t/<token>/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from duitpos.guest.access import guest_page
from duitpos.guest.table_page import table_page_of


@guest_page
@require_safe
def scan(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """Redirect to the menu in this phone's language. The language is in that URL, so that a cache can keep the page."""
    table_page_of(tenant, token)
    return HttpResponseRedirect(reverse("guest:menu", args=[tenant, token, get_language()]))
