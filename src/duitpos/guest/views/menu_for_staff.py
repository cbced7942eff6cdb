"""The menu as guests see it, for staff: a preview at any time of day, and a page to print."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.guest.menu_page import preview_html
from duitpos.guest.printed import printed_context
from duitpos.kit.clock import now
from duitpos.models import Location
from duitpos.web.content_policy import only_to_look_at
from duitpos.web.staff_only import staff_only

_YEARS = range(2000, 3000)


@require_safe
@staff_only(Can.EDIT_MENU, "dashboard:home")
def menu_preview(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The guest's menu page at a location, in a language, at an instant (`at`, ISO 8601). Nothing can be ordered."""
    location, language, at = _location(request, staff), _language(request.GET, staff), _at(request.GET)
    table = next((one.name for one in tables_of(staff.tenant) if one.location_id == location.id), "1")
    with translation.override(language):
        at_table = render_to_string("guest/_table.html", {"table_name": table})
        at_table += render_to_string("guest/_preview.html")
        response = HttpResponse(preview_html(staff.tenant, location, language, at, at_table))
    response.headers["Content-Language"] = language
    only_to_look_at(response)
    return response


@require_safe
@staff_only(Can.EDIT_MENU, "dashboard:home")
def printed_menu(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The menu of a location in a language, to be printed; `size=large` for large type."""
    location, language = _location(request, staff), _language(request.GET, staff)
    is_large = request.GET.get("size") == "large"
    with translation.override(language):
        context = printed_context(staff.tenant, location, language, with_sold_out="sold_out" in request.GET)
        response = render(request, "guest/printed_menu.html", {**context, "is_large": is_large})
    response.headers["Content-Language"] = language
    return response


def _location(request: HttpRequest, staff: Staff) -> Location:
    slug = request.GET.get("location", "")
    return location_of(staff.tenant, slug) if slug else locations(staff.tenant)[0]


def _language(query: QueryDict, staff: Staff) -> str:
    known = dict(settings.LANGUAGES)
    wanted = query.get("language", staff.tenant.menu_language)
    return wanted if wanted in known else settings.LANGUAGES[0][0]


def _at(query: QueryDict) -> datetime:
    """The instant asked for; now, if there is none or it cannot be read."""
    try:
        at = parse_datetime(query.get("at", ""))
        at = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        at = None
    return at if at is not None and at.year in _YEARS else now()
