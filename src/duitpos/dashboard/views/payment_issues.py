"""Payment Issues: the checks, their badge, and the declined cards."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.forms.payment_issues import read_day, read_sites
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.payment_issues import shown_checks
from duitpos.domain.payment_issues.checks import red_count, run_checks
from duitpos.domain.payment_issues.declines import declined_on
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now


@require_safe
@staff(Can.CHECK_PAYMENT)
def payment_issues(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Run every check and show what it found."""
    checked = run_checks(staff.tenant)
    context = {"checks": shown_checks(checked), "red": checked.red, "home": checked.home, "at": checked.at}
    return page(request, staff, "dashboard/payment_issues.html", context, here="payment_issues")


@require_safe
@staff(Can.CHECK_PAYMENT)
def payment_issues_count(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The badge alone, which every page loads after itself."""
    return render(request, "dashboard/_issues_count.html", {"staff": staff, "count": red_count(staff.tenant)})


@require_safe
@staff(Can.CHECK_PAYMENT)
def declines(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The cards that were declined on a trading day; today's list renews itself."""
    sites = locations(staff.tenant)
    day, chosen = read_day(request.GET), read_sites(request.GET, sites)
    site = chosen[0] if len(chosen) == 1 and len(sites) > 1 else None
    values = {"day": day.isoformat() if day else "", "location": site.slug if site else ""}
    rows = declined_on(staff.tenant, chosen, day, now())
    context = {
        "rows": rows,
        "paid": sum(row.is_paid for row in rows),
        "day": day,
        "sites": sites,
        "site": site,
        "query": urlencode({name: value for name, value in values.items() if value}),
    }
    return page(request, staff, "dashboard/declines.html", context, here="payment_issues")
