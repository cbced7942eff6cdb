"""One table: its name, area and location, a new code, and taking it off the list."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.tables import TableForm, initial_of
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.edit import archive_table, edit_table, facts_of
from duitpos.domain.tables.find import table_of
from duitpos.domain.tables.rotate import rotate_all, rotate_token
from duitpos.domain.tenancy.find import location_of, locations
from duitpos.models import Table
from duitpos.web.forms import PlainForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def table(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Rename or move the table."""
    found, sites = table_of(staff.tenant, table_id), locations(staff.tenant)
    initial = initial_of(facts_of(found), sites)
    form = TableForm(request.POST or None, sites=sites, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            saved = edit_table(
                staff.member,
                found.id,
                seen=data["seen"],
                location=form.site,
                name=data["name"],
                area=data["area"],
            )
        except (Conflict, Invalid) as error:
            if error.code is Code.TABLE_CHANGED:
                form = TableForm(initial=initial, sites=sites)
                messages.error(request, error_text(error))
            else:
                form.add_error("name", error_text(error))
        else:
            messages.success(request, _("Table %(name)s saved. Its code stays the same.") % {"name": saved})
            return redirect(_shown(staff, saved))
    context = {"form": form, "table": found, "back": _shown(staff, found)}
    return page(request, staff, "dashboard/table.html", context, here="tables")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def rotate_table(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Confirm (GET) and make (POST) a new code; the printed one stops working."""
    found = table_of(staff.tenant, table_id)
    if request.method == "POST":
        rotate_token(staff.member, found.id)
        text = _("Table %(name)s has a new code. Replace the printed one: it no longer works.")
        messages.success(request, text % {"name": found})
        return redirect(_shown(staff, found))
    context = {
        "form": PlainForm(),
        "title": _("New code for table %(name)s?") % {"name": found},
        "facts": [
            _("The printed code stops working at once, also for guests who have it open."),
            _("Orders that were paid keep their pages and receipts."),
            _("Print the new code and put it on the table."),
        ],
        "do": _("Make a new code"),
        "back": _shown(staff, found),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="tables")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def rotate_location(request: HttpRequest, staff: Staff, location: str) -> HttpResponse:
    """Confirm (GET) and make (POST) new codes for all tables of a location."""
    site = location_of(staff.tenant, location)
    back = f"{reverse('dashboard:tables', args=[staff.tenant.slug])}?location={site.slug}"
    if request.method == "POST":
        count = rotate_all(staff.member, site)
        text = ngettext(
            "%(count)d table has a new code. Replace the printed one: it no longer works.",
            "%(count)d tables have new codes. Replace the printed ones: they no longer work.",
            count,
        )
        messages.success(request, text % {"count": count})
        return redirect(back)
    context = {
        "form": PlainForm(),
        "title": _("New codes for all tables of %(location)s?") % {"location": site},
        "facts": [
            _("Every printed code of this location stops working at once, also for guests who have it open."),
            _("Orders that were paid keep their pages and receipts."),
            _("Guests can order again when the new codes are on the tables."),
        ],
        "do": _("Make new codes for all"),
        "back": back,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="tables")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def archive(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Confirm (GET) and take the table off the list (POST)."""
    found = table_of(staff.tenant, table_id)
    if request.method == "POST":
        archive_table(staff.member, found.id)
        text = _("Table %(name)s is archived. Add a table with this name to have it back with its code.")
        messages.success(request, text % {"name": found})
        return redirect(
            f"{reverse('dashboard:tables', args=[staff.tenant.slug])}?location={found.location.slug}"
        )
    context = {
        "form": PlainForm(),
        "title": _("Archive table %(name)s?") % {"name": found},
        "facts": [
            _("Its code stops working at once, also for guests who have it open."),
            _("Orders that were made at it stay as they are."),
        ],
        "do": _("Archive"),
        "back": reverse("dashboard:table", args=[staff.tenant.slug, found.id]),
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="tables")


def _shown(staff: Staff, table: Table) -> str:
    """The table's place on the list."""
    return f"{reverse('dashboard:tables', args=[staff.tenant.slug])}#table-{table.id}"
