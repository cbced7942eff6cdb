"""What anybody may read about a restaurant without a table's code: its locations at /<tenant>/, and their menus."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from duitpos.domain.checkout.stopped import why_closed
from duitpos.domain.menus.read import menu_of
from duitpos.domain.tenancy.find import location_of, locations, tenant_by_slug
from duitpos.domain.tenancy.hours import closes_next
from duitpos.guest.access import guest_page
from duitpos.guest.menu_rows import menu_rows
from duitpos.guest.texts import charges_text, open_text
from duitpos.kit.clock import now
from duitpos.models import Location, Tenant
from duitpos.web.texts.hours import hours_texts, special_texts


@gzip_page
@guest_page
@require_safe
def restaurant(request: HttpRequest, tenant: str) -> HttpResponse:
    """Name, locations and hours. Nothing can be ordered here: only a table's code says which table it is."""
    found = tenant_by_slug(tenant)
    places = [_place(found, location) for location in locations(found)]
    return render(request, "guest/restaurant.html", {"tenant": found, "places": places})


@gzip_page
@guest_page
@require_safe
def menu_to_read(request: HttpRequest, tenant: str, location: str) -> HttpResponse:
    """A location's menu as its guests see it now, without the order. Raises Gone."""
    found = tenant_by_slug(tenant)
    place = location_of(found, location)
    menu = menu_of(found, place, get_language() or "en", at=now())
    context = {
        **menu_rows(menu, place),
        **_place(found, place),
        "tenant": found,
        "currency": place.currency,
        "locale": place.locale,
        "charges": charges_text(place),
    }
    return render(request, "guest/menu_to_read.html", context)


def _place(tenant: Tenant, location: Location) -> dict[str, Any]:
    """The template's facts about one location."""
    at = now()
    closed = why_closed(tenant, location, at)
    return {
        "location": location,
        "hours": [] if location.closed_at else [*hours_texts(location), *special_texts(location, at)],
        "is_open": closed is None,
        "state": open_text(closed, closes_next(location, at), location.locale, at),
    }
