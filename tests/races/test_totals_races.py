"""Money that is booked while its day is summed, and several that sum at once (M35, M46)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import connection
from django.db.models import F

from duitpos.domain.reporting import sum_days
from duitpos.domain.reporting.day_sums import Place, Tally, sums_of_day
from duitpos.domain.reporting.sum_days import sum_changed, sum_day
from duitpos.domain.reporting.verify import verify_totals
from duitpos.kit.transact import transact
from duitpos.models import BusinessDay, DayTotal
from tests.support.at_once import at_once
from tests.support.books import Books, some_books

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def never() -> bool:
    return False


@pytest.fixture
def late_money(monkeypatch: pytest.MonkeyPatch) -> Books:
    """A day with one order; another is paid, and committed, after the day was summed and before that is stored."""
    books = some_books()
    books.paid(NOON, 1)
    came = threading.Event()

    def pay() -> None:
        transact(lambda: books.paid(NOON, 1))
        connection.close()

    def sums(day: BusinessDay) -> dict[Place, Tally]:
        found = sums_of_day(day)
        if not came.is_set():
            came.set()
            guest = threading.Thread(target=pay)
            guest.start()
            guest.join(60)
        return found

    monkeypatch.setattr(sum_days, "sums_of_day", sums)
    return books


def orders_of(books: Books) -> list[int]:
    rows = DayTotal.objects.filter(tenant=books.restaurant.tenant, by="all")
    return list(rows.values_list("orders", flat=True))


@pytest.mark.postgres_only
def test_m46_money_that_is_booked_while_its_day_is_summed_is_not_missed(late_money: Books) -> None:
    day = BusinessDay.objects.get(tenant=late_money.restaurant.tenant)
    assert not sum_day(day), "it found another count of changes, and undid everything"
    assert orders_of(late_money) == []
    assert sum_changed(late_money.restaurant.tenant.id, never) == 2
    assert orders_of(late_money) == [2]


@pytest.mark.postgres_only
def test_m46_without_the_count_it_is_missed_for_ever(
    late_money: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: the day is called current whatever was booked meanwhile."""
    tenant = late_money.restaurant.tenant
    day = BusinessDay.objects.get(tenant=tenant)

    def replace_unguarded(day: BusinessDay) -> None:
        tallies = sum_days.sums_of_day(day)  # type: ignore[attr-defined]
        DayTotal.objects.bulk_create(sum_days._day_totals(day, tallies))
        BusinessDay.objects.filter(tenant_id=day.tenant_id, id=day.id).update(summed=F("changes"))

    monkeypatch.setattr(sum_days, "_replace_day", replace_unguarded)
    assert sum_day(day)
    assert sum_changed(tenant.id, never) == 0, "nobody looks at it again"
    assert orders_of(late_money) == [1]


def test_several_workers_and_guests_who_pay_at_the_same_moment() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    books.paid(NOON, 1)

    def pay() -> None:
        for _ in range(5):
            transact(lambda: books.paid(NOON, 1))

    at_once([pay, pay, *[partial(sum_changed, tenant.id, never)] * 4])
    sum_changed(tenant.id, never)
    assert orders_of(books) == [11]
    assert list(verify_totals(tenant.id, date(2026, 11, 1))) == []
