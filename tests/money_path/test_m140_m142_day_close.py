"""Two who close a day at once, money that arrives while it is closed, and its mail (M140 to M142)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import F, QuerySet

from duitpos.domain.reporting.day_close import close_day as module
from duitpos.domain.reporting.day_close.close_day import Closed, Drawer, close_day
from duitpos.domain.reporting.day_close.corrections import corrections_of
from duitpos.domain.reporting.day_close.figures import Figures, Part, from_document, to_document
from duitpos.domain.reporting.day_close.state import day_state
from duitpos.kit.transact import transact
from duitpos.models import BusinessDay, DayClose, DayCloseSeries, Location, OutboxEntry
from duitpos.models.tenant import DayCloseMail
from tests.support.at_once import at_once
from tests.support.books import Books, some_books

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    """A day with one order."""
    books = some_books()
    books.paid(NOON, 1)
    return books


def close(books: Books, changes: int = 1, day: date = DAY) -> Closed:
    return close_day(books.restaurant.owner, books.restaurant.location, day, changes, Drawer())


def orders(figures: Figures) -> int:
    return figures.total("MYR", Part.TOTAL).orders


def last_number(books: Books) -> int:
    return DayCloseSeries.objects.get(tenant=books.restaurant.tenant).last


def test_m140_two_who_close_a_day_at_once_make_one_day_close(books: Books) -> None:
    done = at_once([lambda: close(books)] * 6)
    assert sorted(one.is_new for one in done) == [False] * 5 + [True]
    assert {one.close.label for one in done} == {"Z-A-000001"}
    assert last_number(books) == 1
    assert DayClose.objects.filter(tenant=books.restaurant.tenant).count() == 1


def test_m140_without_the_guard_the_second_one_gets_that_far(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: both draw a number and sum, and only the table's constraint stops the second one."""

    def take_unguarded(row: QuerySet[BusinessDay], seen_changes: int, at: datetime) -> bool:
        return bool(row.update(closed_at=at, printed_changes=F("changes")))

    monkeypatch.setattr(module, "_take", take_unguarded)
    gate = threading.Barrier(2)
    before = day_state

    def looked_at(*about: Any) -> Any:
        found = before(*about)
        gate.wait(60)
        return found

    monkeypatch.setattr(module, "day_state", looked_at)
    with pytest.raises(IntegrityError):
        at_once([lambda: close(books)] * 2)


def test_m140_days_of_one_location_closed_at_once_are_numbered_without_gap(books: Books) -> None:
    days = [DAY + timedelta(days=at) for at in range(4)]
    for day in range(1, 4):
        books.paid(NOON + timedelta(days=day), 1)

    def closer(day: date) -> Callable[[], Closed]:
        return lambda: close(books, 1, day)

    done = at_once([closer(day) for day in days if day <= date.today()])  # noqa: DTZ011 - only whether it has begun
    assert sorted(one.close.number for one in done) == list(range(1, len(done) + 1))


def pay_while(books: Books, monkeypatch: pytest.MonkeyPatch, name: str) -> list[threading.Thread]:
    """A guest pays at the moment in which the day is summed by `name`, and commits if nothing holds them."""
    plain: Callable[[BusinessDay], Figures] = getattr(module, name)
    guests: list[threading.Thread] = []

    def pay() -> None:
        transact(lambda: books.paid(NOON, 1))
        connection.close()

    def sums(day: BusinessDay) -> Figures:
        found = plain(day)
        if not guests:
            guests.append(threading.Thread(target=pay))
            guests[0].start()
            time.sleep(0.5)
        return found

    monkeypatch.setattr(module, name, sums)
    return guests


@pytest.mark.postgres_only
def test_m141_money_that_arrives_while_a_day_is_closed_is_a_correction(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = pay_while(books, monkeypatch, "figures_of_day")
    done = close(books).close
    guests[0].join(60)
    (late,) = corrections_of(done)
    assert (orders(from_document(done.printed)), orders(late.figures)) == (1, 1)


@pytest.mark.postgres_only
def test_m141_a_day_that_is_summed_before_it_is_closed_loses_money_for_ever(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check: sum first, close then. What was paid in between is on no day close and is no correction."""
    guests = pay_while(books, monkeypatch, "figures_of_day")

    def close_unguarded(*about: Any) -> DayClose:
        row = BusinessDay.objects.get(tenant=books.restaurant.tenant)
        printed: Figures = getattr(module, "figures_of_day")(row)  # noqa: B009 - as it is patched above
        guests[0].join(60)
        BusinessDay.objects.filter(tenant=books.restaurant.tenant, id=row.id).update(
            closed_at=NOON, printed_changes=F("changes")
        )
        made = DayClose(
            tenant=books.restaurant.tenant,
            location=books.restaurant.location,
            business_date=DAY,
            series="A",
            number=1,
            closed_at=NOON,
            closed_by=books.restaurant.owner,
            printed=to_document(printed),
            currency="MYR",
        )
        made.save(force_insert=True)
        return made

    monkeypatch.setattr(module, "_close", close_unguarded)
    done = close(books).close
    assert (orders(from_document(done.printed)), corrections_of(done)) == (1, [])
    assert BusinessDay.objects.get(tenant=books.restaurant.tenant).changes == 2


def test_m142_the_mail_is_queued_once_with_the_day_close(books: Books) -> None:
    tenant = books.restaurant.tenant
    Location.objects.filter(tenant=tenant).update(day_close_mail=DayCloseMail.DAILY)
    books.restaurant.location.refresh_from_db()
    done = at_once([lambda: close(books)] * 6)
    (entry,) = OutboxEntry.objects.filter(tenant=tenant)
    assert (entry.kind, entry.subject_id) == ("day_close", done[0].close.id)
