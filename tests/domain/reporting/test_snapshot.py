"""A report's rows and totals are of one state of the books, also when money is booked in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from duitpos.domain.reporting import revenue as module
from duitpos.domain.reporting.report import By, Period, Question
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.kit.transact import snapshot, transact
from tests.support.books import Books, some_books

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def meanwhile(work: Callable[[], object]) -> None:
    """Another connection does something, and commits."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def sold_in_between(monkeypatch: pytest.MonkeyPatch) -> Books:
    """A guest pays, and the day is summed again, after a report has read its rows and before it reads its total."""
    books = some_books()
    books.paid(NOON, 1)
    sum_changed(books.restaurant.tenant.id, lambda: False)
    totals, sold = module._totals, threading.Event()

    def pay() -> None:
        transact(lambda: books.paid(NOON, 1))
        sum_changed(books.restaurant.tenant.id, lambda: False)

    def read(*about: Any) -> Any:
        if not sold.is_set():
            sold.set()
            meanwhile(pay)
        return totals(*about)

    monkeypatch.setattr(module, "_totals", read)
    return books


def rows_and_total(books: Books) -> tuple[int, int]:
    (report,) = revenue(books.restaurant.tenant, Question(NOVEMBER, By.DAY))
    return sum(row.sums.orders for row in report.rows), report.total.orders


def test_rows_and_total_are_of_one_moment(sold_in_between: Books) -> None:
    assert rows_and_total(sold_in_between) == (1, 1)
    assert rows_and_total(sold_in_between) == (2, 2)


def test_without_a_snapshot_they_differ(sold_in_between: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-check: each statement sees what was committed before it."""
    monkeypatch.setattr(module, "snapshot", lambda work: work())
    assert rows_and_total(sold_in_between) == (1, 2)


def test_a_snapshot_holds_up_nobody_who_writes() -> None:
    books = some_books()

    def read() -> int:
        before = books.restaurant.location.orders.count()
        meanwhile(lambda: transact(lambda: books.paid(NOON, 1)))
        assert books.restaurant.location.orders.count() == before
        return before

    assert snapshot(read) == 0
    assert books.restaurant.location.orders.count() == 1
    transact(lambda: books.paid(NOON, 1))
