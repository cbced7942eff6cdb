"""Reports made by hand, to be drawn and written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from duitpos.domain.reporting.report import By, Period, Question, Report, Row, Sums

WEEK = Period(date(2026, 11, 23), date(2026, 11, 29))


def sums(orders: int, sales: int, refunds: int = 0, unmatched: int = 0) -> Sums:
    """An order's money with 10 % service charge and 6 % tax, half up."""
    service = (sales + 5) // 10
    return Sums(
        orders=orders,
        guests=orders,
        quantity=orders * 2,
        sales=sales,
        service_charge=service,
        tax_added=(sales * 6 + 50) // 100,
        unmatched=unmatched,
        refunds=-refunds,
        fees=-(sales * 3 // 100),
    )


def report(
    by: By,
    rows: Sequence[Row],
    *,
    total: Sums | None = None,
    period: Period = WEEK,
    rows_before: Sequence[Row] = (),
    heat: dict[tuple[int, int], int] | None = None,
    currency: str = "MYR",
) -> Report:
    """A report whose total is the sum of its rows, unless said otherwise."""
    added = sum((row.sums for row in rows), Sums())
    before = sum((row.sums for row in rows_before), Sums())
    return Report(
        Question(period, by, (), True),
        currency,
        total or added,
        tuple(rows),
        tuple(rows_before),
        before,
        before,
        heat or {},
    )


def days(first: date, sales: Sequence[int]) -> list[Row]:
    """One row a day."""
    return [
        Row((first + timedelta(days=at)).isoformat(), "", sums(max(value // 2500, 0), value))
        for at, value in enumerate(sales)
    ]
