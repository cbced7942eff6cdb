"""A dish that is sold out, or a location that is paused, while a guest pays: nothing is repriced, no money bounces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone

from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.menus.eighty_six import Stocked, set_stock, sold_out
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.domain.payments.events.confirm import confirm
from duitpos.domain.payments.events.receive import handle_event
from duitpos.domain.staff_actions.pause import pause
from duitpos.models import Alert, ItemPrice, ItemStock, Location, ModifierStock, Order, Payment
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.money_path.test_m37_m44_confirm import both_ways
from tests.support.paid_event import Waiting, an_order_that_waits
from tests.support.restaurant import a_group
from tests.support.shop import Shop

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)


def mark_sold_out(shop: Shop, how_long: str = "open") -> None:
    sold_out(shop.restaurant.owner, shop.restaurant.location, Stocked.ITEM, shop.item.id, how_long)


@pytest.mark.parametrize("how_long", ["open", "2h", "closing"])
def test_an_order_whose_payment_has_started_stays_payable_at_its_price(shop: Shop, how_long: str) -> None:
    payment = shop.start()
    ItemPrice.objects.create(
        tenant=shop.tenant, location=shop.restaurant.location, item=shop.item, price_minor=9900
    )
    mark_sold_out(shop, how_long)
    order = shop.orders()[0]
    # Pay is pressed again on the page that still shows the old total.
    again = shop.checkout(checkout_key=order.checkout_key, seen_total_minor=order.total_minor)
    assert isinstance(again, GoToProcessor), again
    assert (again.order.id, again.order.total_minor) == (order.id, payment.amount_minor)
    assert len(shop.orders()) == 1
    shop.pay(payment)
    assert shop.fresh(payment).moved_minor == payment.amount_minor
    # The kitchen has it, and staff are asked whether they can cook it.
    assert [one.id for one in shop.placed()] == [order.id]
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]


def test_a_dish_that_is_back_by_itself_is_cooked_without_a_question(shop: Shop) -> None:
    payment = shop.start()
    mark_sold_out(shop, "1h")
    ItemStock.objects.filter(tenant=shop.tenant).update(until=timezone.now() - timedelta(seconds=1))
    shop.pay(payment)
    assert len(shop.placed()) == 1
    assert shop.alerts() == []
    stored = ItemStock.objects.get(tenant=shop.tenant)
    assert (stored.status, stored.until) == (StockStatus.IN_STOCK, None)


@pytest.fixture
def egg(shop: Shop) -> UUID:
    return a_group(shop.item, ("Egg", 200))["Egg"]


def with_choice(shop: Shop, choice: UUID) -> Payment:
    line = CartLine(shop.item.id, (choice,), 1, "", shop.item.price_minor + 200)
    return shop.start(cart=Cart((line,)))


def mark_choice_sold_out(shop: Shop, choice: UUID) -> None:
    sold_out(shop.restaurant.owner, shop.restaurant.location, Stocked.MODIFIER, choice, "open")


def test_an_ordered_choice_that_is_sold_out_meanwhile_is_asked_about(shop: Shop, egg: UUID) -> None:
    shop.listen()
    payment = with_choice(shop, egg)
    mark_choice_sold_out(shop, egg)
    shop.pay(payment)
    assert shop.fresh(payment).moved_minor == payment.amount_minor
    assert (len(shop.placed()), shop.alerts()) == (1, [A.SOLD_OUT_AFTER_PAYMENT])
    alert = Alert.objects.get(tenant=shop.tenant)
    assert alert.facts["dishes"] == [f"{shop.item.name}: Egg"]


def test_a_choice_of_others_that_is_sold_out_meanwhile_changes_nothing(shop: Shop, egg: UUID) -> None:
    payment = shop.start()
    mark_choice_sold_out(shop, egg)
    shop.pay(payment)
    assert (len(shop.placed()), shop.alerts()) == (1, [])


def test_a_choice_that_is_back_by_itself_is_no_question(shop: Shop, egg: UUID) -> None:
    payment = with_choice(shop, egg)
    mark_choice_sold_out(shop, egg)
    ModifierStock.objects.filter(tenant=shop.tenant).update(until=timezone.now() - timedelta(seconds=1))
    shop.pay(payment)
    assert (len(shop.placed()), shop.alerts()) == (1, [])


def test_a_pause_while_a_guest_pays_loses_no_money(shop: Shop) -> None:
    payment = shop.start()
    pause(shop.restaurant.owner, shop.restaurant.location, "1h", seen=None)
    shop.pay(payment)
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == [A.PAID_WHILE_CLOSED]


# -- both paths of the confirm -----------------------------------------------------------------------------


@pytest.fixture
def waiting(db: None) -> Any:
    with mock.patch.object(timezone, "now", return_value=NOON):
        cache.clear()
        yield an_order_that_waits()


def absent(waiting: Waiting, until: datetime | None) -> None:
    set_stock(waiting.restaurant.owner, waiting.restaurant.location, waiting.item.id, "out_of_stock")
    ItemStock.objects.filter(tenant=waiting.restaurant.tenant).update(until=until)


@pytest.mark.parametrize("minutes", [-1, 0])
def test_a_passed_end_is_confirmed_by_both_paths_with_the_same_rows(waiting: Waiting, minutes: int) -> None:
    absent(waiting, NOON + timedelta(minutes=minutes))
    slow, fast = both_ways(waiting.event())
    assert slow == fast
    assert slow["outcome"] == ["settled"]
    assert handle_event(waiting.event()).outcome == "settled"
    stored = ItemStock.objects.get(tenant=waiting.restaurant.tenant)
    assert (stored.status, stored.until) == (StockStatus.IN_STOCK, None)
    order = Order.objects.get(tenant=waiting.restaurant.tenant)
    assert (order.status, order.stock_taken) == ("placed", {})


@pytest.mark.parametrize("until", [None, NOON + timedelta(minutes=1)])
def test_an_end_to_come_is_left_to_the_general_path(waiting: Waiting, until: datetime | None) -> None:
    absent(waiting, until)
    assert not confirm(waiting.event())
    slow, fast = both_ways(waiting.event())
    assert slow == fast


def test_a_pause_that_is_over_is_confirmed_by_both_paths_with_the_same_rows(waiting: Waiting) -> None:
    Location.objects.filter(tenant=waiting.restaurant.tenant).update(
        paused_at=NOON - timedelta(hours=1), paused_until=NOON
    )
    slow, fast = both_ways(waiting.event())
    assert slow == fast
    assert slow["outcome"] == ["settled"]
    assert not any("paid_while_closed" in str(rows) for rows in slow.values())
