"""The state of a restaurant now, for its home page: each location's day so far, and what waits for somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from duitpos.domain.alerts.queries import alert_count
from duitpos.domain.orders.states import KITCHEN
from duitpos.domain.payment_issues.checks import kept_red_count
from duitpos.domain.payments.disputes.read import disputes_to_answer
from duitpos.domain.people.roles import Can, may
from duitpos.domain.processor_accounts.setup_facts import read_setup
from duitpos.domain.processor_accounts.setup_steps import Setup, judge, takes_real_payments
from duitpos.domain.reporting.day_sums import ALL
from duitpos.domain.reporting.report import By, Period, Question, Sums
from duitpos.domain.reporting.revenue import sum_changed_days
from duitpos.domain.reporting.sum_days import MEASURES
from duitpos.domain.tables.calls import open_calls
from duitpos.domain.tenancy.find import locations
from duitpos.domain.tenancy.hours import closes_next, is_open, is_paused
from duitpos.kit.clock import business_date, display_zone
from duitpos.kit.money import Money
from duitpos.models import DayTotal, Dispute, ItemStock, Location, Membership, ModifierStock, Order, Tenant
from duitpos.models.menu import StockStatus

_WEEK = timedelta(days=7)
_SAID_BEFORE = timedelta(days=14)
"""How long before an unfinished restaurant is removed its page says so."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Real orders and money of one business day, in one currency."""

    orders: int
    net: Money


@dataclass(frozen=True, slots=True)
class SiteToday:
    """One location. `figures` has a currency each, nearly always one; None where the member may not see revenue."""

    location: Location
    day: date
    is_open: bool
    is_paused: bool
    closes_at: datetime | None
    orders: int
    """Real orders that were paid today."""
    test_orders: int
    in_kitchen: int
    sold_out: int
    """Dishes and choices."""
    figures: tuple[DayFigures, ...] | None
    last_week: tuple[DayFigures, ...] | None
    """The whole of the same weekday a week ago."""


@dataclass(frozen=True, slots=True)
class Today:
    """What the home page shows. What the member may not see is 0, empty or None."""

    sites: tuple[SiteToday, ...]
    alerts: int
    issues: int
    calls: int
    disputes: tuple[Dispute, ...]
    """Those that can still be answered, the most urgent first."""
    setup: Setup | None
    """While it takes no real payments yet, and the member can change that."""
    unfinished_until: datetime | None
    """When the restaurant is removed unless it takes an order before; None while that is weeks away."""


def today(member: Membership, at: datetime) -> Today:
    """Read it. The number of queries does not depend on how many locations or orders there are."""
    tenant, role = member.tenant, member.role
    sets_up = may(role, Can.SET_UP_PAYMENTS) and not takes_real_payments(tenant.id)
    resolves = may(role, Can.RESOLVE_ALERTS)
    return Today(
        sites=_sites(tenant, at, sees_money=may(role, Can.SEE_REPORTS)),
        alerts=alert_count(tenant) if resolves else 0,
        issues=kept_red_count(tenant) if may(role, Can.CHECK_PAYMENT) else 0,
        calls=len(open_calls(tenant)) if may(role, Can.ANSWER_CALLS) else 0,
        disputes=tuple(disputes_to_answer(tenant)) if resolves else (),
        setup=judge(read_setup(tenant), at) if sets_up else None,
        unfinished_until=_removed_soon(tenant, at) if may(role, Can.SET_UP_PAYMENTS) else None,
    )


def _removed_soon(tenant: Tenant, at: datetime) -> datetime | None:
    until = tenant.unfinished_until
    return until if until is not None and until - at < _SAID_BEFORE else None


def _sites(tenant: Tenant, at: datetime, *, sees_money: bool) -> tuple[SiteToday, ...]:
    sites = locations(tenant)
    days = {
        site.id: business_date(at, display_zone(site.time_zone).key, site.day_closes_at) for site in sites
    }
    in_kitchen, sold_out = _in_kitchen(tenant, sites), _sold_out(tenant, at)
    placed = _placed(tenant, days)
    figures = _figures(tenant, days) if sees_money else {}
    return tuple(
        SiteToday(
            location=site,
            day=days[site.id],
            is_open=tenant.is_open and is_open(site, at),
            is_paused=is_paused(site, at),
            closes_at=closes_next(site, at),
            orders=placed[site.id, False],
            test_orders=placed[site.id, True],
            in_kitchen=in_kitchen.get(site.id, 0),
            sold_out=sold_out[site.id],
            figures=figures.get((site.id, days[site.id]), ()) if sees_money else None,
            last_week=figures.get((site.id, days[site.id] - _WEEK), ()) if sees_money else None,
        )
        for site in sites
    )


def _in_kitchen(tenant: Tenant, sites: Sequence[Location]) -> Mapping[UUID, int]:
    rows = Order.objects.filter(
        tenant=tenant, location_id__in=[site.id for site in sites], status__in=KITCHEN
    )
    return dict(rows.values_list("location_id").annotate(Count("id")).order_by())


def _placed(tenant: Tenant, days: Mapping[UUID, date]) -> Counter[tuple[UUID, bool]]:
    """Orders that have a number of today and were not canceled, real ones and test orders."""
    of_today = Q(pk__in=())
    for location_id, day in days.items():
        of_today |= Q(location_id=location_id, business_date=day)
    rows = Order.objects.filter(of_today, tenant=tenant, number__isnull=False).exclude(status="canceled")
    counted = rows.values_list("location_id", "is_test").annotate(count=Count("id")).order_by()
    return Counter({(location_id, is_test): count for location_id, is_test, count in counted})


def _sold_out(tenant: Tenant, at: datetime) -> Counter[UUID]:
    gone = Q(until__isnull=True) | Q(until__gt=at)
    items = ItemStock.objects.filter(
        gone,
        tenant=tenant,
        status=StockStatus.OUT_OF_STOCK,
        item__archived_at=None,
        item__tenant=tenant,
    )
    modifiers = ModifierStock.objects.filter(
        gone, tenant=tenant, modifier__archived_at=None, modifier__tenant=tenant
    )
    counts = Counter(dict(items.values_list("location_id").annotate(Count("id")).order_by()))
    counts.update(dict(modifiers.values_list("location_id").annotate(Count("id")).order_by()))
    return counts


def _figures(tenant: Tenant, days: Mapping[UUID, date]) -> Mapping[tuple[UUID, date], tuple[DayFigures, ...]]:
    """Of today and of the same day a week ago, by location and date. Days that changed are summed first."""
    if not days:
        return {}
    period = Period(min(days.values()), max(days.values()))
    sum_changed_days(tenant, Question(period, By.LOCATION))
    wanted = [day - back for day in set(days.values()) for back in (timedelta(0), _WEEK)]
    rows = DayTotal.objects.filter(tenant=tenant, by=ALL, is_test=False, business_date__in=wanted)
    grouped = rows.values("location_id", "business_date", "currency").annotate(
        **{f"sum_{measure}": Sum(measure) for measure in MEASURES}
    )
    found: dict[tuple[UUID, date], tuple[DayFigures, ...]] = {}
    for row in _plain(grouped.order_by("currency")):
        sums = Sums(**{measure: row[f"sum_{measure}"] for measure in MEASURES})
        key = (row["location_id"], row["business_date"])
        found[key] = (*found.get(key, ()), DayFigures(sums.orders, Money(sums.net, row["currency"])))
    return found


def _plain(rows: Iterable[Any]) -> Iterable[dict[str, Any]]:
    """The rows without the types that the stubs know: the sums' names are made at run time."""
    return rows
