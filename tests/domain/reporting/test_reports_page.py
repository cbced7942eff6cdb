"""docs/reports.md: every measure is defined, and the worked example's figures are those that we compute."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from duitpos.domain.payments.settlement.ledger import book_dispute
from duitpos.domain.reporting.report import By, Period, Question, Sums
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.kit.ids import uuid7
from duitpos.kit.money import Money
from duitpos.models import Payment
from duitpos.models.ledger import LedgerKind
from tests.support.books import Books, some_books
from tests.support.till import cash

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reports.md"
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
DAY = date(2026, 11, 24)
MEASURES = [
    *(one.name for one in fields(Sums)),
    *(name for name, value in vars(Sums).items() if isinstance(value, property)),
]


def tables() -> list[list[list[str]]]:
    """The page's tables: rows of cells, with their heads."""
    found: list[list[list[str]]] = []
    before = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            if not before.startswith("|"):
                found.append([])
            found[-1].append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
        before = line
    return [[rows[0], *rows[2:]] for rows in found]


def play(books: Books, row: list[str], paid: list[Payment]) -> None:
    what, laksa, teh, service, tax, amount = row
    if what in ("online", "cash"):
        charges: dict[str, Any] = {"service_charge_minor": int(service), "tax_minor": int(tax), "tax_bp": 600}
        quantities = (int(laksa), int(teh))
        made = (
            cash(books, NOON, *quantities, **charges)
            if what == "cash"
            else books.paid(NOON, *quantities, **charges)
        )
        assert made.amount_minor == int(amount)
        paid.append(made)
    elif what == "twice":
        books.money(NOON, int(amount), paid[0].order, location=paid[0].location)
    elif what == "refund":
        books.refunded(paid[0], NOON, int(amount))
    else:
        kind = {"dispute": LedgerKind.DISPUTE, "dispute fee": LedgerKind.DISPUTE_FEE}[what]
        book_dispute(uuid7(), paid[0], kind, Money(-int(amount), "MYR"), NOON, DAY)


@pytest.mark.pure
def test_every_measure_is_defined_and_in_the_example() -> None:
    meanings, _, figures = tables()
    assert [row[0] for row in meanings[1:]] == [row[0] for row in figures[1:]]
    assert sorted(row[0] for row in figures[1:]) == sorted(MEASURES)


@pytest.mark.django_db(transaction=True)
def test_the_worked_example_is_what_a_report_says() -> None:
    _, day, figures = tables()
    books, paid = some_books(), list[Payment]()
    for row in day[1:]:
        play(books, row, paid)
    sum_changed(books.restaurant.tenant.id, lambda: False)
    (report,) = revenue(books.restaurant.tenant, Question(Period(DAY, DAY), By.DAY))
    assert {row[0]: getattr(report.total, row[0]) for row in figures[1:]} == {
        row[0]: int(row[1]) for row in figures[1:]
    }
