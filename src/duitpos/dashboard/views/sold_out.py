"""Mark dishes sold out, pause orders, answer guests' calls, and say how orders reach the guests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.service import ServiceForm
from duitpos.dashboard.page import page
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.service_style import set_service_style
from duitpos.domain.tables.calls import acknowledge
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.models import Location
from duitpos.web.stock_page import change, page_facts


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_STOCK)
def sold_out(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List a location's dishes with their stock. POST: change one, or pause orders, and show the same page again."""
    sites = locations(staff.tenant)
    site, refused = _wanted(staff, sites, request.GET.get("location", "")), None
    if site is not None and request.method == "POST":
        done = change(staff.member, site, request.POST)
        if isinstance(done, str):
            messages.success(request, done)
            return HttpResponseRedirect(_next(request, staff), status=303)
        refused, site = done, location_of(staff.tenant, site.slug)
    facts = page_facts(staff.tenant, site, request.GET, refused) if site is not None else {}
    home = reverse("dashboard:sold_out", args=[staff.tenant.slug])
    context: dict[str, Any] = {
        **facts,
        "sites": sites,
        "choose_location": len(sites) > 1,
        "here": f"{home}?{urlencode({'location': site.slug})}" if site is not None else home,
    }
    return page(request, staff, "dashboard/sold_out.html", context, here="sold_out")


def _wanted(staff: Staff, sites: list[Location], slug: str) -> Location | None:
    """The location in the query, else the first. Raises Gone for an unknown one: a form must not change another."""
    return location_of(staff.tenant, slug) if slug else next(iter(sites), None)


def _next(request: HttpRequest, staff: Staff) -> str:
    """The order's page if the form was on it, else the same page again."""
    try:
        order_id = UUID(request.POST.get("order", ""))
    except ValueError:
        return request.get_full_path()
    return reverse("dashboard:order", args=[staff.tenant.slug, order_id])


@require_http_methods(["POST"])
@staff(Can.ANSWER_CALLS)
def answer_call(request: HttpRequest, staff: Staff, call_id: UUID) -> HttpResponse:
    """Say that somebody goes to the table."""
    call = acknowledge(staff.member, None, call_id)
    text = _("Table %(table)s reads that somebody is on the way.") % {"table": call.table.name}
    messages.success(request, text)
    return redirect("dashboard:orders", staff.tenant.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.EDIT_MENU)
def service(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Choose whether orders are brought to the table or collected."""
    site = location_of(staff.tenant, location)
    form = ServiceForm(
        request.POST or None, initial={"style": site.service_style, "unpaid": site.unpaid_orders}
    )
    if request.method == "POST" and form.is_valid():
        set_service_style(staff.member, site, form.cleaned_data["style"], form.cleaned_data["unpaid"])
        messages.success(request, _("Saved. Guests read it on their order's page."))
        return redirect("dashboard:service", staff.tenant.slug, site.slug)
    return page(request, staff, "dashboard/service.html", {"form": form, "site": site}, here="sold_out")
