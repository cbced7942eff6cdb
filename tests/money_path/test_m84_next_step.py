"""M84: the way to an open page changes after the start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, settle_snapshot
from duitpos.models import Payment
from tests.support.fake_processor import FakeShop
from tests.support.scenarios import press_again
from tests.support.shop import url_of

pytestmark = pytest.mark.django_db(transaction=True)
SWEEP = Actor("sweep")


def stored(shop: FakeShop, payment: Payment) -> str:
    return url_of(shop.fresh(payment).next_step)


def test_m84_the_guest_is_sent_to_the_newest_address(fake_shop: FakeShop) -> None:
    shop = fake_shop
    payment = shop.start()
    shop.pages.path = "renewed/"
    again = press_again(shop, shop.orders()[0])
    assert isinstance(again, GoToProcessor)
    assert url_of(again) == stored(shop, payment) == "https://pay.example/renewed/page-1"


def test_m84_of_two_fetches_the_later_one_to_store_changes_nothing(fake_shop: FakeShop) -> None:
    """Its answer may be the older one."""
    shop = fake_shop
    payment = shop.start()
    slow, page = shop.fresh(payment), shop.pages.page(payment.reference)
    shop.pages.path = "older/"
    slow_answer = shop.pages.snapshot(page)
    shop.pages.path = "newer/"
    fetch_and_settle(shop.fresh(payment), SWEEP)
    settle_snapshot(slow, slow_answer, SWEEP)
    assert stored(shop, payment) == "https://pay.example/newer/page-1"


def test_m84_an_attempt_that_has_ended_keeps_its_step(fake_shop: FakeShop) -> None:
    shop = fake_shop
    old = shop.start()
    shop.start(cart=shop.cart(3))
    shop.pages.path = "renewed/"
    shop.sweep(after=timedelta(minutes=5))
    assert shop.fresh(old).status == "canceled"
    assert stored(shop, old) == "https://pay.example/page-1"
