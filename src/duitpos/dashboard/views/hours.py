"""A location's weekly hours and the days that differ from them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.hours import HoursForm, hours_values
from duitpos.dashboard.page import page
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.staff_actions.set_hours import set_hours
from duitpos.domain.tenancy.find import location_of
from duitpos.models import Location


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_HOURS)
def hours(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Edit the hours."""
    site = location_of(staff.tenant, location)
    form = HoursForm(request.POST if request.method == "POST" else None, site)
    if request.method == "POST" and form.is_valid() and _save(staff, site, form):
        messages.success(request, _("The hours of %(name)s are saved.") % {"name": site.name})
        return redirect("dashboard:locations", staff.tenant.slug)
    context = {
        "form": form,
        "site": site,
        "others_changed": form.others_added
        or any(hasattr(field, "meanwhile") for field in form.fields.values()),
    }
    return page(request, staff, "dashboard/hours.html", context, here="locations")


def _save(staff: Staff, site: Location, form: HoursForm) -> bool:
    """Save; False if the form has something to say."""
    week, special = form.cleaned_data["week"], form.cleaned_data["special"]
    try:
        try:
            set_hours(staff.member, site.id, form.read_at, week, special)
        except Conflict:
            fresh = location_of(staff.tenant, site.slug)
            if form.merge(hours_values(fresh), fresh.hours_version):
                return False
            # Nothing that this form shows was changed: save over it.
            set_hours(staff.member, site.id, fresh.hours_version, week, special)
    except Invalid as error:
        form.show(error)
        return False
    return True
