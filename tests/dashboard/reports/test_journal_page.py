"""The page and the files of the journal."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.dashboard.journal_files import SHAPES
from duitpos.domain.reporting.sum_days import sum_changed
from tests.dashboard.client import Dashboard
from tests.support.books import Books, books_of
from tests.support.restaurant import a_location

NOON = datetime(2026, 10, 6, 4, tzinfo=UTC)
OCTOBER = "?month=2026-10"
QUERIES = 16


@pytest.fixture
def books(dashboard: Dashboard) -> Books:
    """Two days of October, with service charge, tax and a refund."""
    books = books_of(dashboard.restaurant)
    paid = books.paid(NOON, 100, service_charge_minor=12900, tax_minor=7740, tax_bp=600, tax_name="SST")
    books.paid(NOON.replace(day=7), 0, 2)
    books.refunded(paid, NOON, 1000)
    sum_changed(dashboard.tenant.id, lambda: False)
    return books


def rows(dashboard: Dashboard, kind: str, query: str = OCTOBER) -> list[list[str]]:
    answer = dashboard.get("journal_file", kind, query=query)
    assert "attachment" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig" if kind == "csv" else "utf-8")
    return list(csv.reader(io.StringIO(text), delimiter=SHAPES[kind].delimiter))


def amount(text: str) -> Decimal:
    return Decimal(text or "0")


def test_the_page_shows_a_months_sums_by_account(dashboard: Dashboard, books: Books) -> None:
    text = dashboard.page("journal", query=OCTOBER)
    for name in ("Payments received: Visa", "Tax 6 %", "Service charge", "Refunds"):
        assert name in text
    assert text.count("1,503.40") == 2, "debits and credits"
    assert "Nothing was booked in this month" in dashboard.page("journal", query="?month=2026-09")


@pytest.mark.parametrize(
    "kind, debit, credit", [("csv", 6, 7), ("quickbooks", 4, 5), ("autocount", 8, 9), ("sql-account", 4, 5)]
)
def test_debits_are_credits_in_every_entry_of_a_file(
    dashboard: Dashboard, books: Books, kind: str, debit: int, credit: int
) -> None:
    lines = [row for row in rows(dashboard, kind) if row[0] != "MASTER"][1:]
    number = {"csv": 2, "sql-account": 1}.get(kind, 0)
    for entry in {row[number] for row in lines}:
        of_entry = [row for row in lines if row[number] == entry]
        assert sum(amount(row[debit]) - amount(row[credit]) for row in of_entry) == 0
    assert len({row[number] for row in lines}) == 2
    assert sum(amount(row[debit]) for row in lines) == Decimal("1503.40")


def test_xero_reads_one_amount_with_its_sign(dashboard: Dashboard, books: Books) -> None:
    head, *lines = rows(dashboard, "xero")
    assert head == ["*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"]
    assert lines[0] == [
        "Bangsar 2026-10-06 MYR",
        "06/10/2026",
        "Payments received: Visa",
        "1210",
        "Tax Exempt",
        "1486.40",
    ]
    assert sum(Decimal(row[5]) for row in lines) == 0


def test_heads_and_dates_of_the_others(dashboard: Dashboard, books: Books) -> None:
    quickbooks = rows(dashboard, "quickbooks")
    assert quickbooks[0][:6] == [
        "Journal No.",
        "Journal Date",
        "Account Name",
        "Description",
        "Debits",
        "Credits",
    ]
    assert quickbooks[1][1] == "10/06/2026"
    assert rows(dashboard, "autocount")[1][1] == "06/10/2026"
    master, detail, first, line, *_ = rows(dashboard, "sql-account")
    assert (master[0], detail[0], first[0], line[0]) == ("MASTER", "DETAIL", "MASTER", "DETAIL")
    assert len(first[1]) <= 20


def test_the_location_is_in_the_address(dashboard: Dashboard, books: Books) -> None:
    a_location(dashboard.tenant, "klcc", currency="MYR")
    assert len(rows(dashboard, "csv", f"{OCTOBER}&location=klcc")) == 1
    assert "All locations, October 2026" in dashboard.page("journal", query=OCTOBER)
    assert "Klcc, October 2026" in dashboard.page("journal", query=f"{OCTOBER}&location=klcc")
    assert dashboard.get("journal_file", "sage").status_code == 404


def test_the_number_of_queries_does_not_grow(dashboard: Dashboard, books: Books) -> None:
    dashboard.get("journal", query=OCTOBER)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as sent:
            dashboard.get("journal", query=OCTOBER)
        counts.append(len(sent))
        for day in range(8, 14):
            books.refunded(books.paid(NOON.replace(day=day), 1), NOON.replace(day=day), 100)
        sum_changed(dashboard.tenant.id, lambda: False)
    assert counts == [QUERIES] * 2
