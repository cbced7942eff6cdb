"""The board, its live part, and the moves. Everything works as plain pages and forms; script makes it faster."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.orders.board import Board, board, board_version
from duitpos.domain.orders.canceled_ticket import take_note
from duitpos.domain.orders.do_not_make import read_not_to_make
from duitpos.domain.orders.move import move
from duitpos.domain.people.roles import Can, may
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.kit.clock import display_zone
from duitpos.kitchen.access import for_staff, in_a_language
from duitpos.kitchen.cards import LATE_MINUTES, WAITING_MINUTES, board_view, moved_of
from duitpos.kitchen.strip import Strip, strip_of
from duitpos.models import Location
from duitpos.ui.when import words_locale
from duitpos.web.texts import error_text


@never_cache
@in_a_language
@require_safe
@for_staff(Can.SEE_KITCHEN)
def pick(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose a location's kitchen. With only one location, redirect to it."""
    sites = locations(staff.tenant)
    if len(sites) == 1:
        return redirect("kitchen:board", staff.tenant.slug, sites[0].slug)
    return render(request, "kitchen/pick.html", {"staff": staff, "sites": sites})


@never_cache
@in_a_language
@require_safe
@for_staff(Can.SEE_KITCHEN)
def board_page(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """The whole page."""
    return _page(request, staff, location_of(staff.tenant, location))


@require_safe
@for_staff(Can.SEE_KITCHEN)
def live(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """The board alone, for polling: 304 without rendering while nothing on it changed."""
    site = location_of(staff.tenant, location)
    strip = strip_of(staff.tenant, site)
    same = get_conditional_response(request, etag=_etag(board_version(staff.tenant, site), strip))
    if same is not None and same.status_code == 304:
        return _private(same)
    seen = board(staff.tenant, site)
    response = render(request, "kitchen/_board.html", _context(staff, site, seen, strip))
    # The version of what was rendered, which may be newer than the version that was compared above.
    response["ETag"] = _etag(seen.version, strip)
    return _private(response)


@in_a_language
@for_staff(Can.WORK_ORDERS)
def move_order(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Move an order one step forward or back, then show the board with an undo."""
    home = reverse("kitchen:board", args=[staff.tenant.slug, location])
    if request.method != "POST":
        return HttpResponseRedirect(home)
    site = location_of(staff.tenant, location)
    order_id = _uuid(request.POST.get("order", ""))
    if order_id is None:
        raise Invalid(Code.FORM_INCOMPLETE)
    try:
        order = move(
            staff.member, site, order_id, request.POST.get("to", ""), seen=request.POST.get("seen", "")
        )
    except Conflict as conflict:
        return _page(request, staff, site, error_text(conflict), status=409)
    # No undo after an undo: it would only repeat the first move.
    query = "" if request.POST.get("is_undo") else "?" + urlencode({"moved": order.id})
    return HttpResponseRedirect(home + query, status=303)


@in_a_language
@require_http_methods(["POST"])
@for_staff(Can.WORK_ORDERS)
def not_to_make(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Say that refunded dishes were read, then show the board."""
    home = reverse("kitchen:board", args=[staff.tenant.slug, location])
    ids = [found for text in request.POST.getlist("line") if (found := _uuid(text)) is not None]
    read_not_to_make(staff.member, location_of(staff.tenant, location), ids)
    return HttpResponseRedirect(home, status=303)


@in_a_language
@require_http_methods(["POST"])
@for_staff(Can.WORK_ORDERS)
def take_note_of_canceled(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Take a canceled ticket off the board, then show the board."""
    order_id = _uuid(request.POST.get("order", ""))
    if order_id is None:
        raise Invalid(Code.FORM_INCOMPLETE)
    take_note(staff.member, location_of(staff.tenant, location), order_id)
    return HttpResponseRedirect(reverse("kitchen:board", args=[staff.tenant.slug, location]), status=303)


def _page(
    request: HttpRequest, staff: Staff, site: Location, problem: str = "", status: int = 200
) -> HttpResponse:
    seen = board(staff.tenant, site)
    said = " ".join(str(message) for message in get_messages(request))
    context = _context(staff, site, seen, strip_of(staff.tenant, site)) | {
        "problem": problem or said,
        "moved": moved_of(seen, _uuid(request.GET.get("moved", ""))),
        "sites": locations(staff.tenant),
        "sees_orders": may(staff.member.role, Can.SEE_ORDERS),
    }
    return render(request, "kitchen/board.html", context, status=status)


def _context(staff: Staff, site: Location, seen: Board, strip: Strip) -> dict[str, Any]:
    return {
        "staff": staff,
        "site": site,
        "board": board_view(seen),
        "strip": strip,
        "zone": display_zone(site.time_zone).key,
        "clock_locale": str(words_locale(site.locale)).replace("_", "-"),
        "waiting_minutes": WAITING_MINUTES,
        "late_minutes": LATE_MINUTES,
    }


def _etag(version: str, strip: Strip) -> str:
    return f'"{version}-{strip.version}-{get_language()}"'


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
