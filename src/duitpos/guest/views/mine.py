"""This phone's order, or its list of orders: /<tenant>/t/<token>/mine/. The menu, the same for all phones, links it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.access import guest_page
from duitpos.guest.banner import banners_of
from duitpos.guest.cookies import guest_token_of
from duitpos.guest.table_page import table_page_of


@guest_page
@require_safe
def mine(request: HttpRequest, tenant: str, token: str) -> HttpResponse:
    """A page that goes on to the order or the list by itself; the menu's script takes the line about it out of here.

    Without an order, redirect to the menu.
    """
    table_page_of(tenant, token)
    owner = tenant_by_slug(tenant)
    banners = banners_of(owner, guest_token_of(request), token)
    if not banners:
        return HttpResponseRedirect(reverse("guest:scan", args=[tenant, token]))
    response = render(request, "guest/mine.html", {"tenant": owner, "banner": banners[0]})
    response["Cache-Control"] = "private, no-store"
    return response
