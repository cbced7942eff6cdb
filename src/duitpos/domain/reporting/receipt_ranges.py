"""Receipts and credit notes of a month as ranges of numbers, so that a consolidated e-invoice may join each range.

A month consists of business days, by when a number was given. No number is given before the one before it, so that
the month of a location is one piece of each of its series (M49 to M52, decision 0023). Amounts are whole minor units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise

from django.db.models import QuerySet

from duitpos.domain.reporting.sum_days import month_after
from duitpos.kit.clock import day_bounds
from duitpos.kit.transact import snapshot
from duitpos.models import Location, Order, ReceiptSeries, Refund
from duitpos.models.receipt import ReceiptKind, receipt_label
from duitpos.models.refund import RefundStatus


class WhyLeftOut(StrEnum):
    """Why something of the month is in no range, or in one without its amount."""

    NO_RECEIPT = "no_receipt"
    """A paid order without a number, such as one of before there were receipt numbers."""
    CAME_BACK = "came_back"
    """A refund that the bank sent back: the credit note's number stays, its amount does not count."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers of a series that run on, in one currency."""

    kind: ReceiptKind
    series: str
    first: int
    last: int
    currency: str
    gross_minor: int
    tax_minor: int
    """On top of the prices or inside; 0 for credit notes, whose tax is not known."""

    @property
    def count(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` that should have been given and are nowhere."""

    kind: ReceiptKind
    series: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the ranges do not have, or not with its amount."""

    why: WhyLeftOut
    label: str
    """A credit note's number; empty for an order without a receipt."""
    order: Order
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class MonthReceipts:
    """One location's real receipts and credit notes of a month."""

    location: Location
    month: date
    ranges: tuple[Range, ...]
    gaps: tuple[Gap, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Instants:
    """A month: from `begins` until before `ends`."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class _Given:
    """A number that was given, with what was paid or refunded: 0 for a refund that came back."""

    series: str
    number: int
    currency: str
    gross_minor: int
    tax_minor: int

    def follows(self, earlier: _Given) -> bool:
        """It is the next one, in the same currency."""
        next_one = (earlier.series, earlier.number + 1, earlier.currency)
        return (self.series, self.number, self.currency) == next_one


def month_receipts(location: Location, month: date) -> MonthReceipts:
    """The ranges of a location for the month that begins at `month`, of one state of the books. No test orders."""
    return snapshot(lambda: _month_receipts(location, month))


def _month_receipts(location: Location, month: date) -> MonthReceipts:
    begins, _ = day_bounds(month, location.time_zone, location.day_closes_at)
    ends, _ = day_bounds(month_after(month), location.time_zone, location.day_closes_at)
    within = _Instants(begins, ends)
    ranges: list[Range] = []
    gaps: list[Gap] = []
    for kind in ReceiptKind:
        given = _given(location, kind, within)
        ranges += _ranges(kind, given)
        gaps += _gaps(location, kind, given, within)
    left_out = (*_without_receipt(location, month), *_came_back(location, within))
    return MonthReceipts(location, month, tuple(ranges), tuple(gaps), left_out)


def receipts(location: Location, *, is_test: bool) -> QuerySet[Order]:
    """The location's orders that have a receipt number."""
    return Order.objects.filter(
        tenant_id=location.tenant_id, location_id=location.id, is_test=is_test, receipt_number__isnull=False
    )


def credit_notes(location: Location, *, is_test: bool) -> QuerySet[Refund]:
    """The location's refunds that have a credit note."""
    return Refund.objects.filter(
        tenant_id=location.tenant_id,
        payment__location_id=location.id,
        payment__is_test=is_test,
        credit_number__isnull=False,
    )


def number_label(kind: ReceiptKind, series: str, number: int) -> str:
    """How a real number is written: "A-000123", "CN-A-000007"."""
    prefix = "CN-" if kind == ReceiptKind.CREDIT_NOTE else ""
    return f"{prefix}{receipt_label(series, number, is_test=False)}"


def _given(location: Location, kind: ReceiptKind, within: _Instants) -> list[_Given]:
    """The real numbers of the month, series by series, each in order."""
    if kind == ReceiptKind.SALE:
        orders = receipts(location, is_test=False).filter(
            receipt_at__gte=within.begins, receipt_at__lt=within.ends
        )
        found = [
            _Given(series, number or 0, currency, total, tax)
            for series, number, currency, total, tax in orders.values_list(
                "receipt_series", "receipt_number", "currency", "total_minor", "tax_minor"
            )
        ]
    else:
        refunds = credit_notes(location, is_test=False).filter(
            credit_at__gte=within.begins, credit_at__lt=within.ends
        )
        found = [
            _Given(series, number or 0, currency, amount if status == RefundStatus.SUCCEEDED else 0, 0)
            for series, number, currency, amount, status in refunds.values_list(
                "credit_series", "credit_number", "currency", "amount_minor", "status"
            )
        ]
    return sorted(found, key=lambda one: (len(one.series), one.series, one.number))


def _ranges(kind: ReceiptKind, given: list[_Given]) -> Iterator[Range]:
    run: list[_Given] = []
    for one in given:
        if run and not one.follows(run[-1]):
            yield _range(kind, run)
            run = []
        run.append(one)
    if run:
        yield _range(kind, run)


def _range(kind: ReceiptKind, run: list[_Given]) -> Range:
    return Range(
        kind,
        run[0].series,
        run[0].number,
        run[-1].number,
        run[0].currency,
        sum(one.gross_minor for one in run),
        sum(one.tax_minor for one in run),
    )


def _gaps(location: Location, kind: ReceiptKind, given: list[_Given], within: _Instants) -> Iterator[Gap]:
    """What is missing before each number of the month, and up to a series' last one if that was given in the month."""
    counters = ReceiptSeries.objects.filter(
        tenant_id=location.tenant_id,
        location_id=location.id,
        kind=kind,
        is_test=False,
        last_at__gte=within.begins,
    )
    for counter in sorted(counters, key=lambda one: (len(one.name), one.name)):
        numbers = [one.number for one in given if one.series == counter.name]
        if counter.last_at and counter.last_at < within.ends:
            numbers.append(counter.last + 1)
        before = _last_before(location, kind, counter.name, within.begins)
        for earlier, later in pairwise([before, *numbers]):
            if later > earlier + 1:
                yield Gap(kind, counter.name, earlier + 1, later - 1)


def _last_before(location: Location, kind: ReceiptKind, series: str, begins: datetime) -> int:
    """The last number of a series that was given before the month; 0 if there is none.

    Time never runs against the number (M50), so that the newest one is found by its time, whatever the history.
    """
    if kind == ReceiptKind.SALE:
        sales = receipts(location, is_test=False).filter(receipt_series=series, receipt_at__lt=begins)
        sale = sales.order_by("-receipt_at", "-receipt_number").first()
        return (sale.receipt_number or 0) if sale else 0
    notes = credit_notes(location, is_test=False).filter(credit_series=series, credit_at__lt=begins)
    note = notes.order_by("-credit_at", "-credit_number").first()
    return (note.credit_number or 0) if note else 0


def _without_receipt(location: Location, month: date) -> Iterator[LeftOut]:
    orders = Order.objects.filter(
        tenant_id=location.tenant_id,
        location_id=location.id,
        is_test=False,
        receipt_number__isnull=True,
        released_by__business_date__gte=month,
        released_by__business_date__lt=month_after(month),
    )
    for order in orders.order_by("created_at", "id"):
        yield LeftOut(WhyLeftOut.NO_RECEIPT, "", order, order.total_minor, order.currency)


def _came_back(location: Location, within: _Instants) -> Iterator[LeftOut]:
    refunds = credit_notes(location, is_test=False).filter(
        credit_at__gte=within.begins, credit_at__lt=within.ends
    )
    for refund in (
        refunds.exclude(status=RefundStatus.SUCCEEDED)
        .select_related("payment__order")
        .order_by("credit_at", "credit_number")
    ):
        order = refund.payment.order
        if order is not None:
            yield LeftOut(
                WhyLeftOut.CAME_BACK, refund.credit_label, order, refund.amount_minor, refund.currency
            )
