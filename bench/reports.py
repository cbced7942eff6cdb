"""Question f: how long does a revenue report take after a year of ten million orders at 200 locations?

The totals are made by SQL, as the job that sums days would leave them: 137 orders a location and day, with 120 values
of all dimensions. Then every report is asked for: by each dimension, of a month and a year, for one location and all.
A month is asked for again and again while the history grows. What the job itself costs is measured with real orders.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench.databases import database
from bench.plan import Plan, say
from bench.server import enter_production, prepare

AIM_MS = 300.0
"""The aim for 95 of 100 reports."""
ORDERS_A_DAY = 137
LAST = date(2026, 10, 31)
VALUES = {
    "all": 1,
    "hour": 14,
    "week_hour": 14,
    "channel": 1,
    "payment_type": 2,
    "method": 4,
    "item": 40,
    "modifier": 20,
    "table": 20,
    "staff": 2,
    "tax": 2,
}
"""How many values of each dimension a location's day has."""
_MEASURES = (
    "orders, guests, quantity, sales, discounts, service_charge, tax_added, tax_included, rounding, unmatched, refunds,"
    " refunded_tax, disputes, fees"
)
_ROUNDS = 7


def measure(plan: Plan) -> dict[str, Any]:
    """All figures of this question. Call it once per process, since it loads Django."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="duitpos-bench-")))
        enter_production(stack.enter_context(database("postgres", folder)), folder)
        prepare()
        from tests.support.books import some_books
        from tests.support.restaurant import a_location

        books = some_books()
        tenant, first = books.restaurant.tenant, books.restaurant.location
        sites = [first, *(a_location(tenant, f"l{at}") for at in range(1, plan.locations))]
        answer: dict[str, Any] = {
            "aim_ms": AIM_MS,
            "locations": plan.locations,
            "days": plan.report_days,
            "orders": plan.locations * plan.report_days * ORDERS_A_DAY,
            "job_ms": _job(some_books("job")),
            "history": [],
        }
        for months in _grow(tenant, plan.report_days):
            spent = _asked(tenant, "item", _month(), ())
            answer["history"].append({"months": months, "month_by_item_ms": _figures(spent)})
            say(f"reports, {months} months of history: {answer['history'][-1]}")
        answer["reports"] = _reports(tenant, sites, plan.report_days)
        return answer


def _grow(tenant: Any, days: int) -> Iterator[int]:
    """Add the newest month first, then earlier ones; yield how many months there are."""
    from django.db import connection

    last, months = LAST, 0
    while (LAST - last).days < days:
        first = max(last.replace(day=1), LAST - timedelta(days=days - 1))
        _add(tenant, first, last)
        last, months = first - timedelta(days=1), months + 1
        if months in (1, 3, 6, 12) or (LAST - last).days >= days:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            yield months


def _add(tenant: Any, first: date, last: date) -> None:
    """The totals of every location for these days of one month, as the job leaves them."""
    from django.db import connection

    from duitpos.kit.tenancy import across_tenants

    month = first.replace(day=1)
    with connection.cursor() as cursor, across_tenants("SQL that the guard cannot read"):
        for by, count in VALUES.items():
            cursor.execute(_DAYS, [tenant.id, by, by, count, first, last, count, tenant.id])
        cursor.execute(_MONTHS, [month, tenant.id, first, last])
        cursor.execute(_BUSINESS_DAYS, [first, last, tenant.id])
        cursor.execute(_BUSINESS_MONTHS, [month, tenant.id])


_BUSINESS_DAYS = """
INSERT INTO duitpos_businessday
  (id, tenant_id, location_id, business_date, is_test, changes, summed, last_number)
SELECT gen_random_uuid(), tenant_id, id, day::date, false, 1, 1, 0
FROM duitpos_location, generate_series(%s::date, %s::date, '1 day'::interval) AS day WHERE tenant_id = %s
"""
_BUSINESS_MONTHS = """
INSERT INTO duitpos_businessmonth (id, tenant_id, location_id, month, is_test, changes, summed)
SELECT gen_random_uuid(), tenant_id, id, %s, false, 1, 1 FROM duitpos_location WHERE tenant_id = %s
"""
_DAYS = f"""
INSERT INTO duitpos_daytotal (id, tenant_id, location_id, business_date, is_test, is_online, currency, by, key, name,
  {_MEASURES})
SELECT gen_random_uuid(), %s, l.id, d::date, false, true, 'MYR', %s,
  CASE %s WHEN 'all' THEN '' WHEN 'hour' THEN lpad((k + 8)::text, 2, '0')
    WHEN 'week_hour' THEN extract(isodow FROM d)::text || '-' || lpad((k + 8)::text, 2, '0') ELSE 'key ' || k END,
  'Name ' || k, {ORDERS_A_DAY} / %s, 100, 300, 400000 + k, 0, 40000, 24000, 0, 0, 0, -1000, 0, 0, -12000
FROM duitpos_location l, generate_series(%s::date, %s::date, '1 day'::interval) AS d, generate_series(1, %s) AS k
WHERE l.tenant_id = %s
"""
_SUMS = ", ".join(f"sum({name.strip()})" for name in _MEASURES.split(","))
_MONTHS = f"""
INSERT INTO duitpos_monthtotal (id, tenant_id, location_id, month, is_test, is_online, currency, by, key, name,
  {_MEASURES})
SELECT gen_random_uuid(), tenant_id, location_id, %s, is_test, is_online, currency, by, key, max(name), {_SUMS}
FROM duitpos_daytotal WHERE tenant_id = %s AND business_date BETWEEN %s AND %s
GROUP BY tenant_id, location_id, is_test, is_online, currency, by, key
"""


def _month() -> Any:
    from duitpos.domain.reporting.report import Period

    return Period(LAST.replace(day=1), LAST)


def _asked(tenant: Any, by: str, period: Any, locations: Sequence[Any]) -> list[float]:
    """Milliseconds of each time that the report was asked for, after the first."""
    from duitpos.domain.reporting.report import By, Question
    from duitpos.domain.reporting.revenue import revenue

    question = Question(period, By(by), tuple(site.id for site in locations))
    spent = []
    for _ in range(1 + _ROUNDS):
        began = time.perf_counter()
        (report,) = revenue(tenant, question)
        spent.append((time.perf_counter() - began) * 1000)
        assert report.total.orders > 0
    return spent[1:]


def _reports(tenant: Any, sites: list[Any], days: int) -> dict[str, Any]:
    from duitpos.domain.reporting.report import By, Period

    periods = {
        "month": _month(),
        # A month that is not over, and one that began before it.
        "30 days": Period(
            LAST - timedelta(days=min(days, 45) - 1), LAST - timedelta(days=min(days, 45) - 30)
        ),
        "year": Period(LAST - timedelta(days=days - 1), LAST),
    }
    found: dict[str, Any] = {}
    for name, period in periods.items():
        for where, locations in (("one location", sites[:1]), ("all locations", [])):
            spent = {by.value: _asked(tenant, by.value, period, locations) for by in By}
            every = sorted(one for times in spent.values() for one in times)
            slowest = max(spent, key=lambda by: median(spent[by]))
            found[f"{name}, {where}"] = {
                **_figures(every),
                "slowest": slowest,
                "slowest_ms": round(median(spent[slowest]), 1),
            }
            say(f"reports, {name}, {where}: {found[f'{name}, {where}']}")
    return found


def _figures(spent: Sequence[float]) -> dict[str, float]:
    ordered = sorted(spent)
    return {
        "p50_ms": round(median(ordered), 1),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
    }


def _job(books: Any) -> dict[str, float]:
    """Sum one day of a location with as many real orders, several times."""
    from duitpos.domain.reporting.sum_days import sum_day
    from duitpos.models import BusinessDay

    noon = datetime(2027, 3, 1, 4, tzinfo=UTC)
    for at in range(ORDERS_A_DAY):
        books.paid(noon + timedelta(minutes=3 * (at % 60)), 1 + at % 3, at % 2)
    spent = []
    for _ in range(_ROUNDS):
        day = BusinessDay.objects.get(tenant=books.restaurant.tenant)
        began = time.perf_counter()
        sum_day(day)
        spent.append((time.perf_counter() - began) * 1000)
    return _figures(spent)
