"""What a report says of known books."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from duitpos.domain.reporting.report import By, Period, Question, Report, Sums
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.models import BusinessDay, Location
from tests.support.books import Books, some_books
from tests.support.restaurant import a_location
from tests.support.till import cash

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
"""Noon in Kuala Lumpur."""


@pytest.fixture
def books() -> Books:
    return some_books()


def asked(books: Books, by: By, period: Period = NOVEMBER, **fields: object) -> Report:
    # A report itself sums for a moment only, which on a busy machine may end before all days are summed.
    sum_changed(books.restaurant.tenant.id, lambda: False)
    (report,) = revenue(books.restaurant.tenant, Question(period, by, **fields))  # type: ignore[arg-type]
    return report


def net(report: Report) -> dict[str, int]:
    return {row.key: row.sums.net for row in report.rows if row.sums.net}


def test_a_paid_order_is_split_as_it_was_priced(books: Books) -> None:
    books.paid(NOON, 2, 1, service_charge_minor=293, tax_minor=193, service_charge_bp=1000, tax_bp=600)
    assert asked(books, By.DAY).total == Sums(
        orders=1, guests=1, quantity=3, sales=2930, service_charge=293, tax_added=193
    )


def test_tax_inside_the_prices_adds_nothing(books: Books) -> None:
    books.paid(NOON, 1, tax_minor=73, tax_bp=600, tax_is_inclusive=True, tax_name="SST")
    report = asked(books, By.TAX)
    assert (report.total.gross, report.total.tax_included, report.total.tax_added) == (1290, 73, 0)
    assert [(row.key, row.name, row.sums.sales, row.sums.tax_included) for row in report.rows] == [
        ("600", "SST", 1290, 73)
    ]


def test_money_that_came_twice_counts_as_money_and_not_as_a_sale(books: Books) -> None:
    payment = books.paid(NOON, 1)
    books.money(NOON, 1290, payment.order, location=payment.location)
    total = asked(books, By.DAY).total
    assert (total.orders, total.sales, total.unmatched, total.gross) == (1, 1290, 1290, 2580)
    assert total.average_order == 1290


def test_an_amount_that_staff_accepted_keeps_the_ledgers_sum(books: Books) -> None:
    payment = books.paid(NOON, 1, counts=False)
    other = books.money(NOON, 1000, payment.order, location=payment.location)
    type(payment.order).objects.filter(tenant=payment.tenant_id, id=payment.order_id).update(
        released_by=other
    )
    total = asked(books, By.DAY).total
    assert (total.orders, total.sales, total.unmatched, total.gross) == (1, 1290, 1290 - 290, 2290)


def test_a_refund_counts_on_the_day_it_was_made(books: Books) -> None:
    payment = books.paid(NOON, 1)
    refund = books.refunded(payment, NOON.replace(day=25), 1290)
    assert net(asked(books, By.DAY)) == {"2026-11-24": 1290, "2026-11-25": -1290}
    books.came_back(refund, NOON.replace(day=27))
    report = asked(books, By.DAY)
    assert net(report) == {"2026-11-24": 1290, "2026-11-25": -1290, "2026-11-27": 1290}
    assert report.total.refunds == 0


def test_a_dispute_takes_the_money_and_its_fee(books: Books) -> None:
    books.disputed(books.paid(NOON, 1), NOON, 1290, 500)
    total = asked(books, By.DAY).total
    assert (total.gross, total.disputes, total.net) == (1290, -1790, -500)


def test_money_of_an_unknown_order_is_in_the_total_and_has_no_location(books: Books) -> None:
    books.paid(NOON, 1)
    books.money(NOON, 777, None, location=None)
    report = asked(books, By.LOCATION)
    assert net(report) == {str(books.restaurant.location.id): 1290, "": 777}
    assert report.total.net == 2067
    here = asked(books, By.LOCATION, locations=(books.restaurant.location.id,))
    assert here.total.net == 1290


@pytest.mark.parametrize("by", list(By))
def test_every_report_has_the_same_total(books: Books, by: By) -> None:
    payment = books.paid(NOON, 2, 3, guest="phone")
    books.paid(NOON.replace(hour=13), 1, guest="phone")
    books.refunded(payment, NOON.replace(hour=14), 350)
    report = asked(books, by)
    assert (report.total.orders, report.total.guests, report.total.net) == (2, 1, 4570)
    if by not in (By.ITEM, By.SECTION, By.MODIFIER, By.TAX):
        assert sum(row.sums.net for row in report.rows) == 4570


def test_by_dish_and_by_section(books: Books) -> None:
    books.paid(NOON, 2, 1)
    books.paid(NOON, 0, 4)
    dishes = [(row.name, row.sums.quantity, row.sums.sales) for row in asked(books, By.ITEM).rows]
    assert dishes == [("Laksa", 2, 2580), ("Teh tarik", 5, 1750)]
    sections = {row.name: row.sums.sales for row in asked(books, By.SECTION).rows}
    assert sections == {"Laksa & co": 2580, "Teh tarik & co": 1750}


def test_hours_and_weekdays_are_the_locations(books: Books) -> None:
    books.paid(
        datetime(2026, 11, 24, 18, 30, tzinfo=UTC), 1
    )  # 02:30 on Wednesday, which is still Tuesday's night
    assert net(asked(books, By.HOUR)) == {"02": 1290}
    report = asked(books, By.WEEKDAY)
    assert net(report) == {"2": 1290}
    assert {at: value for at, value in report.heat.items() if value} == {(2, 2): 1290}


def test_a_day_that_closes_at_four_across_both_clock_changes() -> None:
    books = some_books("berlin", time_zone="Europe/Berlin", day_closes_at=time(4, 0))
    # 29 March 2026, 01:30 summer time begins at 01:00 UTC; 25 October ends it. 04:00 local is 02:00 and 03:00 UTC.
    books.paid(datetime(2026, 3, 29, 1, 59, tzinfo=UTC), 1)
    books.paid(datetime(2026, 3, 29, 2, 0, tzinfo=UTC), 0, 1)
    books.paid(datetime(2026, 10, 25, 2, 59, tzinfo=UTC), 2)
    books.paid(datetime(2026, 10, 25, 3, 0, tzinfo=UTC), 0, 2)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert net(asked(books, By.DAY, year)) == {
        "2026-03-28": 1290,
        "2026-03-29": 350,
        "2026-10-24": 2580,
        "2026-10-25": 700,
    }
    assert net(asked(books, By.HOUR, year)) == {"03": 3870, "04": 1050}


def test_test_orders_never_count_and_can_be_looked_at_alone(books: Books) -> None:
    books.paid(NOON, 1)
    books.paid(NOON, 0, 1, is_test=True)
    assert asked(books, By.DAY).total.net == 1290
    assert asked(books, By.DAY, is_test=True).total.net == 350


def test_locations_and_what_staff_took_are_filtered(books: Books) -> None:
    other = a_location(books.restaurant.tenant, "klcc", currency="MYR")
    books.paid(NOON, 1)
    books.paid(NOON, 0, 1, location=other)
    assert asked(books, By.DAY, locations=(other.id,)).total.net == 350
    assert net(asked(books, By.LOCATION)) == {str(books.restaurant.location.id): 1290, str(other.id): 350}
    assert asked(books, By.DAY, is_online=True).total.net == 1640
    assert revenue(books.restaurant.tenant, Question(NOVEMBER, By.DAY, (), False)) == ()


def test_it_is_compared_with_the_period_before_and_the_same_weekdays(books: Books) -> None:
    books.paid(NOON, 1)
    books.paid(NOON.replace(day=22), 2)
    books.paid(NOON.replace(day=17), 0, 1)
    report = asked(books, By.DAY, Period(date(2026, 11, 23), date(2026, 11, 25)))
    assert (report.total.net, report.before.net, report.same_weekdays.net) == (1290, 2580, 350)
    assert [row.sums.net for row in report.rows] == [0, 1290, 0]
    assert [row.sums.net for row in report.rows_before] == [0, 0, 2580]


def test_a_payment_counts_at_once_also_on_a_day_that_was_summed(books: Books) -> None:
    books.paid(NOON, 1)
    for count in (1, 2):
        (report,) = revenue(books.restaurant.tenant, Question(NOVEMBER, By.DAY))
        assert report.total.orders == count
        books.paid(NOON, 1)
    revenue(books.restaurant.tenant, Question(NOVEMBER, By.DAY))
    (day,) = BusinessDay.objects.filter(tenant=books.restaurant.tenant)
    assert (day.changes, day.summed) == (3, 3)


def test_another_restaurants_money_is_not_in_it(books: Books) -> None:
    some_books("mamak").paid(NOON, 1)
    assert revenue(books.restaurant.tenant, Question(NOVEMBER, By.DAY)) == ()
    assert Location.objects.filter(tenant=books.restaurant.tenant).count() == 1


def test_payment_types_are_told_day_by_day(books: Books) -> None:
    books.paid(NOON, 1)
    cash(books, NOON, 0, 1)
    cash(books, NOON.replace(day=25), 0, 2)
    period = Period(date(2026, 11, 24), date(2026, 11, 26))
    report = asked(books, By.PAYMENT_TYPE, period)
    by_name = {row.name: report.by_day[row.key] for row in report.rows}
    assert by_name == {"Online Payment": (1290, 0, 0), "Till": (350, 700, 0)}
    assert {row.name: row.sums.net for row in report.rows} == {
        name: sum(days) for name, days in by_name.items()
    }
    assert asked(books, By.METHOD, period).by_day == {}
    assert asked(books, By.PAYMENT_TYPE, Period(date(2026, 1, 1), date(2026, 12, 31))).by_day == {}
