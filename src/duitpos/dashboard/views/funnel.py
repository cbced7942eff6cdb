"""The funnel of a day: from the scan to the payment, and where guests stop."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from duitpos.dashboard.access import staff
from duitpos.dashboard.page import page
from duitpos.dashboard.texts.funnel import shown_steps, shown_stops
from duitpos.domain.people.roles import Can
from duitpos.domain.people.staff import Staff
from duitpos.domain.reporting.funnel import funnel as funnel_of
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import business_date, now


@require_safe
@staff(Can.SEE_REPORTS)
def funnel(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show a day's funnel, of all locations or one; today's without a day in the address."""
    sites = locations(staff.tenant)
    site = next((one for one in sites if one.slug == request.GET.get("location", "")), None)
    first = site or sites[0]
    today = business_date(now(), first.time_zone, first.day_closes_at)
    day = _day(request.GET.get("day", ""), today)
    found = funnel_of(staff.tenant, [site] if site else sites, day)
    context = {
        "sites": sites,
        "site": site,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "steps": shown_steps(found),
        "stops": shown_stops(found),
        "locale": first.locale,
    }
    return page(request, staff, "dashboard/funnel.html", context, here="reports")


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 2000 <= day.year < 3000 and day <= today else today
