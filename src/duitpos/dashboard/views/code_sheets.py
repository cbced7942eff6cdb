"""Codes to print: sheets, stickers and table tents as PDF, and all of them as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.code_sheets import CodesForm
from duitpos.dashboard.page import page
from duitpos.dashboard.qr import qr_file, qr_picture, table_url
from duitpos.dashboard.texts.code_sheets import SHORT_LINES, notice_text
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tables.find import tables_of
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.kit.code_sheet import Code, Layout, codes_pdf, lacking_signs
from duitpos.models import Table

MOST = 120
"""Codes of one file, so that it is made in a few seconds."""
_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


@require_safe
@staff(Can.SET_UP_TABLES)
def code_sheets(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Choose what to print; the page then has the files, which have MOST codes each."""
    form, chosen = _read(request, staff)
    parts = range(1, -(-len(chosen) // MOST) + 1)
    query = {
        name: request.GET.getlist(name)
        for name in form.fields
        if name != "part" and request.GET.getlist(name)
    }
    context = {
        "form": form,
        "count": len(chosen),
        "parts": [
            (
                urlencode({**query, "part": part}, doseq=True),
                chosen[(part - 1) * MOST],
                chosen[min(part * MOST, len(chosen)) - 1],
            )
            for part in parts
        ],
        "lacks_signs": lacking_signs(_codes(staff, form, chosen[:MOST])),
    }
    return page(request, staff, "dashboard/code_sheets.html", context, here="tables")


@require_safe
@staff(Can.SET_UP_TABLES)
def code_file(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    """Download one part as PDF, or as a ZIP of SVG and PNG files."""
    form, chosen = _read(request, staff)
    begins = ((form.cleaned_data.get("part") or 1) - 1) * MOST
    tables = chosen[begins : begins + MOST]
    if not tables:
        raise Http404
    if kind == "pdf":
        layout = Layout(form.cleaned_data["layout"] or Layout.SHEET)
        title = _("Codes of %(restaurant)s") % {"restaurant": staff.tenant.name}
        data = codes_pdf(layout, _codes(staff, form, tables), title, now())
    else:
        data = _zip(staff, tables)
    response = HttpResponse(data, content_type=_TYPES[kind])
    name = f"{staff.tenant.slug}-codes-{begins + 1}-{begins + len(tables)}.{kind}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _read(request: HttpRequest, staff: Staff) -> tuple[CodesForm, list[Table]]:
    """The form and the tables that it means: all of them before anything is chosen. Http404 for a wrong address."""
    tables = tables_of(staff.tenant)
    given = request.GET or {"layout": Layout.SHEET, "languages": ["en"]}
    form = CodesForm(given, sites=locations(staff.tenant), tables=tables)
    if not form.is_valid():
        raise Http404
    return form, form.chosen(tables)


def _codes(staff: Staff, form: CodesForm, tables: Sequence[Table]) -> list[Code]:
    lines = tuple(SHORT_LINES[language] for language in form.cleaned_data["languages"])
    with_notice = form.cleaned_data["notice"]
    return [
        Code(
            url=table_url(staff.tenant, table),
            restaurant=staff.tenant.name,
            location=table.location.name,
            table=_("Table %(name)s") % {"name": table.name},
            lines=lines,
            notice=notice_text(table.location) if with_notice else "",
        )
        for table in tables
    ]


def _zip(staff: Staff, tables: Sequence[Table]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as files:
        for table in tables:
            # The id makes names unique: "7 a" and "7-a" would be the same file.
            name = "-".join(filter(None, (table.location.slug, slugify(table.name), table.id.hex[-6:])))
            url = table_url(staff.tenant, table)
            files.writestr(f"{name}.svg", qr_file(url))
            files.writestr(f"{name}.png", qr_picture(url))
    return out.getvalue()
