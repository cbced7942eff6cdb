"""The receipts and credit notes of a month as ranges of consecutive numbers, for consolidated e-invoices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from duitpos.domain.reporting.sum_days import month_after
from duitpos.kit.clock import display_zone
from duitpos.models import Location, Order, Refund, Tenant
from duitpos.models.receipt import ReceiptKind
from duitpos.models.refund import RefundStatus

_LONGEST_WAIT = timedelta(days=60)
"""How long before its receipt an order may have been placed: it bounds the read by an index."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """One receipt or credit note. Amounts are minor units of `currency`; a credit note's are positive too."""

    series: str
    number: int
    total: int
    tax: int
    currency: str
    is_void: bool = False
    """A credit note whose refund a bank sent back."""


@dataclass(frozen=True, slots=True)
class ReceiptRange:
    """Consecutive numbers of one location. `missing`: numbers before it that nobody has, which must not happen."""

    location: Location
    kind: ReceiptKind
    series: str
    first: int
    last: int
    total: int
    tax: int
    currency: str
    void: tuple[int, ...]
    missing: int

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1


def receipt_ranges(tenant: Tenant, month: date, locations: Iterable[Location]) -> list[ReceiptRange]:
    """The ranges of a calendar month in each location's time zone. Test orders have none. Two queries a location."""
    found: list[ReceiptRange] = []
    for location in locations:
        begins, ends = _instants(month, location), _instants(month_after(month), location)
        found += _ranges(location, ReceiptKind.SALE, _sales(tenant, location, begins, ends))
        found += _ranges(location, ReceiptKind.CREDIT_NOTE, _credit_notes(tenant, location, begins, ends))
    return found


def _instants(day: date, location: Location) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=display_zone(location.time_zone))


def _sales(tenant: Tenant, location: Location, begins: datetime, ends: datetime) -> Iterator[Numbered]:
    rows = Order.objects.filter(
        tenant=tenant,
        location=location,
        is_test=False,
        receipt_number__isnull=False,
        receipt_at__gte=begins,
        receipt_at__lt=ends,
        created_at__gte=begins - _LONGEST_WAIT,
        created_at__lt=ends,
    )
    columns = ("receipt_series", "receipt_number", "total_minor", "tax_minor", "currency")
    for series, number, total, tax, currency in rows.order_by(*columns[:2]).values_list(*columns):
        yield Numbered(series, number or 0, total, tax, currency)


def _credit_notes(tenant: Tenant, location: Location, begins: datetime, ends: datetime) -> Iterator[Numbered]:
    rows = Refund.objects.filter(
        tenant=tenant,
        payment__tenant=tenant,
        payment__location=location,
        payment__is_test=False,
        credit_number__isnull=False,
        credit_at__gte=begins,
        credit_at__lt=ends,
    )
    for row in rows.order_by("credit_series", "credit_number"):
        is_void = row.status == RefundStatus.FAILED
        yield Numbered(row.credit_series, row.credit_number or 0, row.amount_minor, 0, row.currency, is_void)


def _ranges(location: Location, kind: ReceiptKind, rows: Iterable[Numbered]) -> Iterator[ReceiptRange]:
    run: list[Numbered] = []
    missing = 0
    for row in rows:
        if run and not _follows(run[-1], row):
            yield _range(location, kind, run, missing)
            is_same = run[-1].series == row.series
            missing = row.number - run[-1].number - 1 if is_same else 0
            run = []
        run.append(row)
    if run:
        yield _range(location, kind, run, missing)


def _follows(one: Numbered, other: Numbered) -> bool:
    return (one.series, one.currency, one.number + 1) == (other.series, other.currency, other.number)


def _range(location: Location, kind: ReceiptKind, run: list[Numbered], missing: int) -> ReceiptRange:
    valid = [row for row in run if not row.is_void]
    return ReceiptRange(
        location,
        kind,
        run[0].series,
        run[0].number,
        run[-1].number,
        sum(row.total for row in valid),
        sum(row.tax for row in valid),
        run[0].currency,
        tuple(row.number for row in run if row.is_void),
        missing,
    )
