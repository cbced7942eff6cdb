"""Keep the totals of days and months current (docs/money-path.md: M35, M46).

A day is summed as a whole, in one transaction: read its count of changes, sum, replace its rows, and store that count.
Whoever books money counts up in their own transaction, which waits for ours or makes it find another count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet, Sum

from duitpos.domain.reporting.day_sums import Place, Tally, sums_of_day
from duitpos.domain.reporting.report import Sums
from duitpos.kit.transact import transact
from duitpos.models import BusinessDay, BusinessMonth, DayTotal, MonthTotal

MEASURES = tuple(one.name for one in fields(Sums))
_PLACE = ("by", "key", "is_online", "currency")
_BATCH = 500
"""Rows of one look for days that changed."""


class ChangedMeanwhile(Exception):
    """Money was booked while the day was summed: all is undone, and the day is still to be summed."""


def sum_changed(tenant_id: UUID, is_stopped: Callable[[], bool]) -> int:
    """Sum a restaurant's days and months that changed; return how many. Several at once are safe."""
    done = 0
    for days in iter(partial(_changed_days, tenant_id), []):
        before = done
        for day in days:
            if is_stopped():
                return done
            done += sum_day(day)
        if done == before:
            # Only days that change all the time are left: the next look tries them again.
            break
    for month in BusinessMonth.objects.filter(tenant_id=tenant_id).exclude(changes=F("summed")):
        if is_stopped():
            return done
        done += sum_month(month)
    return done


def _changed_days(tenant_id: UUID) -> list[BusinessDay]:
    return list(BusinessDay.objects.filter(tenant_id=tenant_id).exclude(changes=F("summed"))[:_BATCH])


def sum_day(day: BusinessDay) -> bool:
    """Sum a day, with no transaction open. False: it changed meanwhile, and another look sums it."""
    try:
        transact(lambda: _replace_day(day))
    except ChangedMeanwhile:
        return False
    return True


def sum_month(month: BusinessMonth) -> bool:
    """Sum a month from its days, with no transaction open. False: a day of it changed meanwhile."""
    try:
        transact(lambda: _replace_month(month))
    except ChangedMeanwhile:
        return False
    return True


def _replace_day(day: BusinessDay) -> None:
    row = BusinessDay.objects.filter(tenant_id=day.tenant_id, id=day.id)
    # Read before the sums: what is booked after it makes another number.
    changes = row.values_list("changes", flat=True).get()
    tallies = sums_of_day(day)
    # Count the month up first: two that sum days of one month wait here for each other.
    _count_month_up(day)
    _rows_of_day(day).delete()
    DayTotal.objects.bulk_create(_day_totals(day, tallies), batch_size=_BATCH)
    if not row.filter(changes=changes).update(summed=changes):
        raise ChangedMeanwhile


def _rows_of_day(day: BusinessDay) -> QuerySet[DayTotal]:
    return DayTotal.objects.filter(
        tenant_id=day.tenant_id,
        location_id=day.location_id,
        business_date=day.business_date,
        is_test=day.is_test,
    )


def _day_totals(day: BusinessDay, tallies: dict[Place, Tally]) -> Iterable[DayTotal]:
    for place, tally in tallies.items():
        total = tally.total
        yield DayTotal(
            tenant_id=day.tenant_id,
            location_id=day.location_id,
            business_date=day.business_date,
            is_test=day.is_test,
            is_online=place.is_online,
            currency=place.currency,
            by=place.by,
            key=place.key,
            name=tally.name,
            **{measure: getattr(total, measure) for measure in MEASURES},
        )


def _count_month_up(day: BusinessDay) -> None:
    of_month = {
        "tenant_id": day.tenant_id,
        "location_id": day.location_id,
        "month": day.business_date.replace(day=1),
        "is_test": day.is_test,
    }
    rows = BusinessMonth.objects.filter(**of_month)
    if not rows.update(changes=F("changes") + 1):
        BusinessMonth.objects.bulk_create([BusinessMonth(**of_month)], ignore_conflicts=True)
        rows.update(changes=F("changes") + 1)


def _replace_month(month: BusinessMonth) -> None:
    row = BusinessMonth.objects.filter(tenant_id=month.tenant_id, id=month.id)
    changes = row.values_list("changes", flat=True).get()
    of_month = {"tenant_id": month.tenant_id, "location_id": month.location_id, "is_test": month.is_test}
    days = DayTotal.objects.filter(
        **of_month, business_date__gte=month.month, business_date__lt=month_after(month.month)
    )
    summed = days.values(*_PLACE).annotate(
        last_name=Max("name"), **{f"sum_{measure}": Sum(measure) for measure in MEASURES}
    )
    totals = [
        MonthTotal(**of_month, month=month.month, **_columns(dict(found))) for found in summed.order_by()
    ]
    MonthTotal.objects.filter(**of_month, month=month.month).delete()
    MonthTotal.objects.bulk_create(totals, batch_size=_BATCH)
    if not row.filter(changes=changes).update(summed=changes):
        raise ChangedMeanwhile


def _columns(found: dict[str, Any]) -> dict[str, Any]:
    measures = {measure: found[f"sum_{measure}"] for measure in MEASURES}
    return {**{name: found[name] for name in _PLACE}, "name": found["last_name"], **measures}


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
