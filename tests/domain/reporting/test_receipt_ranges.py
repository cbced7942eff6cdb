"""The receipts of a month: which numbers run on, and what is wrong when they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from duitpos.domain.orders.receipt_number import begin_new_series, number_receipt
from duitpos.domain.payments.refunds.credit_note import number_credit_note
from duitpos.domain.reporting.receipt_ranges import ReceiptRange, receipt_ranges
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, Payment, Refund
from tests.support.books import Books, some_books

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = date(2026, 11, 1)
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    return some_books()


def billed(books: Books, at: datetime, **fields: object) -> Payment:
    """A paid bill with its receipt."""
    payment = books.paid(at, 1, **fields)  # type: ignore[arg-type]
    order = payment.order
    assert order is not None
    transact(lambda: number_receipt(order, at))
    return payment


def ranges(books: Books, month: date = NOVEMBER) -> list[ReceiptRange]:
    sites = Location.objects.filter(tenant=books.restaurant.tenant).order_by("name")
    return receipt_ranges(books.restaurant.tenant, month, sites)


def shown(books: Books, month: date = NOVEMBER) -> list[tuple[str, str, int, int, int]]:
    return [(one.kind.value, one.series, one.first, one.last, one.total) for one in ranges(books, month)]


def test_the_numbers_of_a_month_are_one_range(books: Books) -> None:
    for _ in range(3):
        billed(books, NOON, tax_minor=77, tax_bp=600)
    billed(books, NOON, is_test=True)
    books.paid(NOON, 1, counts=False)
    (one,) = ranges(books)
    assert (one.kind, one.series, one.first, one.last, one.count) == ("sale", "A", 1, 3, 3)
    assert (one.total, one.tax, one.missing, one.void) == (3 * 1367, 3 * 77, 0, ())


def test_a_month_is_the_locations_own(books: Books) -> None:
    billed(books, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))  # 23:59 in Kuala Lumpur
    billed(books, datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    assert [row[2:4] for row in shown(books, date(2026, 10, 1))] == [(1, 1)]
    assert [row[2:4] for row in shown(books)] == [(2, 2)]


def test_each_location_and_each_series_has_its_ranges(books: Books) -> None:
    other = Location.objects.create(tenant=books.restaurant.tenant, slug="klcc", name="KLCC", currency="MYR")
    billed(books, NOON)
    billed(books, NOON, location=other)
    begin_new_series(NOON)
    billed(books, NOON)
    assert [(one.location.name, one.series, one.first, one.last) for one in ranges(books)] == [
        ("Bangsar", "A", 1, 1),
        ("Bangsar", "B", 1, 1),
        ("KLCC", "A", 1, 1),
    ]
    assert [one.missing for one in ranges(books)] == [0, 0, 0]


def test_a_missing_number_is_counted(books: Books) -> None:
    for _ in range(4):
        billed(books, NOON)
    Order.objects.filter(tenant=books.restaurant.tenant, receipt_number__in=(2, 3)).update(
        receipt_number=None
    )
    assert [(one.first, one.last, one.missing) for one in ranges(books)] == [(1, 1, 0), (4, 4, 2)]


def test_credit_notes_are_listed_and_void_ones_count_no_money(books: Books) -> None:
    payment = billed(books, NOON)
    made: list[Refund] = []
    for minor in (100, 30):
        refund = books.refunded(payment, NOON, minor)
        transact(lambda refund=refund: number_credit_note(refund, payment, NOON))  # type: ignore[misc]
        made.append(refund)
    assert shown(books)[1:] == [("credit_note", "A", 1, 2, 130)]
    Refund.objects.filter(tenant=payment.tenant_id, id=made[0].id).update(status="failed")
    (_, notes) = ranges(books)
    assert (notes.count, notes.total, notes.void) == (2, 30, (1,))
