"""The page of receipts and its file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.orders.receipt_number import number_receipt
from duitpos.kit.transact import transact
from tests.dashboard.client import Dashboard
from tests.support.books import Books, books_of

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)


def billed(books: Books, count: int) -> None:
    for _ in range(count):
        order = books.paid(NOON, 1).order
        assert order is not None
        transact(lambda order=order: number_receipt(order, NOON))  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
def test_page_and_file_show_the_same_range(dashboard: Dashboard) -> None:
    billed(books_of(dashboard.restaurant), 3)
    text = dashboard.page("receipts", query="?month=2026-10")
    assert "A-000001 to A-000003" in text
    assert "38.70" in text
    file = dashboard.get("receipts_file", query="?month=2026-10").content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(file)))[1] == [
        "Bangsar", "Receipt", "A-000001 to A-000003", "3", "38.70", "0.00", "MYR", "",
    ]  # fmt: skip


@pytest.mark.parametrize("month", ["", "nonsense", "2026-13", "0001-01", "%00", "2026-10-05"])
def test_what_is_no_month_is_this_month(dashboard: Dashboard, month: str) -> None:
    assert "No receipts in this month" in dashboard.page("receipts", query=f"?month={month}")


@pytest.mark.django_db(transaction=True)
def test_the_number_of_queries_does_not_grow_with_receipts(dashboard: Dashboard) -> None:
    books = books_of(dashboard.restaurant)
    counts = []
    for _ in range(3):
        billed(books, 2)
        with CaptureQueriesContext(connection) as sent:
            dashboard.page("receipts", query="?month=2026-10")
        counts.append(len(sent))
    assert counts[1] == counts[2] <= counts[0]
