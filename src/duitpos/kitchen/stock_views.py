"""Mark dishes sold out and pause orders from the kitchen, and answer guests' calls."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.calls import acknowledge
from duitpos.domain.tenancy.find import location_of
from duitpos.kitchen.access import for_staff, in_a_language
from duitpos.web.stock_page import Refused, change, page_facts


@never_cache
@in_a_language
@require_http_methods(["GET", "HEAD", "POST"])
@for_staff(Can.SET_STOCK)
def sold_out(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """List the dishes with their stock. POST: change one, or pause orders, and show the same page again."""
    site, refused = location_of(staff.tenant, location), None
    if request.method == "POST":
        done = change(staff.member, site, request.POST)
        if isinstance(done, str):
            messages.success(request, done)
            return HttpResponseRedirect(request.get_full_path(), status=303)
        refused, site = done, location_of(staff.tenant, location)
    context = {
        **page_facts(staff.tenant, site, request.GET, refused),
        "staff": staff,
        "here": reverse("kitchen:sold_out", args=[staff.tenant.slug, site.slug]),
    }
    return render(request, "kitchen/sold_out.html", context, status=_status(refused))


def _status(refused: Refused | None) -> int:
    if refused is None:
        return 200
    return 409 if refused.is_stale else 400


@in_a_language
@require_http_methods(["POST"])
@for_staff(Can.ANSWER_CALLS)
def answer_call(request: HttpRequest, staff: Staff, location: str, call_id: UUID) -> HttpResponse:
    """Say that somebody goes to the table, then show the board."""
    acknowledge(staff.member, location_of(staff.tenant, location), call_id)
    return HttpResponseRedirect(reverse("kitchen:board", args=[staff.tenant.slug, location]), status=303)


@in_a_language
@require_http_methods(["POST"])
@for_staff(Can.PAUSE)
def take_orders(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """End a pause, then show the board."""
    done = change(staff.member, location_of(staff.tenant, location), request.POST)
    if isinstance(done, Refused):
        messages.error(request, done.why)
    return HttpResponseRedirect(reverse("kitchen:board", args=[staff.tenant.slug, location]), status=303)
