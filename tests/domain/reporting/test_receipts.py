"""A month's receipts as ranges, and the proof that no number is missing or double (M49, M50)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from duitpos import cli
from duitpos.domain.orders.receipt_number import begin_new_series, number_receipt
from duitpos.domain.payments.refunds.credit_note import number_credit_note
from duitpos.domain.reporting.receipt_ranges import Gap, WhyLeftOut, month_receipts, number_label
from duitpos.domain.reporting.verify_receipts import Wrong, verify_receipts
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, ReceiptSeries, Refund
from duitpos.models.receipt import ReceiptKind
from tests.support.books import Books, some_books
from tests.support.restaurant import a_location

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
NOON = datetime(2026, 11, 10, 4, tzinfo=UTC)
# 03:59 and 04:00 on 1 November in Kuala Lumpur: the evening of 31 October, and the first minute of the next day.
BEFORE_CLOSE, AFTER_CLOSE = datetime(2026, 10, 31, 19, 59, tzinfo=UTC), datetime(2026, 10, 31, 20, tzinfo=UTC)
SALE, NOTE = ReceiptKind.SALE, ReceiptKind.CREDIT_NOTE


@pytest.fixture
def books() -> Books:
    return some_books()


def sold(books: Books, at: datetime, **fields: Any) -> Payment:
    """A paid order with its receipt number."""
    payment = books.paid(at, 1, **fields)
    assert payment.order is not None
    transact(partial(number_receipt, payment.order, at))
    return payment


def credited(books: Books, payment: Payment, at: datetime, minor: int) -> Refund:
    """A refund with its credit note."""
    refund = books.refunded(payment, at, minor)
    transact(partial(number_credit_note, refund, payment_of(refund), at))
    refund.refresh_from_db()
    return refund


def payment_of(refund: Refund) -> Payment:
    return Payment.objects.get(tenant_id=refund.tenant_id, id=refund.payment_id)


def ranges(books: Books, month: date) -> list[tuple[str, str, int, int, int]]:
    """Each range's first and last number, how many they are, gross and tax."""
    return [
        (
            number_label(one.kind, one.series, one.first),
            number_label(one.kind, one.series, one.last),
            one.count,
            one.gross_minor,
            one.tax_minor,
        )
        for one in month_receipts(books.restaurant.location, month).ranges
    ]


def wrong(books: Books) -> list[tuple[ReceiptKind, int, Wrong]]:
    return [(one.kind, one.number, one.wrong) for one in verify_receipts(books.restaurant.tenant.id)]


def lose(payment: Payment) -> None:
    """The order's number is lost."""
    assert payment.order_id is not None
    Order.objects.filter(tenant_id=payment.tenant_id, id=payment.order_id).update(receipt_number=None)


def test_a_month_begins_when_the_day_closes_and_numbers_run_on(books: Books) -> None:
    sold(books, BEFORE_CLOSE, tax_minor=77)
    sold(books, AFTER_CLOSE)
    first = sold(books, NOON, tax_minor=77)
    credited(books, first, NOON, 500)
    assert ranges(books, OCTOBER) == [("A-000001", "A-000001", 1, 1367, 77)]
    assert ranges(books, NOVEMBER) == [
        ("A-000002", "A-000003", 2, 1290 + 1367, 77),
        ("CN-A-000001", "CN-A-000001", 1, 500, 0),
    ]
    assert month_receipts(books.restaurant.location, OCTOBER).gaps == ()
    assert month_receipts(books.restaurant.location, NOVEMBER).gaps == ()
    assert wrong(books) == []


def test_test_orders_and_other_locations_are_never_in_it(books: Books) -> None:
    sold(books, NOON, is_test=True)
    sold(books, NOON, location=a_location(books.restaurant.tenant, "klcc", currency="MYR"))
    found = month_receipts(books.restaurant.location, NOVEMBER)
    assert (found.ranges, found.gaps, found.left_out) == ((), (), ())


@pytest.mark.parametrize("lost, parts", [(0, 1), (1, 2), (2, 1)])
def test_a_lost_number_is_a_gap_wherever_it_was(books: Books, lost: int, parts: int) -> None:
    payments = [sold(books, NOON + timedelta(minutes=at)) for at in range(3)]
    lose(payments[lost])
    found = month_receipts(books.restaurant.location, NOVEMBER)
    assert found.gaps == (Gap(SALE, "A", lost + 1, lost + 1),)
    assert len(found.ranges) == parts
    assert wrong(books) == [(SALE, lost + 1, Wrong.MISSING)]


def test_a_number_lost_between_two_months_is_missing_in_the_later_one(books: Books) -> None:
    sold(books, BEFORE_CLOSE)
    lost = sold(books, AFTER_CLOSE)
    sold(books, NOON)
    lose(lost)
    assert month_receipts(books.restaurant.location, OCTOBER).gaps == ()
    assert month_receipts(books.restaurant.location, NOVEMBER).gaps == (Gap(SALE, "A", 2, 2),)


def test_a_new_series_is_a_range_of_its_own_and_no_gap(books: Books) -> None:
    sold(books, NOON)
    begin_new_series(NOON)
    sold(books, NOON)
    assert [first for first, *_ in ranges(books, NOVEMBER)] == ["A-000001", "B-000001"]
    assert month_receipts(books.restaurant.location, NOVEMBER).gaps == ()
    assert wrong(books) == []


def test_a_paid_order_without_a_receipt_is_left_out_by_name(books: Books) -> None:
    payment = books.paid(NOON, 1)
    (one,) = month_receipts(books.restaurant.location, NOVEMBER).left_out
    assert (one.why, one.order.id, one.amount_minor) == (WhyLeftOut.NO_RECEIPT, payment.order_id, 1290)
    assert month_receipts(books.restaurant.location, OCTOBER).left_out == ()


def test_a_refund_that_came_back_keeps_its_number_but_not_its_amount(books: Books) -> None:
    payment = sold(books, NOON)
    refund = credited(books, payment, NOON, 500)
    credited(books, payment, NOON, 200)
    Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id).update(status="failed")
    assert ranges(books, NOVEMBER)[1] == ("CN-A-000001", "CN-A-000002", 2, 200, 0)
    (one,) = month_receipts(books.restaurant.location, NOVEMBER).left_out
    assert (one.why, one.label, one.amount_minor) == (WhyLeftOut.CAME_BACK, "CN-A-000001", 500)


def test_verify_finds_doubles_wrong_order_and_numbers_that_are_not_counted(books: Books) -> None:
    payment = sold(books, NOON)
    second = sold(books, NOON + timedelta(minutes=5))
    notes = [credited(books, payment, NOON, 100) for _ in range(3)]
    Refund.objects.filter(tenant_id=payment.tenant_id, id=notes[2].id).update(credit_number=2)
    assert second.order is not None
    Order.objects.filter(tenant_id=payment.tenant_id, id=second.order.id).update(
        receipt_at=NOON - timedelta(seconds=1)
    )
    assert wrong(books) == [(SALE, 2, Wrong.EARLIER), (NOTE, 2, Wrong.DOUBLE), (NOTE, 3, Wrong.MISSING)]
    ReceiptSeries.objects.filter(tenant_id=payment.tenant_id, kind=SALE).update(last=1)
    assert (SALE, 2, Wrong.NOT_COUNTED) in wrong(books)


def test_the_command_names_what_is_wrong(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    payment = sold(books, NOON)
    assert cli._verify_receipts() == 0
    assert capsys.readouterr().out == "Every receipt number is right.\n"
    lose(payment)
    assert cli._verify_receipts() == cli.SOME_FAILED
    said = capsys.readouterr()
    assert "real sale A-000001: missing" in said.err
    assert said.out == "1 receipt number is wrong.\n"
