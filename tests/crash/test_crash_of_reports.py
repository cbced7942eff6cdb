"""A process that is killed at any step while it sums days or closes one leaves nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from duitpos.domain.reporting.day_close.close_day import Drawer, close_day
from duitpos.domain.reporting.day_close.corrections import corrections_on
from duitpos.domain.reporting.day_close.figures import Part, from_document
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.domain.reporting.verify import verify_totals
from duitpos.models import (
    BusinessDay,
    BusinessMonth,
    DayClose,
    DayCloseSeries,
    DayTotal,
    Location,
    MonthTotal,
    OutboxEntry,
)
from duitpos.models.tenant import DayCloseMail
from tests.crash.fork_server import ForkServer
from tests.support.books import Books, some_books

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.django_db(transaction=True),
]
NOWHERE = "http://127.0.0.1:9"
NOON = datetime(2026, 10, 14, 4, tzinfo=UTC)
DAY, NEXT = date(2026, 10, 14), date(2026, 10, 15)


@pytest.fixture
def fork_server(database_url: str) -> Iterator[ForkServer]:
    with ForkServer(database_url, NOWHERE, NOWHERE) as server:
        yield server


def a_month(run: int) -> Books:
    """Two days, one of which was summed and changed since."""
    books = some_books(f"sum-{run}")
    books.paid(NOON, 1)
    sum_changed(books.restaurant.tenant.id, lambda: False)
    books.paid(NOON, 2)
    books.paid(NOON + timedelta(days=1), 0, 1)
    return books


def totals(books: Books) -> tuple[list[tuple[date, int]], list[int]]:
    days = DayTotal.objects.filter(tenant=books.restaurant.tenant, by="all").order_by("business_date")
    months = MonthTotal.objects.filter(tenant=books.restaurant.tenant, by="all")
    return list(days.values_list("business_date", "sales")), list(months.values_list("sales", flat=True))


def test_days_and_months_are_summed_right_after_a_crash_at_every_step(fork_server: ForkServer) -> None:
    steps = fork_server.run("sum days", {"tenant": str(a_month(0).restaurant.tenant.id)}).seen
    assert len(steps) > 20
    for at in range(len(steps)):
        books = a_month(at + 1)
        tenant = books.restaurant.tenant
        end = fork_server.run("sum days", {"tenant": str(tenant.id)}, at)
        assert end.was_killed
        # A day or month that is called current has all of its rows, from before or after.
        for day in BusinessDay.objects.filter(tenant=tenant, changes=2, summed=2):
            assert (day.business_date, 3870) in totals(books)[0], end.seen[-1]
        for month in BusinessMonth.objects.filter(tenant=tenant):
            known = totals(books)[1]
            assert month.changes != month.summed or sum(sales for _, sales in totals(books)[0]) in known
        sum_changed(tenant.id, lambda: False)
        assert totals(books) == ([(DAY, 3870), (NEXT, 350)], [4220]), end.seen[-1]
        assert list(verify_totals(tenant.id)) == []


def a_day_to_close(run: int) -> Books:
    """A day with a sale, after a closed one with a refund that came later; its day close is mailed."""
    books = some_books(f"close-{run}")
    site = books.restaurant.location
    paid = books.paid(NOON, 1)
    close_day(books.restaurant.owner, site, DAY, 1, Drawer())
    books.refunded(paid, NOON, 290)
    books.paid(NOON + timedelta(days=1), 0, 1)
    Location.objects.filter(tenant=site.tenant_id).update(day_close_mail=DayCloseMail.DAILY)
    return books


def test_a_day_is_closed_once_or_not_at_all_after_a_crash_at_every_step(fork_server: ForkServer) -> None:
    def facts(books: Books) -> dict[str, object]:
        return {"tenant": str(books.restaurant.tenant.id), "day": NEXT.isoformat(), "changes": 1}

    steps = fork_server.run("close day", facts(a_day_to_close(0))).seen
    assert len(steps) > 15
    for at in range(len(steps)):
        books = a_day_to_close(at + 1)
        tenant = books.restaurant.tenant
        end = fork_server.run("close day", facts(books), at)
        assert end.was_killed
        where = end.seen[-1]
        is_closed = DayClose.objects.filter(tenant=tenant, business_date=NEXT).exists()
        (row,) = BusinessDay.objects.filter(tenant=tenant, business_date=NEXT)
        assert (row.closed_at is not None) is is_closed, where
        assert DayCloseSeries.objects.get(tenant=tenant).last == 1 + is_closed, where
        assert OutboxEntry.objects.filter(tenant=tenant).count() == is_closed, where
        # Pressed again.
        site = Location.objects.get(tenant=tenant)
        done = close_day(books.restaurant.owner, site, NEXT, 1, Drawer(counted="10"))
        assert done.is_new is not is_closed, where
        assert (done.close.label, done.close.counted_minor) == ("Z-A-000002", 1000), where
        assert from_document(done.close.printed).total("MYR", Part.TOTAL).net == 350, where
        (carried,) = corrections_on(done.close)
        assert carried.figures.total("MYR").net == -290, where
        assert OutboxEntry.objects.filter(tenant=tenant).count() == 1, where
