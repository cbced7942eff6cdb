"""Answer a revenue report from the totals of days and months.

Whole months that are over are read from their own totals, other days from theirs, so that a report costs as much as
its period is long, whatever the history. Days of the period that changed since they were summed are summed first.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Sum

from duitpos.domain.reporting.day_sums import ALL, WEEK_HOUR
from duitpos.domain.reporting.report import MOST_DAYS, By, Period, Question, Report, Row, Sums
from duitpos.domain.reporting.sum_days import MEASURES, month_after, sum_day
from duitpos.kit.transact import snapshot
from duitpos.models import (
    BusinessDay,
    BusinessMonth,
    DayTotal,
    LedgerEntry,
    Location,
    MenuItem,
    MonthTotal,
    Tenant,
)
from duitpos.models.ledger import LedgerKind

_SECONDS = 0.15
"""How long a report sums days that changed before it answers; those that are left the worker sums."""
_MOST_SUMMED = 100
_STORED = {By.SECTION: By.ITEM}
"""Rows that are made of others'."""
_FROM_ALL = (By.DAY, By.WEEKDAY, By.LOCATION)
"""Rows that come from the day's one total."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Business dates from `first` to `last`; `is_month`: a whole month whose own totals are current."""

    first: date
    last: date
    is_month: bool = False


def revenue(tenant: Tenant, question: Question) -> tuple[Report, ...]:
    """Return one report for each currency in which anything was booked in the period, the most used first.

    Its rows and totals are of one state of the books, whatever is booked meanwhile.
    """
    sum_changed_days(tenant, question)
    return snapshot(lambda: _read(tenant, question))


def _read(tenant: Tenant, question: Question) -> tuple[Report, ...]:
    period = question.period
    rows = _rows(tenant, question, period)
    lost = _without_location(tenant, question, period)
    totals = _totals(tenant, question, period)
    currencies = totals.keys() | {currency for currency, _ in lost}
    before = _totals(tenant, question, period.before)
    weekdays = _totals(tenant, question, period.same_weekdays)
    days_before = _rows(tenant, question, period.before) if question.by == By.DAY else {}
    heat = _heat(tenant, question) if question.by in (By.DAY, By.HOUR, By.WEEKDAY) else {}
    types = _types_by_day(tenant, question) if question.by == By.PAYMENT_TYPE else {}
    reports = [
        Report(
            question,
            currency,
            totals.get(currency, Sums()) + _sum(one for (of, _), one in lost.items() if of == currency),
            _named(tenant, question, _of(currency, _with_lost(rows, lost, question.by)), period),
            _named(tenant, question, _of(currency, days_before), period.before),
            before.get(currency, Sums()) + _lost_in(tenant, question, period.before, currency),
            weekdays.get(currency, Sums()) + _lost_in(tenant, question, period.same_weekdays, currency),
            heat.get(currency, {}),
            types.get(currency, {}),
        )
        for currency in currencies
    ]
    return tuple(sorted(reports, key=lambda one: (-one.total.orders, one.currency)))


def sum_changed_days(tenant: Tenant, question: Question) -> None:
    """Sum days that changed, the newest first, so that an order that was just paid counts."""
    until = time.monotonic() + _SECONDS
    for day in changed_days(tenant, question).order_by("-business_date")[:_MOST_SUMMED]:
        sum_day(day)
        if time.monotonic() >= until:
            break


def changed_days(tenant: Tenant, question: Question) -> QuerySet[BusinessDay]:
    """Days of the period, and of those it is compared with, whose totals are not current."""
    periods = (question.period, question.period.before, question.period.same_weekdays)
    days = Q()
    for period in periods:
        days |= Q(business_date__range=(period.first, period.last))
    rows = BusinessDay.objects.filter(
        days,
        tenant=tenant,
        is_test=question.is_test,
        **({"location_id__in": question.locations} if question.locations else {}),
    )
    return rows.exclude(changes=F("summed"))


def _scope(tenant: Tenant, question: Question) -> dict[str, Any]:
    scope: dict[str, Any] = {"tenant": tenant, "is_test": question.is_test}
    if question.locations:
        scope["location_id__in"] = question.locations
    if question.is_online is not None:
        scope["is_online"] = question.is_online
    return scope


def _spans(tenant: Tenant, question: Question, period: Period) -> Iterator[_Span]:
    """Cut a period into whole months with current totals, and the days between them."""
    months = _whole_months(period)
    stale: set[date] = set()
    if months:
        rows = BusinessMonth.objects.filter(tenant=tenant, month__range=(months[0], months[-1]))
        stale = set(rows.exclude(changes=F("summed")).values_list("month", flat=True))
    begins = period.first
    for month in months:
        if month in stale:
            continue
        if begins < month:
            yield _Span(begins, _day_before(month))
        begins = month_after(month)
        yield _Span(month, _day_before(begins), is_month=True)
    if begins <= period.last:
        yield _Span(begins, period.last)


def _whole_months(period: Period) -> list[date]:
    month = period.first if period.first.day == 1 else month_after(period.first.replace(day=1))
    months = []
    while month_after(month) <= _day_after(period.last):
        months.append(month)
        month = month_after(month)
    return months


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _found(
    tenant: Tenant, question: Question, period: Period, by: str, column: str, *, by_day: bool = False
) -> Iterator[dict[str, Any]]:
    """Sums by currency and `column`, from months where their column is the same as the days'."""
    scope = _scope(tenant, question)
    spans = [_Span(period.first, period.last)] if by_day else list(_spans(tenant, question, period))
    days, months = Q(), Q()
    for span in spans:
        if span.is_month:
            months |= Q(month=span.first)
        else:
            days |= Q(business_date__range=(span.first, span.last))
    if days:
        yield from _grouped(DayTotal.objects.filter(days, by=by, **scope), column)
    if months:
        yield from _grouped(MonthTotal.objects.filter(months, by=by, **scope), column)


def _grouped(rows: QuerySet[Any], column: str) -> Iterable[dict[str, Any]]:
    grouped = rows.values("currency", column).annotate(
        last_name=Max("name"), **{f"sum_{measure}": Sum(measure) for measure in MEASURES}
    )
    return list(grouped.order_by())


def _sums(found: dict[str, Any]) -> Sums:
    return Sums(**{measure: found[f"sum_{measure}"] for measure in MEASURES})


def _totals(tenant: Tenant, question: Question, period: Period) -> dict[str, Sums]:
    totals: dict[str, Sums] = defaultdict(Sums)
    for found in _found(tenant, question, period, ALL, "is_test"):
        totals[found["currency"]] += _sums(found)
    return totals


def _rows(tenant: Tenant, question: Question, period: Period) -> dict[tuple[str, str], Row]:
    """The rows by currency and key."""
    by = question.by
    column = {By.DAY: "business_date", By.WEEKDAY: "business_date", By.LOCATION: "location_id"}.get(by, "key")
    stored = ALL if by in _FROM_ALL else _STORED.get(by, by).value
    by_day = column == "business_date"
    rows: dict[tuple[str, str], Row] = {}
    for found in _found(tenant, question, period, stored, column, by_day=by_day):
        key = _key(by, found[column])
        known = rows.get((found["currency"], key), Row(key, "", Sums()))
        rows[found["currency"], key] = Row(key, found["last_name"] or known.name, known.sums + _sums(found))
    return _by_section(tenant, rows) if by == By.SECTION else rows


def _by_section(tenant: Tenant, dishes: dict[tuple[str, str], Row]) -> dict[tuple[str, str], Row]:
    """Add dishes up by the section that each is in today."""
    items = MenuItem.objects.filter(tenant=tenant).select_related("section")
    sections = {str(item.id): item.section for item in items}
    rows: dict[tuple[str, str], Row] = {}
    for (currency, dish), row in dishes.items():
        section = sections.get(dish)
        key = (currency, str(section.id) if section else "")
        known = rows.get(key, Row(key[1], section.name if section else "", Sums()))
        rows[key] = Row(known.key, known.name, known.sums + row.sums)
    return rows


def _key(by: By, value: date | UUID | str) -> str:
    if by == By.WEEKDAY and isinstance(value, date):
        return str(value.isoweekday())
    return value.isoformat() if isinstance(value, date) else str(value)


def _heat(tenant: Tenant, question: Question) -> dict[str, dict[tuple[int, int], int]]:
    """Net by weekday and hour."""
    heat: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for found in _found(tenant, question, question.period, WEEK_HOUR, "key"):
        weekday, _, hour = found["key"].partition("-")
        heat[found["currency"]][int(weekday), int(hour)] += _sums(found).net
    return heat


def _types_by_day(tenant: Tenant, question: Question) -> dict[str, dict[str, tuple[int, ...]]]:
    """By currency and payment type, the net of every day of the period."""
    period = question.period
    if period.days > MOST_DAYS:
        return {}
    rows = DayTotal.objects.filter(
        by=By.PAYMENT_TYPE, business_date__range=(period.first, period.last), **_scope(tenant, question)
    )
    grouped = rows.values("currency", "business_date", "key").annotate(
        **{f"sum_{measure}": Sum(measure) for measure in MEASURES}
    )
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * period.days))
    for row in grouped.order_by():
        at = (row["business_date"] - period.first).days
        found[row["currency"]][row["key"]][at] += _sums(dict(row)).net
    return {
        currency: {key: tuple(values) for key, values in types.items()} for currency, types in found.items()
    }


def _without_location(tenant: Tenant, question: Question, period: Period) -> dict[tuple[str, date], Sums]:
    """Money of orders that we do not know has no location and no totals; it is read from the ledger."""
    if question.locations or question.is_online is False:
        return {}
    rows = LedgerEntry.objects.filter(
        tenant=tenant,
        location__isnull=True,
        business_date__range=(period.first, period.last),
        is_test=question.is_test,
    )
    lost: dict[tuple[str, date], Sums] = defaultdict(Sums)
    for kind, currency, day, minor in rows.values_list("kind", "currency", "business_date", "amount_minor"):
        lost[currency, day] += _lost(kind, minor)
    return lost


def _lost_in(tenant: Tenant, question: Question, period: Period, currency: str) -> Sums:
    lost = _without_location(tenant, question, period)
    return _sum(one for (of, _), one in lost.items() if of == currency)


def _lost(kind: str, minor: int) -> Sums:
    if kind == LedgerKind.PAYMENT:
        return Sums(unmatched=minor)
    if kind in (LedgerKind.REFUND, LedgerKind.REFUND_FAILED):
        return Sums(refunds=minor, refunded_other=minor)
    if kind == LedgerKind.FEE:
        return Sums(fees=minor)
    return Sums(disputes=minor)


def _with_lost(
    rows: dict[tuple[str, str], Row], lost: dict[tuple[str, date], Sums], by: By
) -> dict[tuple[str, str], Row]:
    """Add money without a location to the rows that it belongs to. In other reports it is in the total alone."""
    if by not in _FROM_ALL:
        return rows
    added = dict(rows)
    for (currency, day), sums in lost.items():
        key = "" if by == By.LOCATION else _key(by, day)
        known = added.get((currency, key), Row(key, "", Sums()))
        added[currency, key] = Row(key, known.name, known.sums + sums)
    return added


def _of(currency: str, rows: dict[tuple[str, str], Row]) -> list[Row]:
    return [row for (of, _), row in rows.items() if of == currency]


def _sum(sums: Iterable[Sums]) -> Sums:
    return sum(sums, Sums())


def _named(tenant: Tenant, question: Question, rows: list[Row], period: Period) -> tuple[Row, ...]:
    """Give rows their names and their order: time and weekday by themselves, others by what they brought in."""
    by = question.by
    if by == By.DAY:
        known = {row.key: row for row in rows}
        days = (date.fromordinal(period.first.toordinal() + at).isoformat() for at in range(period.days))
        return tuple(known.get(day, Row(day, "", Sums())) for day in days) if rows else ()
    if by in (By.HOUR, By.WEEKDAY):
        return tuple(sorted(rows, key=lambda row: row.key))
    if by == By.LOCATION:
        names = {str(site.id): site.name for site in Location.objects.filter(tenant=tenant)}
        rows = [Row(row.key, names.get(row.key, ""), row.sums) for row in rows]
    return tuple(sorted(rows, key=lambda row: (-row.sums.net, row.name, row.key)))
