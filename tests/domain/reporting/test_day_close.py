"""A day close is numbered and frozen, and what changes later is a correction of the next one (M140, M141)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone
from duitpos.domain.reporting.day_close.close_day import Closed, Drawer, begin_new_day_close_series, close_day
from duitpos.domain.reporting.day_close.corrections import corrections_of, corrections_on
from duitpos.domain.reporting.day_close.figures import Figures, Part, from_document, to_document
from duitpos.domain.reporting.day_close.state import (
    day_closes,
    day_state,
    days_not_closed,
    look_at,
    open_items,
)
from duitpos.domain.reporting.day_close.without_order import without_order_of
from duitpos.domain.reporting.report import Sums
from duitpos.domain.tenancy.hours import business_ends
from duitpos.domain.tenancy.week import every_day
from duitpos.kit.ids import secret_token
from duitpos.models import BusinessDay, DayClose, DayCloseSeries, LedgerEntry, Location, Order
from tests.support.books import Books, some_books
from tests.support.restaurant import a_location, a_member
from tests.support.till import cash

pytestmark = pytest.mark.django_db(transaction=True)
DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
LATER = datetime(2026, 11, 27, 4, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    return some_books()


def close(books: Books, day: date, at: datetime = LATER, **drawer: str) -> Closed:
    """The owner closes the day at that time."""
    site = books.restaurant.location
    with time_machine.travel(at, tick=False):
        return close_day(
            books.restaurant.owner, site, day, day_state(site, day, at).changes, Drawer(**drawer)
        )


def refusal(books: Books, day: date, at: datetime = LATER, **drawer: str) -> Code:
    with pytest.raises(DomainError) as refused:
        close(books, day, at, **drawer)
    return refused.value.code


def total(figures: Figures, part: Part = Part.TOTAL) -> Sums:
    return figures.total("MYR", part)


def printed(row: DayClose) -> Figures:
    return from_document(row.printed)


def test_a_day_is_numbered_and_frozen(books: Books) -> None:
    books.paid(NOON, 2, service_charge_minor=258, tax_minor=170, tax_bp=600, tax_name="SST")
    cash(books, NOON, 0, 1)
    done = close(books, DAY)
    assert (done.is_new, done.close.label) == (True, "Z-A-000001")
    assert total(printed(done.close)) == Sums(
        orders=2, guests=2, quantity=3, sales=2930, service_charge=258, tax_added=170
    )
    types = printed(done.close).rows("MYR", Part.PAYMENT_TYPE)
    assert [(one.name, one.sums.net) for one in types] == [("Online Payment", 3008), ("Till", 350)]
    assert [(one.key, one.sums.tax_added) for one in printed(done.close).rows("MYR", Part.TAX)] == [
        ("600", 155),
        ("0", 0),
    ]
    assert printed(done.close) == from_document(to_document(printed(done.close)))


def test_closing_it_again_is_the_same_day_close(books: Books) -> None:
    books.paid(NOON, 1)
    first = close(books, DAY)
    again = close(books, DAY, counted="5")
    assert (again.is_new, again.close.id, again.close.counted_minor) == (False, first.close.id, None)
    assert DayCloseSeries.objects.get(tenant=books.restaurant.tenant).last == 1


def test_numbers_run_on_in_each_location(books: Books) -> None:
    other = a_location(books.restaurant.tenant, "klcc", currency="MYR")
    books.paid(NOON, 1)
    books.paid(NOON, 1, location=other)
    numbers = [close(books, DAY).close.label, close(books, NEXT).close.label]
    with time_machine.travel(LATER):
        there = close_day(books.restaurant.owner, other, DAY, 1, Drawer()).close
    assert [*numbers, there.label] == ["Z-A-000001", "Z-A-000002", "Z-A-000001"]


def test_a_restored_database_numbers_in_a_new_series(books: Books) -> None:
    close(books, DAY)
    assert begin_new_day_close_series(LATER) == 1
    assert close(books, NEXT).close.label == "Z-B-000001"


def test_the_drawer_is_compared_with_the_cash_in_the_books(books: Books) -> None:
    paid = cash(books, NOON, 2)
    cash(books, NOON, 0, 1)
    books.paid(NOON, 5)
    books.refunded(paid, NOON, 300)
    row = close(books, DAY, opening="100", counted="125.50", note=" coins ").close
    assert (row.opening_minor, row.cash_minor, row.expected_minor) == (10000, 2630, 12630)
    assert (row.counted_minor, row.difference_minor, row.note) == (12550, -80, "coins")
    assert close(books, NEXT).close.difference_minor is None


@pytest.mark.parametrize("counted", ["five", "-1", "1.005", "NaN", "1e30"])
def test_a_drawer_that_is_no_amount_closes_nothing(books: Books, counted: str) -> None:
    books.paid(NOON, 1)
    assert refusal(books, DAY, counted=counted) == Code.DRAWER_UNREADABLE
    assert refusal(books, DAY, opening=counted) == Code.DRAWER_UNREADABLE
    assert refusal(books, DAY, note="x" * 201) == Code.DRAWER_NOTE_TOO_LONG
    assert not DayClose.objects.filter(tenant=books.restaurant.tenant).exists()


def test_late_money_and_refunds_are_a_correction_on_the_day_and_on_the_next_close(books: Books) -> None:
    paid = cash(books, NOON, 1)
    first = close(books, DAY).close
    assert corrections_of(first) == []
    books.refunded(paid, NOON, 290)
    cash(books, NOON, 0, 1)
    (pending,) = corrections_of(first)
    assert (pending.printed_on, total(pending.figures).refunds, total(pending.figures).sales) == (
        None,
        -290,
        350,
    )
    cash(books, TOMORROW, 1)
    second = close(books, NEXT).close
    first.refresh_from_db()
    assert total(printed(first)).net == 1290, "the day close itself never changes"
    (carried,) = corrections_on(second)
    assert (carried.business_date, total(carried.figures).net) == (DAY, 60)
    assert second.cash_minor == 1290 + 60
    (shown,) = corrections_of(first)
    assert shown.printed_on == second
    assert shown.figures == carried.figures
    assert corrections_on(close(books, date(2026, 11, 26)).close) == [], "it is printed once"


def test_a_day_is_corrected_as_often_as_it_changes(books: Books) -> None:
    paid = books.paid(NOON, 1)
    first = close(books, DAY).close
    for minor, day in ((100, NEXT), (50, date(2026, 11, 26))):
        books.refunded(paid, NOON, minor)
        (carried,) = corrections_on(close(books, day).close)
        assert total(carried.figures) == Sums(refunds=-minor, refunded_other=-minor)
    assert [total(one.figures).refunds for one in corrections_of(first)] == [-100, -50]


def test_money_that_is_linked_later_moves_and_adds_nothing(books: Books) -> None:
    payment = books.paid(NOON, 1, counts=False)
    first = close(books, DAY).close
    assert total(printed(first)).unmatched == 1290
    assert payment.order_id is not None
    Order.objects.filter(tenant=payment.tenant_id, id=payment.order_id).update(released_by=payment)
    BusinessDay.objects.filter(tenant=payment.tenant_id).update(changes=2)
    (moved,) = corrections_of(first)
    assert (total(moved.figures).unmatched, total(moved.figures).sales, total(moved.figures).net) == (
        -1290,
        1290,
        0,
    )


def test_only_a_day_that_is_over_can_be_closed(books: Books) -> None:
    books.paid(NOON, 1)
    assert refusal(books, DAY, NOON) == Code.DAY_NOT_OVER
    assert refusal(books, NEXT, NOON) == Code.DAY_UNKNOWN, "it has not begun"
    assert refusal(books, date(2020, 1, 1), NOON) == Code.DAY_UNKNOWN, "nothing was booked, long ago"
    # 03:59 and 04:00 of the next morning in Kuala Lumpur.
    end = datetime(2026, 11, 24, 20, tzinfo=UTC)
    assert refusal(books, DAY, end - timedelta(minutes=1)) == Code.DAY_NOT_OVER
    assert close(books, DAY, end).is_new


@pytest.mark.parametrize(
    "opens, closes, ends",
    [
        (time(10), time(22), datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (time(18), time(2), datetime(2026, 11, 24, 18, tzinfo=UTC)),
        (time(18), time(4), datetime(2026, 11, 24, 20, tzinfo=UTC)),
        (time(18), time(5), datetime(2026, 11, 24, 20, tzinfo=UTC)),
        (None, None, datetime(2026, 11, 24, 20, tzinfo=UTC)),
        (time(8), None, datetime(2026, 11, 24, 16, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_when_business_closes(
    books: Books, opens: time | None, closes: time | None, ends: datetime
) -> None:
    site = books.restaurant.location
    site.weekly_hours = every_day(opens, closes)
    assert business_ends(site, DAY) == ends


def test_a_day_that_changed_since_the_page_was_made_is_not_closed(books: Books) -> None:
    books.paid(NOON, 1)
    with time_machine.travel(LATER), pytest.raises(Conflict) as refused:
        close_day(books.restaurant.owner, books.restaurant.location, DAY, 0, Drawer())
    assert refused.value.code == Code.DAY_CHANGED
    assert close(books, DAY).close.number == 1, "and no number is lost"


def test_who_may_not_see_reports_closes_nothing(books: Books) -> None:
    cashier = a_member(books.restaurant.tenant, "cashier")
    with pytest.raises(Forbidden):
        close_day(cashier, books.restaurant.location, DAY, 0, Drawer())


def test_test_orders_are_on_no_day_close(books: Books) -> None:
    books.paid(NOON, 1, is_test=True)
    assert days_not_closed(books.restaurant.location, LATER) == []
    assert not printed(close(books, DAY).close)


def test_what_is_not_paid_or_refunded_yet_is_listed(books: Books) -> None:
    site = books.restaurant.location
    paid = books.paid(NOON, 1)
    order = books.paid(NOON, 1, status="ready").order
    assert order is not None
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(released_by=None)
    books.paid(NOON, 1, status="canceled", counts=False)
    refund = books.refunded(paid, NOON, 100)
    refund.status = "pending"
    refund.save(update_fields=["status"])
    items = open_items(site, DAY)
    assert (items.unpaid, items.unpaid_count) == ([order], 1)
    assert (items.refunds, items.refund_count) == ([refund], 1)
    assert close(books, DAY).close.facts["unpaid"] == 1


def test_days_with_money_are_listed_until_they_are_closed(books: Books) -> None:
    books.paid(NOON, 1)
    books.paid(TOMORROW, 1)
    site = books.restaurant.location
    assert [one.business_date for one in days_not_closed(site, LATER)] == [NEXT, DAY]
    close(books, NEXT)
    assert [one.business_date for one in days_not_closed(site, LATER)] == [DAY]
    assert [one.business_date for one in day_closes(site, 10)] == [NEXT]
    with pytest.raises(Gone):
        day_state(site, date(2026, 12, 1), LATER)


HISTORY = st.lists(
    st.tuples(st.sampled_from(["pay", "cash", "refund", "close"]), st.integers(0, 2), st.integers(1, 9)),
    max_size=14,
)


class AnyHistory(TransactionTestCase):
    """Day closes and their corrections are the ledger, whatever is booked when."""

    @settings(max_examples=25, deadline=None)
    @given(HISTORY)
    def test_day_closes_with_corrections_are_the_ledger(self, steps: list[tuple[str, int, int]]) -> None:
        books = some_books(f"r{secret_token()[:12].lower().replace('_', '0').replace('-', '0')}")
        site = Location.objects.get(tenant=books.restaurant.tenant)
        paid = []
        for what, day, number in steps:
            at = NOON + timedelta(days=day)
            if what == "pay":
                paid.append(books.paid(at, number))
            elif what == "cash":
                paid.append(cash(books, at, 0, number))
            elif what == "refund" and paid:
                books.refunded(paid[number % len(paid)], at, number)
            elif what == "close":
                close(books, DAY + timedelta(days=day))
        closes = DayClose.objects.filter(tenant=site.tenant_id).select_related("location")
        assert sorted(one.number for one in closes) == list(range(1, len(closes) + 1))
        for one in closes:
            _, figures, _ = look_at(site, one.business_date, LATER)
            sums = printed(one)
            for correction in corrections_of(one):
                sums += correction.figures
            assert sums == figures
            booked = LedgerEntry.objects.filter(tenant=site.tenant_id, business_date=one.business_date)
            assert total(sums).net == sum(booked.values_list("amount_minor", flat=True))


def lost_on(row: DayClose) -> list[tuple[date, int, int]]:
    return [(one.business_date, one.paid_minor, one.gone_back_minor) for one in without_order_of(row)]


def test_money_without_an_order_is_on_the_first_locations_day_close_once(books: Books) -> None:
    books.paid(NOON, 1)
    other = a_location(books.restaurant.tenant, "Other")
    Location.objects.filter(tenant=books.restaurant.tenant, id=other.id).update(position=1)
    found = books.money(NOON, 777, None, location=None)
    books.money(TOMORROW, 300, None, location=None)
    books.money(NOON, 50, None, location=None, is_test=True)
    with time_machine.travel(LATER, tick=False):
        elsewhere = close_day(books.restaurant.owner, other, DAY, 0, Drawer())
    assert lost_on(elsewhere.close) == []
    site = books.restaurant.location
    assert [one.net_minor for one in open_items(site, DAY).without_order] == [777]
    first = close(books, DAY).close
    assert lost_on(first) == [(DAY, 777, 0)]
    assert total(printed(first)).net == 1290, "it is not among the location's own sums"
    # Half of it goes back the day after, and the rest is linked: then it is counted at the location.
    books.refunded(found, TOMORROW, 400)
    assert lost_on(close(books, NEXT).close) == [(NEXT, 300, -400)]
    LedgerEntry.objects.filter(payment=found, tenant_id=found.tenant_id).update(
        location=site, business_date=date(2026, 11, 26)
    )
    third = close(books, date(2026, 11, 26)).close
    assert lost_on(third) == [(DAY, -777, 0), (NEXT, 0, 400)]
    booked = LedgerEntry.objects.filter(tenant_id=found.tenant_id, location=None, is_test=False)
    closes = DayClose.objects.filter(tenant_id=found.tenant_id)
    assert sum(one.net_minor for row in closes for one in without_order_of(row)) == sum(
        booked.values_list("amount_minor", flat=True)
    )


def test_a_location_that_becomes_the_first_prints_nothing_twice(books: Books) -> None:
    other = a_location(books.restaurant.tenant, "Other")
    books.money(NOON, 777, None, location=None)
    firsts = Location.objects.filter(tenant=books.restaurant.tenant, id=other.id)
    firsts.update(position=99)
    assert lost_on(close(books, DAY).close) == [(DAY, 777, 0)]
    firsts.update(position=0)
    Location.objects.filter(tenant=books.restaurant.tenant, id=books.restaurant.location.id).update(
        position=99
    )
    with time_machine.travel(LATER, tick=False):
        assert lost_on(close_day(books.restaurant.owner, other, DAY, 0, Drawer()).close) == []
