"""Rate limits of starts: a person who only has a table's link cannot keep guests from paying."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from duitpos.domain.checkout.limits import (
    MOST_OF_UNKNOWN_PHONES,
    MOST_PER_PHONE,
    MOST_PER_TABLE,
    count_start,
    forget_counters,
    is_known,
)
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import TooMany
from duitpos.domain.orders.queries import unknown_phones_waiting, waiting_orders
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, StartCounter
from tests.support.at_once import at_once
from tests.support.live_shop import Clock
from tests.support.restaurant import a_table
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def counted(shop: Shop, phones: str, count: int) -> None:
    """Record `count` starts in the current interval."""
    transact(lambda: count_start(shop.table, known=phones == "known"))
    StartCounter.objects.filter(tenant=shop.tenant, phones=phones).update(count=count)


def test_m55_unknown_phones_do_not_use_up_what_the_tables_guests_need(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    counted(shop, "unknown", MOST_OF_UNKNOWN_PHONES - 1)
    assert isinstance(shop.checkout(guest_token="s1", has_looked=False), GoToProcessor)
    with pytest.raises(TooMany, match="unknown_phones_started_too_many"):
        shop.checkout(guest_token="s2", has_looked=False)
    assert isinstance(shop.checkout(guest_token="a guest"), GoToProcessor)
    assert len(shop.orders()) == 2, "and nothing was written down for the one that was refused"


def test_m55_a_phone_that_ordered_before_is_recognized_without_its_cookie(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    shop.start(guest_token="a guest")
    assert is_known(shop.tenant, "a guest", has_looked=False)
    payment = shop.start(guest_token="unknown phone", has_looked=False)
    assert not is_known(shop.tenant, "unknown phone", has_looked=False), "to begin one proves nothing"
    shop.sandbox.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    assert is_known(shop.tenant, "unknown phone", has_looked=False)


def test_m55_known_phones_have_a_limit_too(webhookless_shop: Shop) -> None:
    counted(webhookless_shop, "known", MOST_PER_TABLE)
    with pytest.raises(TooMany, match="table_started_too_many"):
        webhookless_shop.checkout()
    assert webhookless_shop.sandbox.listed("sessions") == []


def test_m55_one_phone_has_one_limit_for_all_tables(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    other = a_table(shop.restaurant.location, "2")
    for number in range(MOST_PER_PHONE):
        table = other if number % 2 else shop.table
        shop.checkout(table=table, guest_token="a guest", checkout_key=secret_token())
    with pytest.raises(TooMany, match="phone_started_too_many"):
        shop.checkout(table=a_table(shop.restaurant.location, "3"), guest_token="a guest")
    assert isinstance(shop.checkout(guest_token="another guest"), GoToProcessor)


def test_m55_after_ten_minutes_the_count_restarts(webhookless_shop: Shop, clock: Clock) -> None:
    counted(webhookless_shop, "unknown", MOST_OF_UNKNOWN_PHONES)
    clock.advance(minutes=10)
    assert isinstance(webhookless_shop.checkout(has_looked=False), GoToProcessor)


@pytest.mark.races
def test_m59_of_many_at_once_exactly_the_cap_gets_through(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    counted(shop, "unknown", MOST_OF_UNKNOWN_PHONES - 5)

    def start() -> bool:
        try:
            transact(lambda: count_start(shop.table, known=False))
        except TooMany:
            return False
        return True

    assert sum(at_once([start] * 30)) == 5
    assert StartCounter.objects.get(tenant=shop.tenant).count == MOST_OF_UNKNOWN_PHONES


@pytest.mark.races
def test_m59_the_race_without_the_guard(webhookless_shop: Shop) -> None:
    """The control: read, compare, then write lets more through than the limit."""
    shop = webhookless_shop
    counted(shop, "unknown", MOST_OF_UNKNOWN_PHONES - 1)
    both_have_read = threading.Barrier(2)

    def start() -> bool:
        rows = StartCounter.objects.filter(tenant=shop.tenant)
        count = rows.get().count
        both_have_read.wait(60)
        if count >= MOST_OF_UNKNOWN_PHONES:
            return False
        rows.update(count=count + 1)
        return True

    assert at_once([start] * 2) == [True, True]


def test_m79_starts_of_unknown_phones_are_grouped_and_end_early(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    guest = shop.start(guest_token="a guest")
    for number in range(3):
        shop.start(guest_token=f"unknown phone {number}", has_looked=False)
    assert [row.order.id for row in waiting_orders(shop.tenant)] == [guest.order_id]
    (group,) = unknown_phones_waiting(shop.tenant)
    assert (group.table_name, group.count) == ("1", 3)
    clock.advance(minutes=11)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    sweep()
    ended = Payment.objects.filter(
        tenant=shop.tenant, order__is_unknown_phone=True, order__tenant=shop.tenant
    )
    assert {payment.status for payment in ended} == {"canceled"}
    assert shop.fresh(guest).status == "pending"
    open_sessions = [one["id"] for one in shop.sandbox.listed("sessions") if one["status"] == "open"]
    assert open_sessions == [guest.reference]


def test_m79_an_unknown_phone_that_returned_from_paying_is_in_the_list(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start(has_looked=False)
    assert waiting_orders(shop.tenant) == []
    Payment.objects.filter(tenant=shop.tenant, id=payment.id).update(returned_at=now())
    assert [row.order.id for row in waiting_orders(shop.tenant)] == [payment.order_id]
    assert unknown_phones_waiting(shop.tenant) == []


def test_m79_an_unknown_phone_that_pays_is_served_like_any_guest(shop: Shop) -> None:
    shop.pay(shop.start(has_looked=False))
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m79_old_counters_are_deleted(webhookless_shop: Shop) -> None:
    counted(webhookless_shop, "known", 3)
    forget_counters()
    assert StartCounter.objects.filter(tenant=webhookless_shop.tenant).count() == 1
    StartCounter.objects.filter(tenant=webhookless_shop.tenant).update(begins_at=now() - timedelta(days=2))
    forget_counters()
    assert StartCounter.objects.filter(tenant=webhookless_shop.tenant).count() == 0
    assert Order.objects.filter(tenant=webhookless_shop.tenant).count() == 0
