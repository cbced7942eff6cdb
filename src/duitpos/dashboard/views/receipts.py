"""The receipts of a month as ranges, on a page and as a file."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.reports import RECEIPT_KINDS, range_text
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.receipt_ranges import receipt_ranges
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import business_date, now
from duitpos.kit.csv_file import csv_file
from duitpos.kit.money import decimal_text
from duitpos.models import Location

_AMOUNTS = frozenset({3, 4, 5})
"""Columns of the file that are numbers."""


@require_safe
@staff(Can.SEE_REPORTS)
def receipts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the ranges of the month that the address names, or of this month."""
    sites = locations(staff.tenant)
    month = read_month(request.GET.get("month", ""), sites[0])
    found = receipt_ranges(staff.tenant, month, sites)
    rows = [(one, str(RECEIPT_KINDS[one.kind]), range_text(one)) for one in found]
    context = {"month": month, "rows": rows, "missing": sum(one.missing for one in found), "sites": sites}
    return page(request, staff, "dashboard/receipts.html", context, here="reports")


@require_safe
@staff(Can.SEE_REPORTS)
def receipts_file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Download them as CSV."""
    sites = locations(staff.tenant)
    month = read_month(request.GET.get("month", ""), sites[0])
    rows = [
        [_("Location"), _("Kind"), _("Numbers"), _("Count"), _("Total"), _("Tax"), _("Currency"), _("Void")]
    ]
    for one in receipt_ranges(staff.tenant, month, sites):
        amounts = [decimal_text(minor, one.currency) for minor in (one.total, one.tax)]
        void = " ".join(str(number) for number in one.void)
        kind = str(RECEIPT_KINDS[one.kind])
        rows.append([one.location.name, kind, range_text(one), str(one.count), *amounts, one.currency, void])
    response = HttpResponse(csv_file(rows, _AMOUNTS), content_type="text/csv; charset=utf-8")
    name = f"{staff.tenant.slug}-receipts-{month:%Y-%m}.csv"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def read_month(text: str, site: Location) -> date:
    """The first day of the month "2026-11"; of this month where the text is no month."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = None
    if month is None or not 2000 <= month.year < 3000:
        month = business_date(now(), site.time_zone, site.day_closes_at).replace(day=1)
    return month
