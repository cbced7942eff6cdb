"""Concurrent presses where every start call makes a page are one call (M80); money on two pages at once (M81)."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine

from duitpos.domain.checkout import start as start_module
from duitpos.domain.checkout import start_once as start_once_module
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import DomainError
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Order, Payment
from duitpos.models.alert import AlertKind as A
from duitpos.processors.capabilities import StartRepeat
from tests.support.at_once import at_once
from tests.support.fake_processor import FakeShop
from tests.support.scenarios import press_again
from tests.support.shop import url_of

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def press(shop: FakeShop, times: int) -> list[object]:
    request = shop.request()

    def once() -> object:
        try:
            return checkout(request)
        except DomainError as error:
            return error

    return at_once([once] * times)


@pytest.mark.parametrize("repeat", [StartRepeat.UNSAFE, StartRepeat.REFUSED])
@pytest.mark.parametrize("can_find", [True, False])
def test_presses_at_once_make_one_start_call(
    fake_shop: FakeShop, repeat: StartRepeat, can_find: bool
) -> None:
    shop = fake_shop
    shop.can(start_repeat=repeat, can_find=can_find)
    shop.pages.during_start = lambda: time.sleep(0.5)
    answers = press(shop, 6)
    assert all(isinstance(answer, GoToProcessor) for answer in answers), answers
    assert {url_of(answer) for answer in answers if isinstance(answer, GoToProcessor)} == {
        "https://pay.example/page-1"
    }
    assert (shop.pages.count("start"), len(shop.orders())) == (1, 1)


def test_without_the_guard_two_calls_are_made(fake_shop: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-check: read, then write. Both wait until both have read, so that timing does not decide."""
    read = threading.Barrier(2)

    def unguarded(payment: Payment) -> bool:
        rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
        is_sent = rows.values_list("start_sent_at", flat=True).get() is not None
        with suppress(threading.BrokenBarrierError):
            read.wait(timeout=60)
        rows.update(start_sent_at=now())
        return not is_sent

    monkeypatch.setattr(start_once_module, "_mark_sent", unguarded)
    press(fake_shop, 2)
    assert fake_shop.pages.count("start") == 2


def test_a_lost_answer_and_many_presses_make_no_second_page(
    fake_shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where duplicates are refused, and the look-up finds the page."""
    shop = fake_shop
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 0.1)
    shop.can(start_repeat=StartRepeat.REFUSED, can_find=True)
    shop.pages.lose_answers = 1
    answers = press(shop, 6)
    assert len(shop.pages.made) == 1
    last = press_again(shop, shop.orders()[0])
    assert isinstance(last, GoToProcessor)
    assert url_of(last) == "https://pay.example/page-1"
    went = [answer for answer in answers if isinstance(answer, GoToProcessor)]
    assert {url_of(answer) for answer in went} <= {url_of(last)}


def test_a_press_while_the_sweep_gives_up_is_one_attempt(
    fake_shop: FakeShop, travel: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = fake_shop
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 0.1)
    shop.pages.lose_answers = 1
    press(shop, 1)
    travel.shift(timedelta(minutes=2))
    (order,) = shop.orders()

    def again() -> object:
        try:
            return press_again(shop, order)
        except DomainError as error:
            return error

    at_once([sweep, again, again, sweep])
    answer = press_again(shop, order)
    assert isinstance(answer, GoToProcessor)
    live = Payment.objects.filter(tenant=shop.tenant, status__in=("created", "pending"))
    assert [payment.reference for payment in live] == [url_of(answer).rpartition("/")[2]]
    assert shop.pages.count("start") == 2, "the lost one, and the new attempt's"


@pytest.mark.parametrize("turn", range(4))
def test_both_versions_of_a_cart_are_paid_at_once_and_one_is_cooked(fake_shop: FakeShop, turn: int) -> None:
    """M81: two sweeps and two buttons settle an old and a new page at the same moment."""
    shop = fake_shop
    old = shop.start()
    new = shop.start(cart=shop.cart(3))
    for payment in (old, new):
        shop.pages.pay(payment.reference)
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    at_once([sweep] * 4)
    Payment.objects.filter(tenant=shop.tenant, status="canceled").update(next_check_at=now())
    sweep()
    assert len(shop.placed()) == 1
    assert set(Payment.objects.filter(tenant=shop.tenant).values_list("status", flat=True)) == {"succeeded"}
    expected = {old.order_id: [A.LATE_MONEY, A.ORDER_CANCELED], new.order_id: [A.DUPLICATE_PAYMENT]}
    assert shop.alerts() == expected[shop.placed()[0].id]


@pytest.mark.parametrize("turn", range(3))
def test_a_page_is_paid_while_it_is_given_up(fake_shop: FakeShop, turn: int) -> None:
    shop = fake_shop
    payment = shop.start()
    order = Order.objects.get(tenant=shop.tenant)
    shop.sweep()

    def pay() -> None:
        shop.pages.pay(payment.reference)
        Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
        sweep()

    at_once([lambda: handle_cancel(shop.tenant, order.token), pay])
    Payment.objects.filter(tenant=shop.tenant).exclude(status="succeeded").update(next_check_at=now())
    sweep()
    assert shop.fresh(payment).status == "succeeded"
    assert [one.id for one in shop.placed()] == [order.id]
    assert shop.alerts() in ([], [A.LATE_MONEY])
