"""Tables and their QR codes: list, print, add, rotate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.tables import TableForm
from duitpos.dashboard.page import page
from duitpos.dashboard.qr import qr_file, table_url
from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.create import create_table
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tables.rotate import rotate_token
from duitpos.domain.tenancy.find import locations
from duitpos.models import Table
from duitpos.ui.qr import qr_svg
from duitpos.web.forms import PlainForm


@require_safe
@staff(Can.SET_UP_TABLES)
def tables(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List all tables with their codes, by location. The page can be printed."""
    all_tables = tables_of(staff.tenant)
    sites = locations(staff.tenant)
    wanted = next((site for site in sites if site.slug == request.GET.get("location")), None)
    groups = [
        (site, [_card(staff, table) for table in all_tables if table.location_id == site.id])
        for site in sites
        if wanted in (None, site)
    ]
    context = {"groups": groups, "sites": sites, "wanted": wanted, "is_empty": not all_tables}
    return page(request, staff, "dashboard/tables.html", context, here="tables")


def _card(staff: Staff, table: Table) -> dict[str, Any]:
    url = table_url(staff.tenant, table)
    return {"table": table, "url": url, "qr": qr_svg(url)}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def add_table(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add a table."""
    sites = locations(staff.tenant)
    initial = {"location": request.GET.get("location", "")}
    form = TableForm(request.POST or None, sites=sites, initial=initial if initial["location"] else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            table = create_table(staff.member, form.site, data["name"], data["area"])
        except (Conflict, Invalid) as error:
            form.add_error("name", error_text(error))
        else:
            text = _("Table %(name)s added. Print its code and put it on the table.") % {"name": table}
            messages.success(request, text)
            return redirect(f"{reverse('dashboard:tables', args=[staff.tenant.slug])}#table-{table.id}")
    return page(request, staff, "dashboard/table_form.html", {"form": form}, here="tables")


@require_safe
@staff(Can.SET_UP_TABLES)
def table_code(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Download the code as an SVG file."""
    table = _table(staff, table_id)
    response = HttpResponse(qr_file(table_url(staff.tenant, table)), content_type="image/svg+xml")
    name = "-".join(
        part
        for part in (staff.tenant.slug, table.location.slug, slugify(table.name) or table.id.hex[-6:])
        if part
    )
    header = content_disposition_header(as_attachment=True, filename=f"{name}.svg")
    response["Content-Disposition"] = header or "attachment"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def rotate_table(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Confirm (GET) and make (POST) a new code; the printed one stops working."""
    table = _table(staff, table_id)
    back = f"{reverse('dashboard:tables', args=[staff.tenant.slug])}#table-{table.id}"
    if request.method == "POST":
        rotate_token(staff.member, table.id)
        text = _("Table %(name)s has a new code. Replace the printed one: it no longer works.")
        messages.success(request, text % {"name": table})
        return redirect(back)
    context = {
        "form": PlainForm(),
        "title": _("New code for table %(name)s?") % {"name": table},
        "facts": [
            _("The printed code stops working at once, also for guests who have it open."),
            _("Orders that were paid keep their pages and receipts."),
            _("Print the new code and put it on the table."),
        ],
        "do": _("Make a new code"),
        "back": back,
        "is_danger": True,
    }
    return page(request, staff, "dashboard/question.html", context, here="tables")


def _table(staff: Staff, table_id: UUID) -> Table:
    for table in tables_of(staff.tenant):
        if table.id == table_id:
            return table
    raise Gone(Code.TABLE_UNKNOWN)
