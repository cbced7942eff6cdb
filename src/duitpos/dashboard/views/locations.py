"""The restaurant's locations: the list, a new one, and one location's details."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.locations import (
    LocationForm,
    NewLocationForm,
    location_values,
    show_problem,
)
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Conflict, DomainError, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.close_location import close_location, reopen_location
from duitpos.domain.staff_actions.edit_location import edit_location, has_orders, open_location
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.kit.clock import display_zone, now
from duitpos.models import Location
from duitpos.ui.when import day
from duitpos.web.forms import PlainForm
from duitpos.web.texts.hours import hours_texts, special_texts

_FIELDS = {
    Code.LOCATION_SLUG_TAKEN: "slug",
    Code.LOCATION_SLUG_WRONG: "slug",
    Code.LOCATION_SLUG_RESERVED: "slug",
    Code.LOCATION_SLUG_ALIKE: "slug",
    Code.LOCATION_NAME_EMPTY: "name",
    Code.CURRENCY_UNKNOWN: "currency",
    Code.CURRENCY_IN_USE: "currency",
    Code.TIME_ZONE_UNKNOWN: "time_zone",
    Code.DAY_ENDS_WHILE_OPEN: "day_closes_at",
}
"""Beside which field an error stands."""


@require_safe
@staff(Can.SET_HOURS)
def location_list(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Every location with its address and hours."""
    at = now()
    rows = [
        {
            "site": site,
            "hours": hours_texts(site) or [_("Open all day, every day")],
            "special": special_texts(site, at),
            "closed": day(site.closed_at.astimezone(display_zone(site.time_zone)).date(), site.locale)
            if site.closed_at
            else "",
        }
        for site in locations(staff.tenant)
    ]
    return page(request, staff, "dashboard/locations.html", {"rows": rows}, here="locations")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_LOCATIONS)
def add_location(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Open a further location."""
    first = next(iter(locations(staff.tenant)), None)
    form = NewLocationForm(request.POST or None, like=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_location(staff.member, form.draft())
        except (Invalid, Conflict) as error:
            _show(form, error)
        else:
            messages.success(
                request,
                _("%(name)s added. Set its hours next, then add its tables.") % {"name": made.name},
            )
            return redirect("dashboard:locations", staff.tenant.slug)
    return page(
        request, staff, "dashboard/location_form.html", {"form": form, "first": first}, here="locations"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_LOCATIONS)
def location(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Edit a location's details."""
    site = location_of(staff.tenant, location)
    form = LocationForm(request.POST or None, site, is_currency_fixed=has_orders(site))
    if request.method == "POST" and form.is_valid() and _save(staff, site, form):
        messages.success(request, _("%(name)s saved.") % {"name": form.cleaned_data["name"]})
        return redirect("dashboard:locations", staff.tenant.slug)
    context = {
        "form": form,
        "site": site,
        "others_changed": any(hasattr(field, "meanwhile") for field in form.fields.values()),
    }
    return page(request, staff, "dashboard/location_form.html", context, here="locations")


def _save(staff: Staff, site: Location, form: LocationForm) -> bool:
    """Save; False if the form has something to say."""
    try:
        try:
            edit_location(staff.member, site.id, form.read_at, form.draft())
        except Conflict as error:
            if error.code is not Code.LOCATION_CHANGED:
                raise
            fresh = location_of(staff.tenant, site.slug)
            if form.merge(location_values(fresh), fresh.version):
                return False
            # Nothing that this form shows was changed: save over it.
            edit_location(staff.member, site.id, fresh.version, form.draft())
    except (Invalid, Conflict) as error:
        _show(form, error)
        return False
    return True


def _show(form: LocationForm | NewLocationForm, error: DomainError) -> None:
    field = error.facts["field"] if error.code is Code.FIELD_INVALID else _FIELDS.get(error.code, "")
    show_problem(form, str(field), error_text(error))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_LOCATIONS)
def close(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Confirm (GET) and close (POST) a location for good."""
    site = location_of(staff.tenant, location)
    if request.method == "POST":
        close_location(staff.member, site.id)
        messages.success(request, _("%(name)s is closed for good.") % {"name": site.name})
        return redirect("dashboard:locations", staff.tenant.slug)
    context = {
        "form": PlainForm(),
        "title": _("Close %(name)s for good?") % {"name": site.name},
        "facts": [
            _("Guests can order there no more, and read that it is closed for good."),
            _("Who is paying at this moment is stopped at the processor within a few minutes."),
            _("Money that comes all the same stands under Needs attention: refund it, or serve it."),
            _(
                "What is paid already stays on the kitchen's board. Reports, receipts and refunds stay as they are."
            ),
            _("To stop for an hour or a week, pause it or change its hours. You can open it again here."),
        ],
        "do": _("Close it for good"),
        "back": reverse("dashboard:locations", args=[staff.tenant.slug]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="locations")


@require_POST
@staff(Can.SET_UP_LOCATIONS)
def reopen(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Take orders there again."""
    site = location_of(staff.tenant, location)
    reopen_location(staff.member, site.id)
    messages.success(request, _("%(name)s takes orders again, within its hours.") % {"name": site.name})
    return redirect("dashboard:locations", staff.tenant.slug)
