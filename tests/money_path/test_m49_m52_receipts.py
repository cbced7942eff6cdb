"""Receipt numbers: no gap, no double, in the order of time, and only for paid bills (M49 to M52)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import transaction

from duitpos.domain.orders.receipt_number import (
    Series,
    begin_new_series,
    draw_receipt,
    name_after,
)
from duitpos.domain.orders.search import OrderFilters, matching
from duitpos.domain.payments.events import receive
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, ReceiptSeries, Refund
from duitpos.models.receipt import ReceiptKind
from tests.support.at_once import at_once
from tests.support.restaurant import Restaurant, a_location, a_restaurant
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def sales(restaurant: Restaurant) -> Series:
    return Series(restaurant.tenant.id, restaurant.location.id, ReceiptKind.SALE, False)


class _RolledBack(Exception):
    """The transaction that drew a number fails after it."""


def draw_some(series: Series, given: list[int], fails_at: int) -> None:
    """Draw four numbers, each in a transaction; one of them is rolled back."""
    for at in range(4):

        def work(at: int = at) -> int:
            number = draw_receipt(series, now()).number
            if at == fails_at:
                raise _RolledBack
            return number

        try:
            given.append(transact(work))
        except _RolledBack:
            continue


@pytest.mark.races
def test_m49_fifty_at_once_have_no_gap_and_no_double() -> None:
    series, given = sales(a_restaurant()), list[int]()
    at_once([partial(draw_some, series, given, at % 5) for at in range(16)])
    assert sorted(given) == list(range(1, len(given) + 1))
    assert len(given) == 16 * 4 - 13, "thirteen of the transactions were rolled back"


@pytest.mark.races
def test_m49_numbers_that_are_given_outside_of_the_transaction_have_gaps() -> None:
    """The counter-check: the number is kept though its order is rolled back."""
    series, given = sales(a_restaurant()), list[int]()

    def draw_then_fail() -> None:
        number = transact(lambda: draw_receipt(series, now()).number)
        try:
            with transaction.atomic():
                if number % 2:
                    raise _RolledBack
                given.append(number)
        except _RolledBack:
            return

    at_once([draw_then_fail] * 8)
    assert sorted(given) != list(range(1, len(given) + 1))


def test_m50_time_never_runs_against_the_number() -> None:
    series = sales(a_restaurant())
    late, early = NOON + timedelta(seconds=3), NOON
    drawn = [transact(partial(draw_receipt, series, at)) for at in (NOON, late, early, late)]
    assert [one.number for one in drawn] == [1, 2, 3, 4]
    assert [one.at for one in drawn] == [NOON, late, late, late]


def receipts(shop: Shop) -> list[str]:
    return [order.receipt_label for order in Order.objects.filter(tenant=shop.tenant).order_by("created_at")]


@pytest.mark.parametrize("is_general", [False, True])
def test_m51_only_a_paid_bill_draws_a_number(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_general: bool
) -> None:
    if is_general:
        monkeypatch.setattr(receive, "confirm", lambda verified: False)
    payment = shop.start()
    shop.start(guest_token="another phone")
    assert receipts(shop) == ["", ""], "nothing is paid"
    shop.pay(payment)
    assert receipts(shop) == ["TEST-A-000001", ""]
    (paid, _) = Order.objects.filter(tenant=shop.tenant).order_by("created_at")
    assert paid.receipt_at == paid.placed_at
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert Refund.objects.get(id=refund.id, tenant=shop.tenant).credit_label == "CN-A-000001"
    kinds = ReceiptSeries.objects.filter(tenant=shop.tenant).values_list("kind", "is_test", "last")
    assert sorted(kinds) == [("credit_note", True, 1), ("sale", True, 1)]


def test_m51_money_that_waits_for_a_decision_draws_none(shop: Shop) -> None:
    payment = shop.start()
    Order.objects.filter(tenant=shop.tenant).update(status="canceled")
    shop.pay(payment)
    assert receipts(shop) == [""]
    refund_payment(shop.restaurant.owner, payment.id, "canceled")
    assert Refund.objects.get(tenant=shop.tenant).credit_label == ""


def test_each_location_has_its_own_numbers(webhookless_shop: Shop) -> None:
    here = sales(webhookless_shop.restaurant)
    there = Series(here.tenant_id, a_location(webhookless_shop.tenant, "klcc").id, here.kind, False)
    draws = [transact(partial(draw_receipt, series, NOON)).number for series in (here, there, here, there)]
    assert draws == [1, 1, 2, 2]


def test_an_order_is_found_by_its_receipt_and_by_its_credit_note(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    found: Callable[[str], int] = lambda text: len(matching(shop.tenant, OrderFilters(text=text)))  # noqa: E731
    assert [found(text) for text in ("TEST-A-000001", "receipt test-a-1", "CN-A-000001")] == [1, 1, 1]
    assert [found(text) for text in ("A-000001", "TEST-B-000001", "CN-A-2")] == [0, 0, 0]


def test_m52_a_restored_database_numbers_in_a_new_series() -> None:
    series = sales(a_restaurant())
    transact(partial(draw_receipt, series, NOON))
    assert begin_new_series(NOON) == 1
    drawn = transact(partial(draw_receipt, series, NOON))
    assert (drawn.series, drawn.number) == ("B", 1)
    ended = ReceiptSeries.objects.get(tenant_id=series.tenant_id, name="A")
    assert (ended.last, ended.ended_at) == (1, NOON)


def test_series_are_named_like_columns_of_a_sheet() -> None:
    names, name = [], "A"
    for _ in range(30):
        names.append(name)
        name = name_after(name)
    assert names[:3] == ["A", "B", "C"]
    assert names[25:28] == ["Z", "AA", "AB"]
