"""Compare the stored totals with the ledger and its orders, day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q

from duitpos.domain.reporting.day_sums import ALL, Place, sums_of_day
from duitpos.domain.reporting.refund_sums import REFUNDS
from duitpos.domain.reporting.report import By, Sums
from duitpos.domain.reporting.sum_days import MEASURES, month_after, sum_day, sum_month
from duitpos.models import BusinessDay, BusinessMonth, DayTotal, LedgerEntry, MonthTotal


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that is not what its day adds up to, in minor units. `by` is a dimension, or what was compared."""

    location_id: UUID
    day: date
    is_test: bool
    by: str
    key: str
    measure: str
    stored: int
    right: int


def verify_totals(
    tenant_id: UUID, first: date | None = None, last: date | None = None
) -> Iterator[Difference]:
    """Sum what changed, then yield every stored total of a restaurant that differs from its day made anew."""
    within = Q(tenant_id=tenant_id)
    if first:
        within &= Q(business_date__gte=first)
    if last:
        within &= Q(business_date__lte=last)
    for day in BusinessDay.objects.filter(within).order_by("business_date", "location_id", "is_test"):
        if day.changes != day.summed:
            sum_day(day)
        before, found = _changes(day), list(_differences(day))
        # What was booked meanwhile is no difference: the day is summed again.
        if before == _changes(day) and before[0] == before[1]:
            yield from found
    for month in BusinessMonth.objects.filter(tenant_id=tenant_id).exclude(changes=F("summed")):
        sum_month(month)
    yield from _month_differences(tenant_id, first, last)


def _changes(day: BusinessDay) -> tuple[int, int]:
    rows = BusinessDay.objects.filter(tenant_id=day.tenant_id, id=day.id)
    return rows.values_list("changes", "summed").get()


def _differences(day: BusinessDay) -> Iterator[Difference]:
    right = {place: tally.total for place, tally in sums_of_day(day).items()}
    stored = {_place(row): _sums(row) for row in _stored(day)}
    for place in sorted({*right, *stored}, key=str):
        for measure in MEASURES:
            have = getattr(stored.get(place, Sums()), measure)
            want = getattr(right.get(place, Sums()), measure)
            if have != want:
                yield Difference(
                    day.location_id, day.business_date, day.is_test, place.by, place.key, measure, have, want
                )
    for by, measure, have, want in _against_the_ledger(day, right):
        if have != want:
            yield Difference(day.location_id, day.business_date, day.is_test, by, "", measure, have, want)


def _against_the_ledger(day: BusinessDay, sums: Mapping[Place, Sums]) -> Iterator[tuple[str, str, int, int]]:
    """What the day's sums must be: the ledger's, refunds also by their parts, dishes and tax rates."""
    entries = LedgerEntry.objects.filter(
        tenant_id=day.tenant_id,
        location_id=day.location_id,
        business_date=day.business_date,
        is_test=day.is_test,
    )
    total = sum((one for place, one in sums.items() if place.by == ALL), Sums())
    dishes = sum((one for place, one in sums.items() if place.by == By.ITEM), Sums())
    rates = sum((one for place, one in sums.items() if place.by == By.TAX), Sums())
    refunds = entries.filter(kind__in=REFUNDS).values_list("amount_minor", flat=True)
    yield (
        "ledger",
        "net_after_fees",
        total.net_after_fees,
        sum(entries.values_list("amount_minor", flat=True)),
    )
    yield "ledger", "refunds", total.refunds, sum(refunds)
    yield "ledger", "refunds", _refund_parts(total), total.refunds
    yield By.ITEM, "refunded_sales", dishes.refunded_sales, total.refunded_sales
    yield By.ITEM, "refunded_quantity", dishes.refunded_quantity, total.refunded_quantity
    yield By.TAX, "refunded_tax", rates.refunded_tax, total.refunded_tax


def _refund_parts(total: Sums) -> int:
    charges = total.refunded_service_charge + total.refunded_tax_added
    return total.refunded_sales + charges + total.refunded_other


def _stored(day: BusinessDay) -> list[DayTotal]:
    rows = DayTotal.objects.filter(
        tenant_id=day.tenant_id,
        location_id=day.location_id,
        business_date=day.business_date,
        is_test=day.is_test,
    )
    return list(rows)


def _month_differences(tenant_id: UUID, first: date | None, last: date | None) -> Iterator[Difference]:
    """Compare the totals of every month that has one of the days with the sums of its days' totals."""
    days, months = Q(tenant_id=tenant_id), Q(tenant_id=tenant_id)
    if first:
        days &= Q(business_date__gte=first.replace(day=1))
        months &= Q(month__gte=first.replace(day=1))
    if last:
        days &= Q(business_date__lt=month_after(last.replace(day=1)))
        months &= Q(month__lte=last)
    right: dict[tuple[UUID, date, bool, Place], Sums] = defaultdict(Sums)
    for row in DayTotal.objects.filter(days).iterator(chunk_size=2000):
        where = (row.location_id, row.business_date.replace(day=1), row.is_test, _place(row))
        right[where] += _sums(row)
    stored = {
        (row.location_id, row.month, row.is_test, _place(row)): _sums(row)
        for row in MonthTotal.objects.filter(months).iterator(chunk_size=2000)
    }
    for where in {*right, *stored}:
        location_id, month, is_test, place = where
        for measure in MEASURES:
            have = getattr(stored.get(where, Sums()), measure)
            want = getattr(right.get(where, Sums()), measure)
            if have != want:
                yield Difference(
                    location_id, month, is_test, f"month {place.by}", place.key, measure, have, want
                )


def _place(row: DayTotal | MonthTotal) -> Place:
    return Place(row.is_online, row.currency, row.by, row.key)


def _sums(row: DayTotal | MonthTotal) -> Sums:
    return Sums(**{measure: getattr(row, measure) for measure in MEASURES})
