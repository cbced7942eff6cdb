"""Totals of days and months: any history sums to the ledger, and whatever changes it is summed again (M35, M46)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from duitpos import cli
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.pricing import Rules, totals_of
from duitpos.domain.payments.outbox.details import _store
from duitpos.domain.payments.refunds.refunded_lines import Chosen, all_lines, price_lines
from duitpos.domain.reporting.report import By, Period, Question
from duitpos.domain.reporting.revenue import revenue
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.domain.reporting.verify import verify_totals
from duitpos.domain.staff_actions.link_payment import link_payment
from duitpos.domain.staff_actions.serve_order import send_to_kitchen
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import (
    BusinessDay,
    BusinessMonth,
    DayTotal,
    LedgerEntry,
    Location,
    MenuItem,
    MonthTotal,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundLine,
)
from duitpos.processors.references import References
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from tests.support.books import Books, some_books

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
COVERING = (
    By.DAY,
    By.WEEKDAY,
    By.HOUR,
    By.LOCATION,
    By.CHANNEL,
    By.PAYMENT_TYPE,
    By.METHOD,
    By.TABLE,
    By.STAFF,
)
# Around both clock changes of Berlin, and the hours in which a business day ends.
BEGINNINGS = (
    datetime(2026, 3, 28, 20, tzinfo=UTC),
    datetime(2026, 10, 24, 20, tzinfo=UTC),
    datetime(2026, 11, 30, 14, tzinfo=UTC),
)
MOMENT = st.builds(
    lambda begins, minutes: begins + timedelta(minutes=minutes),
    st.sampled_from(BEGINNINGS),
    st.integers(0, 16 * 60),
)
STEP = st.tuples(
    st.sampled_from(["order", "twice", "unknown", "refund", "dishes", "rest", "back", "dispute"]),
    MOMENT,
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)


def never() -> bool:
    return False


RULES = Rules(service_charge_bp=1000, tax_bp=600, tax_on_service_charge=True)


def a_taxed_order(books: Books, at: datetime, many: int, few: int) -> Payment:
    """An order with service charge and tax, which is inside the prices of every second one."""
    rules = replace(RULES, tax_is_inclusive=bool(few % 2))
    lines = [
        OrderLine(total_minor=item.price_minor * number)
        for item, number in zip(books.items, (many, few), strict=True)
    ]
    totals = totals_of(lines, rules)
    return books.paid(
        at,
        many,
        few,
        guest="abc"[few % 3],
        service_charge_minor=totals.service_charge_minor,
        tax_minor=totals.tax_minor,
        service_charge_bp=rules.service_charge_bp,
        tax_bp=rules.tax_bp,
        tax_is_inclusive=rules.tax_is_inclusive,
        tax_on_service_charge=rules.tax_on_service_charge,
    )


def refunded_dishes(books: Books, payment: Payment, at: datetime, *, is_rest: bool) -> list[Refund]:
    """A refund of one of each dish that is left, or of all that is left of the payment."""
    payment = Payment.objects.select_related("order").get(tenant=payment.tenant_id, id=payment.id)
    chosen = all_lines(payment)
    if chosen is None:
        return []
    if is_rest:
        standing = Refund.objects.filter(tenant=payment.tenant_id, payment=payment, status="succeeded")
        left = payment.moved.minor - sum(standing.values_list("amount_minor", flat=True))
        return [books.refunded(payment, at, left, chosen)] if left > 0 else []
    one = dict.fromkeys(chosen.quantities, 1)
    parts = price_lines(payment, one)
    return [books.refunded(payment, at, parts.total_minor, Chosen(one, parts))]


def play(books: Books, steps: list[tuple[str, datetime, int, int, bool]]) -> None:
    """Write a history into the books."""
    payments: list[Payment] = []
    refunds: list[Refund] = []
    for what, at, many, few, other in steps:
        if what == "order":
            payments.append(a_taxed_order(books, at, many, few))
        elif what == "unknown":
            books.money(at, 100 * many + few, None, location=None)
        elif payments and what == "twice":
            first = payments[many % len(payments)]
            books.money(at, first.amount_minor, first.order, location=first.location)
        elif payments and what == "refund":
            refunds.append(books.refunded(payments[many % len(payments)], at, 1 + many * 7 + few))
        elif payments and what in ("dishes", "rest"):
            refunds += refunded_dishes(books, payments[many % len(payments)], at, is_rest=what == "rest")
        elif refunds and what == "back":
            refund = refunds.pop(many % len(refunds))
            books.came_back(refund, at)
        elif payments and what == "dispute":
            books.disputed(payments[few % len(payments)], at, 1 + many, few)
        if other:
            sum_changed(books.restaurant.tenant.id, never)


class AnyHistory(TransactionTestCase):
    """Totals by every dimension are the ledger's."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(STEP, max_size=12), st.sampled_from(["Europe/Berlin", "Asia/Kuala_Lumpur"]))
    def test_any_history_sums_to_the_ledger(
        self, steps: list[tuple[str, datetime, int, int, bool]], zone: str
    ) -> None:
        slug = f"r{secret_token()[:12].lower().replace('_', '0').replace('-', '0')}"
        books = some_books(slug, time_zone=zone, day_closes_at=time(4, 0))
        tenant = books.restaurant.tenant
        play(books, steps)
        by_day: Counter[str] = Counter()
        for day, minor in LedgerEntry.objects.filter(tenant=tenant).values_list(
            "business_date", "amount_minor"
        ):
            by_day[day.isoformat()] += minor
        lost = sum(
            LedgerEntry.objects.filter(tenant=tenant, location=None).values_list("amount_minor", flat=True)
        )
        sum_changed(tenant.id, never)
        for by in By:
            reports = revenue(tenant, Question(YEAR, by))
            assert sum(report.total.net for report in reports) == sum(by_day.values())
            rows = [row for report in reports for row in report.rows]
            covered = sum(row.sums.net for row in rows)
            if by in (By.DAY, By.WEEKDAY, By.LOCATION):
                assert covered == sum(by_day.values())
            elif by in COVERING:
                assert covered == sum(by_day.values()) - lost
            if by == By.DAY:
                assert {row.key: row.sums.net for row in rows if row.sums.net} == {
                    day: minor for day, minor in by_day.items() if minor
                }
            if by in (By.ITEM, By.SECTION):
                assert sum(row.sums.refunds for row in rows) == sum(
                    report.total.refunded_sales for report in reports
                )
        assert refunds_by_their_own_rows(tenant.id) == {
            name: sum(getattr(report.total, name) for report in revenue(tenant, Question(YEAR, By.DAY)))
            for name in ("refunds", "refunded_sales", "refunded_service_charge", "refunded_tax")
        }
        assert list(verify_totals(tenant.id)) == []


def refunds_by_their_own_rows(tenant_id: UUID) -> dict[str, int]:
    """What was given back, from the refunds' own columns and not from the totals."""
    found: Counter[str] = Counter()
    for entry in LedgerEntry.objects.filter(tenant=tenant_id, kind__in=("refund", "refund_failed")):
        refund = Refund.objects.select_related("payment__order").get(tenant=tenant_id, id=entry.source_id)
        sign = 1 if entry.amount_minor > 0 else -1
        found["refunds"] += entry.amount_minor
        order = refund.payment.order
        if order is not None and order.released_by_id == refund.payment_id:
            lines = RefundLine.objects.filter(tenant=tenant_id, refund=refund)
            found["refunded_sales"] += sign * sum(lines.values_list("items_minor", flat=True))
            found["refunded_service_charge"] += sign * (refund.service_charge_minor or 0)
            found["refunded_tax"] += sign * sum(refund.tax_by_rate.values())
    names = ("refunds", "refunded_sales", "refunded_service_charge", "refunded_tax")
    return {name: found[name] for name in names}


@pytest.mark.django_db(transaction=True)
def test_refunded_dishes_in_every_report() -> None:
    """Two laksa and two teh tarik: a laksa back, then an amount, then all the rest; the bank sends the laksa back."""
    books = some_books()
    tenant = books.restaurant.tenant
    payment = a_taxed_order(books, NOON, 2, 2)
    payment = Payment.objects.select_related("order").get(tenant=tenant, id=payment.id)
    order = payment.order
    assert order is not None
    laksa = OrderLine.objects.get(tenant=tenant, order=order, name="Laksa")
    parts = price_lines(payment, {laksa.id: 1})
    assert (parts.items_minor, parts.service_charge_minor, parts.tax_minor) == (1290, 129, 85)
    first = books.refunded(payment, NOON, parts.total_minor, Chosen({laksa.id: 1}, parts))
    books.refunded(payment, NOON, 100)
    rest = all_lines(payment)
    assert rest is not None
    books.refunded(payment, NOON, rest.parts.total_minor - 100, rest)
    total = revenue(tenant, Question(YEAR, By.DAY))[0].total
    assert (total.refunded_sales, total.refunded_service_charge) == (-3280, -328)
    assert (total.refunded_tax, total.refunded_other, total.refunded_quantity) == (-216, 0, 4)
    assert total.refunds == -(3280 + 328 + 216)
    for by, refunded in ((By.ITEM, {"Laksa": -2580, "Teh tarik": -700}), (By.TAX, {"": -3824})):
        (report,) = revenue(tenant, Question(YEAR, by))
        assert {row.name: row.sums.refunds for row in report.rows} == refunded
    books.came_back(first, NOON + timedelta(days=1))
    (report,) = revenue(tenant, Question(YEAR, By.ITEM))
    assert {row.name: row.sums.refunded_quantity for row in report.rows} == {"Laksa": 1, "Teh tarik": 2}
    sum_changed(tenant.id, never)
    assert list(verify_totals(tenant.id)) == []
    DayTotal.objects.filter(tenant=tenant, by=By.ITEM).delete()
    assert ("item", "refunded_sales") in {(one.by, one.measure) for one in verify_totals(tenant.id)}


@pytest.mark.django_db(transaction=True)
def test_a_refund_of_a_second_payment_is_of_no_dish() -> None:
    books = some_books()
    first = books.paid(NOON, 1)
    second = books.money(NOON, 1290, first.order, location=first.location)
    assert all_lines(second) is None
    books.refunded(second, NOON, 1290, all_lines(second))
    (report,) = revenue(books.restaurant.tenant, Question(YEAR, By.ITEM))
    assert (report.total.refunds, report.total.refunded_other) == (-1290, -1290)
    assert [row.sums.refunds for row in report.rows] == [0]


@pytest.mark.django_db(transaction=True)
def test_refunds_of_other_days_follow_when_other_money_counts_for_the_order() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    payment = books.paid(NOON, 1, number=1, business_date=date(2026, 10, 15))
    payment = Payment.objects.select_related("order").get(tenant=tenant, id=payment.id)
    order = payment.order
    assert order is not None
    books.refunded(payment, NOON + timedelta(days=2), 1290, all_lines(payment))
    second = books.money(NOON + timedelta(days=1), 1290, order, location=payment.location)
    Order.objects.filter(tenant=tenant).update(status="canceled")
    order.refresh_from_db()
    sum_changed(tenant.id, never)
    staff = Actor("staff", books.restaurant.owner)
    assert transact(lambda: send_to_kitchen(order, second, staff, NOON, "canceled", "served"))
    sum_changed(tenant.id, never)
    assert list(verify_totals(tenant.id)) == []
    (report,) = revenue(tenant, Question(YEAR, By.DAY))
    assert (report.total.refunded_sales, report.total.refunded_other) == (0, -1290)


@pytest.mark.django_db(transaction=True)
def test_whole_months_are_read_from_their_own_totals() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    for month in (9, 10, 11):
        books.paid(datetime(2026, month, 15, 4, tzinfo=UTC), month)
    sum_changed(tenant.id, never)
    assert BusinessMonth.objects.filter(tenant=tenant).count() == 3
    # Only the days between whole months are still read from their own totals.
    DayTotal.objects.filter(tenant=tenant, business_date__month__in=(9, 10), by=By.ITEM).delete()
    period = Period(date(2026, 9, 1), date(2026, 11, 20))
    (report,) = revenue(tenant, Question(period, By.ITEM))
    assert [(row.name, row.sums.quantity) for row in report.rows] == [("Laksa", 30)]


@pytest.mark.django_db(transaction=True)
def test_a_month_with_a_changed_day_is_read_from_its_days() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    books.paid(datetime(2026, 10, 15, 4, tzinfo=UTC), 1)
    sum_changed(tenant.id, never)
    books.paid(datetime(2026, 10, 16, 4, tzinfo=UTC), 1)
    question = Question(Period(date(2026, 10, 1), date(2026, 10, 31)), By.ITEM)
    (report,) = revenue(tenant, question)
    assert report.total.orders == 2
    assert MonthTotal.objects.get(tenant=tenant, by="all").orders == 1, (
        "the worker has not summed it again yet"
    )
    sum_changed(tenant.id, never)
    assert MonthTotal.objects.get(tenant=tenant, by="all").orders == 2
    assert revenue(tenant, question) == (report,)


@pytest.mark.django_db(transaction=True)
def test_a_wrong_total_is_named() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    books.paid(datetime(2026, 10, 15, 4, tzinfo=UTC), 1)
    sum_changed(tenant.id, never)
    DayTotal.objects.filter(tenant=tenant, by="all").update(sales=1)
    DayTotal.objects.filter(tenant=tenant, by=By.HOUR).delete()
    found = {(one.by, one.measure, one.stored, one.right) for one in verify_totals(tenant.id)}
    assert ("all", "sales", 1, 1290) in found
    assert ("hour", "orders", 0, 1) in found
    assert ("month all", "sales", 1290, 1) in found, "and the month is not the sum of its days"


@pytest.mark.django_db(transaction=True)
def test_the_command_checks_the_days_that_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    for month in (9, 10):
        books.paid(datetime(2026, month, 15, 4, tzinfo=UTC), 1)
    sum_changed(tenant.id, never)
    assert cli._verify_rollups() == 0
    assert capsys.readouterr().out == "Every total is right.\n"
    DayTotal.objects.filter(tenant=tenant, by="all", business_date__month=9).update(sales=1)
    MonthTotal.objects.filter(tenant=tenant, by="all", month__month=9).update(sales=1)
    october = cli._days(["--from", "2026-10-01", "--to", "2026-10-31"])
    assert cli._verify_rollups(*october) == 0
    assert cli._verify_rollups(*cli._days(["--to", "2026-09-30"])) == cli.SOME_FAILED
    said = capsys.readouterr()
    assert "2026-09-15 all  sales: stored 1, right 1290" in said.err
    assert said.out.endswith("1 total is wrong.\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--from"],
        ["--since", "2026-10-01"],
        ["--from", "soon"],
        ["--from", "2026-10-02", "--to", "2026-10-01"],
    ],
)
def test_days_that_cannot_be_read_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify-rollups", *words]) == cli.WRONG_USE
    assert "--from 2026-11-01 --to 2026-11-30" in capsys.readouterr().err


@pytest.mark.django_db(transaction=True)
def test_the_worker_sums_every_day_once() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    other = Location.objects.create(tenant=tenant, slug="klcc", name="KLCC", currency="MYR")
    for day in (14, 15):
        books.paid(datetime(2026, 10, day, 4, tzinfo=UTC), 1)
        books.paid(datetime(2026, 10, day, 4, tzinfo=UTC), 1, location=other)
    assert sum_changed(tenant.id, never) == 4 + 2
    assert sum_changed(tenant.id, never) == 0
    assert BusinessDay.objects.filter(tenant=tenant, changes=1, summed=1).count() == 4


NOON = datetime(2026, 10, 15, 4, tzinfo=UTC)


def total(books: Books) -> tuple[int, int, int]:
    sum_changed(books.restaurant.tenant.id, never)
    (report,) = revenue(books.restaurant.tenant, Question(YEAR, By.DAY))
    return (report.total.orders, report.total.sales, report.total.unmatched)


@pytest.mark.django_db(transaction=True)
def test_an_order_that_staff_serve_later_counts_then() -> None:
    books = some_books()
    payment = books.paid(NOON, 1, status="held", counts=False)
    assert total(books) == (0, 0, 1290)
    order = payment.order
    assert order is not None
    staff = Actor("staff", books.restaurant.owner)
    assert transact(lambda: send_to_kitchen(order, payment, staff, NOON, "held", "served"))
    assert total(books) == (1, 1290, 0)


@pytest.mark.django_db(transaction=True)
def test_money_that_staff_link_to_an_order_counts_then() -> None:
    books = some_books()
    order = books.paid(NOON, 1, status="held", counts=False).order
    assert order is not None
    found = books.money(NOON, 1290, None, location=None)
    assert total(books) == (0, 0, 2580)
    transact(lambda: link_payment(found, order, Actor("staff", books.restaurant.owner), NOON))
    assert total(books) == (1, 1290, 1290)


@pytest.mark.django_db(transaction=True)
def test_a_method_that_is_fetched_later_moves_the_money_there() -> None:
    books = some_books()
    payment = books.paid(NOON, 1)
    rows = Payment.objects.filter(tenant=payment.tenant_id, id=payment.id)
    rows.update(method={})
    sum_changed(payment.tenant_id, never)
    visa = PaymentSnapshot(
        References("cs_1"),
        SnapshotState.PAID,
        amount=payment.amount,
        is_live=True,
        correlation=None,
        method={"kind": "card", "brand": "visa"},
    )
    transact(lambda: _store(rows, payment, visa, ()))
    sum_changed(payment.tenant_id, never)
    (report,) = revenue(books.restaurant.tenant, Question(YEAR, By.METHOD))
    assert [(row.key, row.sums.net) for row in report.rows] == [("visa", 1290)]


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_served_for_another_days_money_counts_once() -> None:
    books = some_books()
    payment = books.paid(NOON, 1, number=1, business_date=date(2026, 10, 15))
    order = payment.order
    assert order is not None
    Order.objects.filter(tenant=order.tenant_id, id=order.id).update(status="canceled")
    order.refresh_from_db()
    second = books.money(NOON + timedelta(days=1), 1290, order, location=payment.location)
    assert total(books) == (1, 1290, 1290)
    staff = Actor("staff", books.restaurant.owner)
    assert transact(lambda: send_to_kitchen(order, second, staff, NOON, "canceled", "served"))
    assert total(books) == (1, 1290, 1290)
    sum_changed(payment.tenant_id, never)
    assert list(verify_totals(payment.tenant_id)) == []


@pytest.mark.django_db(transaction=True)
def test_a_dish_that_moves_to_another_section_leaves_the_totals_right() -> None:
    books = some_books()
    tenant = books.restaurant.tenant
    books.paid(NOON, 1, 1)
    sum_changed(tenant.id, never)
    laksa, teh = books.items
    MenuItem.objects.filter(tenant=tenant, id=laksa.id).update(section=teh.section)
    assert list(verify_totals(tenant.id)) == []
    (report,) = revenue(tenant, Question(YEAR, By.SECTION))
    assert [(row.name, row.sums.sales) for row in report.rows] == [("Teh tarik & co", 1640)]


@pytest.mark.django_db(transaction=True)
def test_earlier_money_without_a_location_is_compared_too() -> None:
    books = some_books()
    books.money(NOON, 777, None, location=None)
    books.paid(NOON + timedelta(days=1), 1)
    day = date(2026, 10, 16)
    sum_changed(books.restaurant.tenant.id, never)
    (report,) = revenue(books.restaurant.tenant, Question(Period(day, day), By.DAY))
    assert report.before.net == 777
