"""The page and the file of a month's receipts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.dashboard.views import receipts as view
from duitpos.domain.orders.receipt_number import number_receipt
from duitpos.domain.payments.refunds.credit_note import number_credit_note
from duitpos.kit.clock import now
from duitpos.models import Order
from tests.dashboard.client import Dashboard
from tests.support.books import Books, books_of
from tests.support.restaurant import a_location

NOON = datetime(2026, 10, 5, 4, tzinfo=UTC)
OCTOBER = "?month=2026-10"
QUERIES = 14


@pytest.fixture
def books(dashboard: Dashboard) -> Books:
    """October: receipts 1, 2 and 4, a credit note that came back, and an order without a number."""
    books = books_of(dashboard.restaurant)
    payments = [books.paid(NOON, 1, tax_minor=77) for _ in range(4)]
    for payment in payments:
        assert payment.order is not None
        number_receipt(payment.order, NOON)
        payment.order.refresh_from_db()
    refund = books.refunded(payments[0], NOON, 500)
    payments[0].refresh_from_db()
    number_credit_note(refund, payments[0], NOON)
    refund.status = "failed"
    refund.save(update_fields=["status"])
    Order.objects.filter(tenant=dashboard.tenant, receipt_number=3).update(receipt_number=None)
    return books


def rows(dashboard: Dashboard, query: str) -> list[list[str]]:
    """The file's rows, from the third column on."""
    answer = dashboard.get("receipts_file", query=query)
    assert "attachment" in answer["Content-Disposition"]
    return [row[2:] for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:]


def test_the_page_shows_ranges_gaps_and_what_is_left_out(dashboard: Dashboard, books: Books) -> None:
    text = dashboard.page("receipts", query=OCTOBER)
    assert "Bangsar, October 2026" in text
    assert "A-000003 is missing." in text
    for number in ("A-000001", "A-000002", "A-000004", "CN-A-000001"):
        assert f"<td>{number}</td>" in text
    assert "Paid, but without a receipt number." in text
    assert "The credit note CN-A-000001 keeps its number" in text
    assert "not over" not in text


def test_the_file_has_the_same(dashboard: Dashboard, books: Books) -> None:
    found = rows(dashboard, OCTOBER)
    assert [row[:7] for row in found[:4]] == [
        ["Receipts", "A-000001", "A-000002", "2", "MYR", "27.34", "1.54"],
        ["Receipts", "A-000004", "A-000004", "1", "MYR", "13.67", "0.77"],
        ["Credit notes", "CN-A-000001", "CN-A-000001", "1", "MYR", "0.00", ""],
        ["Missing", "A-000003", "A-000003", "1", "", "", ""],
    ]
    assert [(row[0], row[5]) for row in found[4:]] == [("Left out", "13.67"), ("Left out", "5.00")]


def test_the_location_and_the_month_are_in_the_address(dashboard: Dashboard, books: Books) -> None:
    a_location(dashboard.tenant, "klcc", currency="MYR")
    assert rows(dashboard, f"{OCTOBER}&location=klcc") == []
    assert rows(dashboard, "?month=2026-09") == []
    assert "No receipts in this month" in dashboard.page("receipts", query=f"{OCTOBER}&location=klcc")
    assert '<option value="2021-02" selected>February 2021' in dashboard.page(
        "receipts", query="?month=2021-02"
    )


@pytest.mark.parametrize("month", ["", "2026-13", "9999-01", "%00", "2026-1\u0661", "nonsense"])
def test_nonsense_in_the_address_shows_this_month(dashboard: Dashboard, month: str) -> None:
    text = dashboard.page("receipts", query=f"?month={month}&location=%00")
    assert f'<option value="{now():%Y}-' in text
    assert "This month is not over" in text


def test_a_long_list_is_cut_on_the_page_only(
    dashboard: Dashboard, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "LISTED", 1)
    text = dashboard.page("receipts", query=OCTOBER)
    assert "1 more" in text
    assert len([row for row in rows(dashboard, OCTOBER) if row[0] == "Left out"]) == 2


def test_the_number_of_queries_does_not_grow_with_receipts(dashboard: Dashboard, books: Books) -> None:
    dashboard.get("receipts", query=OCTOBER)  # what a process reads once
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as sent:
            dashboard.get("receipts", query=OCTOBER)
        counts.append(len(sent))
        for day in range(6, 12):
            payment = books.paid(NOON.replace(day=day), 1)
            assert payment.order is not None
            number_receipt(payment.order, NOON.replace(day=day))
            books.paid(NOON.replace(day=day), 1)
    assert counts == [QUERIES] * 2
