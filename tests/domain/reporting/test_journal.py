"""The journal: every entry sums to zero, and its payment methods are the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from duitpos.domain.errors import Unavailable
from duitpos.domain.reporting import journal as module
from duitpos.domain.reporting.journal import Account, Entry, journal
from duitpos.domain.reporting.report import Period
from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.kit.ids import secret_token
from duitpos.models import LedgerEntry, Payment, Refund
from tests.support.books import Books, some_books
from tests.support.restaurant import a_location
from tests.support.till import cash

pytestmark = pytest.mark.django_db(transaction=True)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def books() -> Books:
    return some_books()


def entries(books: Books, **which: object) -> list[Entry]:
    sum_changed(books.restaurant.tenant.id, lambda: False)
    return journal(books.restaurant.tenant, NOVEMBER, **which)  # type: ignore[arg-type]


def lines(entry: Entry) -> dict[tuple[Account, str], int]:
    return {(line.account, line.key): line.minor for line in entry.lines}


def test_a_day_by_method_against_what_it_was_for(books: Books) -> None:
    paid = books.paid(
        NOON,
        2,
        1,
        service_charge_minor=293,
        tax_minor=193,
        service_charge_bp=1000,
        tax_bp=600,
        tax_name="SST",
    )
    books.money(NOON, 500, None, location=books.restaurant.location)
    refund = books.refunded(paid, NOON, 1060)
    Refund.objects.filter(tenant=refund.tenant_id, id=refund.id).update(
        items_minor=1000, tax_minor=60, tax_by_rate={"600": 60}
    )
    books.disputed(paid, NOON, 700, 5)
    (entry,) = entries(books)
    assert (entry.location, entry.business_date, entry.currency) == (
        books.restaurant.location,
        date(2026, 11, 24),
        "MYR",
    )
    assert lines(entry) == {
        (Account.METHOD, "visa"): 3416 + 500 - 1060 - 705,
        (Account.SALES, ""): -2930,
        (Account.SERVICE_CHARGE, ""): -293,
        # 6 % of 2930 is 176, of which 60 went back. 17 were taken on the service charge, of no dish's rate.
        (Account.TAX, "600"): -176 + 60,
        (Account.TAX, ""): -17,
        (Account.UNMATCHED, ""): -500,
        (Account.REFUNDS, ""): 1000,
        (Account.DISPUTES, ""): 700,
        (Account.DISPUTE_FEES, ""): 5,
    }
    assert sum(lines(entry).values()) == 0


def test_tax_inside_the_prices_is_taken_from_the_sales(books: Books) -> None:
    books.paid(NOON, 1, tax_minor=73, tax_bp=600, tax_is_inclusive=True, tax_name="SST")
    (entry,) = entries(books)
    assert lines(entry) == {
        (Account.METHOD, "visa"): 1290,
        (Account.SALES, ""): -1217,
        (Account.TAX, "600"): -73,
    }


def test_locations_are_apart_and_can_be_chosen(books: Books) -> None:
    other = a_location(books.restaurant.tenant, "klcc", currency="MYR")
    books.paid(NOON, 1)
    books.paid(NOON, 0, 1, location=other)
    books.paid(NOON, 9, is_test=True)
    books.money(NOON, 777, None, location=None)
    assert [one.location and one.location.slug for one in entries(books)] == [None, "bangsar", "klcc"]
    (chosen,) = entries(books, sites=(other.id,))
    assert lines(chosen)[Account.SALES, ""] == -350


def test_days_that_changed_are_summed_first_or_there_is_no_journal(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(4):
        books.paid(NOON - timedelta(days=day), 1)
    monkeypatch.setattr(module, "_SECONDS", -1.0)
    with pytest.raises(Unavailable):
        journal(books.restaurant.tenant, NOVEMBER)
    monkeypatch.undo()
    assert len(journal(books.restaurant.tenant, NOVEMBER)) == 4


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "cash", "inside", "twice", "unknown", "refund", "back", "dispute"]),
        st.integers(0, 2),
        st.integers(1, 9),
    ),
    max_size=12,
)


def play(books: Books, steps: list[tuple[str, int, int]]) -> None:
    """Write a history into the books."""
    paid: list[Payment] = []
    refunds: list[Refund] = []
    for what, day, number in steps:
        at = NOON + timedelta(days=day)
        if what == "refund" and paid:
            refund = books.refunded(paid[number % len(paid)], at, 10 * number)
            refunds.append(refund)
            Refund.objects.filter(tenant=refund.tenant_id, id=refund.id).update(tax_by_rate={"600": number})
        elif what == "back" and refunds:
            books.came_back(refunds.pop(), at)
        elif what == "dispute" and paid:
            books.disputed(paid[0], at, number, 1)
        elif what == "unknown":
            books.money(at, number, None, location=None)
        elif what in SALES:
            paid.append(SALES[what](books, at, number))


SALES: dict[str, Callable[[Books, datetime, int], Payment]] = {
    "pay": lambda books, at, number: books.paid(
        at, number, service_charge_minor=number, tax_minor=7, tax_bp=600
    ),
    "cash": lambda books, at, number: cash(books, at, 0, number),
    "inside": lambda books, at, number: books.paid(
        at, number, tax_minor=number, tax_bp=800, tax_is_inclusive=True
    ),
    "twice": lambda books, at, number: books.paid(at, number, counts=False),
}


class AnyHistory(TransactionTestCase):
    """Whatever is booked."""

    @settings(max_examples=25, deadline=None)
    @given(STEPS)
    def test_every_entry_sums_to_zero_and_methods_are_the_ledger(
        self, steps: list[tuple[str, int, int]]
    ) -> None:
        books = some_books(f"r{secret_token()[:12].lower().replace('_', '0').replace('-', '0')}")
        play(books, steps)
        found = entries(books)
        by_day: Counter[date] = Counter()
        for entry in found:
            assert sum(line.minor for line in entry.lines) == 0
            by_day[entry.business_date] += sum(
                line.minor for line in entry.lines if line.account == Account.METHOD
            )
        booked: Counter[date] = Counter()
        rows = LedgerEntry.objects.filter(tenant=books.restaurant.tenant)
        for on, minor in rows.values_list("business_date", "amount_minor"):
            booked[on] += minor
        assert {on: minor for on, minor in by_day.items() if minor} == {
            on: minor for on, minor in booked.items() if minor
        }
