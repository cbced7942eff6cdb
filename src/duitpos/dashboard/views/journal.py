"""The journal of a month for the accountant: the page, and files for accounting packages."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.journal_files import SHAPES, journal_csv
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.journal import CODES, line_text
from duitpos.dashboard.texts.receipts import month_name
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.journal import Account, Entry, Line, journal
from duitpos.domain.reporting.report import Period
from duitpos.domain.reporting.sum_days import month_after
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import business_date, display_zone, now
from duitpos.kit.money import Money
from duitpos.models import Location

_OFFERED = 24
"""Months to choose from; the address takes others too."""
_MONTH = re.compile(r"2\d{3}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for. `site` is None for all locations."""

    sites: list[Location]
    site: Location | None
    month: date

    @property
    def period(self) -> Period:
        return Period(self.month, month_after(self.month) - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class ShownLine:
    """An account's sum of the month as text; debit or credit is empty."""

    code: str
    name: str
    debit: str
    credit: str


@require_safe
@staff(Can.SEE_REPORTS)
def journal_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a month's sums by account."""
    asked = _asked(request, staff)
    locale = (asked.site or asked.sites[0]).locale
    entries = _entries(staff, asked)
    context = {
        "sites": asked.sites,
        "site": asked.site,
        "month": f"{asked.month:%Y-%m}",
        "months": [(f"{one:%Y-%m}", month_name(one, locale)) for one in _months(asked)],
        "title": _title(asked, locale),
        "shown": _shown(entries, locale),
        "days": len({entry.business_date for entry in entries}),
        "shapes": [(name, shape.label) for name, shape in SHAPES.items()],
    }
    return page(request, staff, "dashboard/journal.html", context, here="reports")


@require_safe
@staff(Can.SEE_REPORTS)
def journal_file(request: HttpRequest, staff: Staff, kind: str) -> HttpResponse:
    """Download a month's entries in the shape that a package imports."""
    if kind not in SHAPES:
        raise Http404
    asked = _asked(request, staff)
    data = journal_csv(_entries(staff, asked), SHAPES[kind])
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    site = f"-{asked.site.slug}" if asked.site else ""
    name = f"{staff.tenant.slug}{site}-journal-{asked.month:%Y-%m}-{kind}.csv"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def _title(asked: _Asked, locale: str) -> str:
    month = month_name(asked.month, locale)
    if asked.site is None:
        return _("All locations, %(month)s") % {"month": month}
    return _("%(location)s, %(month)s") % {"location": asked.site.name, "month": month}


def _asked(request: HttpRequest, staff: Staff) -> _Asked:
    sites = locations(staff.tenant)
    wanted = request.GET.get("location", "")
    site = next((one for one in sites if one.slug == wanted), None)
    month = request.GET.get("month", "")
    chosen = date.fromisoformat(f"{month}-01") if _MONTH.fullmatch(month) else _this_month(sites[0])
    return _Asked(sites, site, chosen)


def _entries(staff: Staff, asked: _Asked) -> list[Entry]:
    return journal(staff.tenant, asked.period, (asked.site.id,) if asked.site else ())


def _this_month(site: Location) -> date:
    return business_date(now(), display_zone(site.time_zone).key, site.day_closes_at).replace(day=1)


def _months(asked: _Asked) -> list[date]:
    months = [_this_month(asked.sites[0])]
    while len(months) < _OFFERED:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return sorted({*months, asked.month}, reverse=True)


def _shown(entries: list[Entry], locale: str) -> list[tuple[str, list[ShownLine], ShownLine]]:
    """The sums by account, with debits and credits in all; a table for each currency."""
    sums: dict[str, dict[tuple[Account, str], int]] = defaultdict(lambda: defaultdict(int))
    for entry in entries:
        for line in entry.lines:
            sums[entry.currency][line.account, line.key] += line.minor
    return [(currency, *_table(found, currency, locale)) for currency, found in sorted(sums.items())]


def _table(
    found: dict[tuple[Account, str], int], currency: str, locale: str
) -> tuple[list[ShownLine], ShownLine]:
    def write(minor: int) -> str:
        return Money(minor, currency).plain(locale)

    order = list(Account)
    lines = [Line(account, key, minor) for (account, key), minor in found.items()]
    lines.sort(key=lambda one: (order.index(one.account), one.key))
    shown = [
        ShownLine(
            CODES[one.account],
            line_text(one),
            write(one.minor) if one.minor > 0 else "",
            write(-one.minor) if one.minor < 0 else "",
        )
        for one in lines
    ]
    debits = sum(one.minor for one in lines if one.minor > 0)
    credits = -sum(one.minor for one in lines if one.minor < 0)
    return shown, ShownLine("", _("Total"), write(debits), write(credits))
