"""A month's receipts as ranges of numbers: the page, and the same as a file."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.receipts import file_rows, gap_text, month_name
from duitpos.dashboard.texts.reports import more_text
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.receipt_ranges import month_receipts
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import business_date, now
from duitpos.kit.csv_file import csv_file
from duitpos.models import Location

LISTED = 100
"""How much of what is left out the page lists; the file has all."""
_OFFERED = 36
"""Months to choose from; the address takes others too."""
_MONTH = re.compile(r"2\d{3}-(0[1-9]|1[0-2])", re.ASCII)


@require_safe
@staff(Can.SEE_REPORTS)
def receipts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a location's month."""
    sites = locations(staff.tenant)
    site = _site(request, sites)
    this_month = _this_month(site)
    month = _month(request, this_month)
    found = month_receipts(site, month)
    offered = _months(this_month, month)
    context = {
        "sites": sites,
        "site": site,
        "month": f"{month:%Y-%m}",
        "months": [(f"{one:%Y-%m}", month_name(one, site.locale)) for one in offered],
        "title": _("%(location)s, %(month)s")
        % {"location": site.name, "month": month_name(month, site.locale)},
        "found": found,
        "missing": [gap_text(gap) for gap in found.gaps],
        "is_running": month == this_month,
        "left_out": found.left_out[:LISTED],
        "more": more_text(len(found.left_out) - LISTED) if len(found.left_out) > LISTED else "",
    }
    return page(request, staff, "dashboard/receipts.html", context, here="reports")


@require_safe
@staff(Can.SEE_REPORTS)
def receipts_file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Download a location's month as .csv."""
    site = _site(request, locations(staff.tenant))
    month = _month(request, _this_month(site))
    rows, numbers = file_rows(month_receipts(site, month))
    response = HttpResponse(csv_file(rows, numbers), content_type="text/csv; charset=utf-8")
    name = f"{staff.tenant.slug}-{site.slug}-receipts-{month:%Y-%m}.csv"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _site(request: HttpRequest, sites: list[Location]) -> Location:
    """The location in the address; the first, if it names none of these."""
    wanted = request.GET.get("location", "")
    return next((site for site in sites if site.slug == wanted), sites[0])


def _this_month(site: Location) -> date:
    return business_date(now(), site.time_zone, site.day_closes_at).replace(day=1)


def _month(request: HttpRequest, this_month: date) -> date:
    """The month in the address; this one, if it is none."""
    wanted = request.GET.get("month", "")
    return date.fromisoformat(f"{wanted}-01") if _MONTH.fullmatch(wanted) else this_month


def _months(newest: date, chosen: date) -> list[date]:
    """The newest months, and the chosen one if it is none of them; newest first."""
    months = [newest]
    while len(months) < _OFFERED:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return sorted({*months, chosen}, reverse=True)
