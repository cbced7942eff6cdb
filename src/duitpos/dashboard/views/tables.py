"""Tables and their QR codes: list, print, add."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.tables import NewTablesForm
from duitpos.dashboard.page import page
from duitpos.dashboard.qr import qr_file, table_url
from duitpos.dashboard.texts.errors import error_text
from duitpos.dashboard.texts.tables import created_texts, unreachable_texts
from duitpos.domain.errors import Conflict, Invalid
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.create import create_tables
from duitpos.domain.tables.find import archived_names, table_of, tables_of
from duitpos.domain.tenancy.find import locations
from duitpos.models import Table
from duitpos.ui.qr import qr_svg


@require_safe
@staff(Can.SET_UP_TABLES)
def tables(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List all tables with their codes, by location. The page can be printed."""
    all_tables = tables_of(staff.tenant)
    sites = locations(staff.tenant)
    archived = archived_names(staff.tenant)
    wanted = next((site for site in sites if site.slug == request.GET.get("location")), None)
    groups = [
        (
            site,
            [_card(staff, table) for table in all_tables if table.location_id == site.id],
            ", ".join(archived.get(site.id, ())),
        )
        for site in sites
        if wanted in (None, site)
    ]
    context = {
        "groups": groups,
        "sites": sites,
        "wanted": wanted,
        "is_empty": not all_tables,
        "unreachable": unreachable_texts(settings.BASE_URL),
    }
    return page(request, staff, "dashboard/tables.html", context, here="tables")


def _card(staff: Staff, table: Table) -> dict[str, Any]:
    url = table_url(staff.tenant, table)
    return {"table": table, "url": url, "qr": qr_svg(url)}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Can.SET_UP_TABLES)
def add_table(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Add one table, or many."""
    sites = locations(staff.tenant)
    initial = {"location": request.GET.get("location", "")}
    form = NewTablesForm(request.POST or None, sites=sites, initial=initial if initial["location"] else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            created = create_tables(staff.member, form.site, data["names"], data["area"])
        except (Conflict, Invalid) as error:
            form.add_error("names", error_text(error))
        else:
            for text in created_texts(created):
                messages.success(request, text)
            tables_url = reverse("dashboard:tables", args=[staff.tenant.slug])
            return redirect(f"{tables_url}?location={form.site.slug}#table-{created.first.id}")
    return page(request, staff, "dashboard/table_form.html", {"form": form}, here="tables")


@require_safe
@staff(Can.SET_UP_TABLES)
def table_code(request: HttpRequest, staff: Staff, table_id: UUID) -> HttpResponse:
    """Download the code as an SVG file."""
    table = table_of(staff.tenant, table_id)
    response = HttpResponse(qr_file(table_url(staff.tenant, table)), content_type="image/svg+xml")
    name = "-".join(
        part
        for part in (staff.tenant.slug, table.location.slug, slugify(table.name) or table.id.hex[-6:])
        if part
    )
    header = content_disposition_header(as_attachment=True, filename=f"{name}.svg")
    response["Content-Disposition"] = header or "attachment"
    return response
