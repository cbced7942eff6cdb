"""M78: calls to a hanging processor use only a part of the threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.events.receive import Received
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.slow_calls import bound_slow_calls, slow_calls
from tests.support.at_once import deliver, event_of
from tests.support.scenarios import calls
from tests.support.shop import Shop
from tests.support.signals import HANG

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    """A web process with two threads: one of them may wait for a processor."""
    bound_slow_calls(2)
    yield
    bound_slow_calls(0)


def test_m78_a_press_that_finds_no_room_is_answered_at_once_and_starts_nothing(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    request = shop.request()
    with slow_calls().place(str(shop.account.id)):
        with pytest.raises(Unavailable, match="processor_full"):
            shop.checkout(checkout_key=request.checkout_key)
        assert shop.orders() == []
    assert isinstance(shop.checkout(checkout_key=request.checkout_key), GoToProcessor)
    assert calls(shop, "POST", "/checkout/sessions")


@pytest.mark.races
def test_m78_of_two_presses_for_one_free_slot_the_second_writes_nothing(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request takes the slot before it writes anything; with only a check first, both would continue."""
    shop = webhookless_shop
    refused: list[str] = []

    def press() -> None:
        try:
            shop.checkout(guest_token="another phone")
        except Unavailable as error:
            refused.append(str(error))
        finally:
            connection.close()

    def meanwhile() -> None:
        monkeypatch.undo()
        second = threading.Thread(target=press)
        second.start()
        second.join(HANG)

    monkeypatch.setattr("duitpos.domain.checkout.checkout.refuse_without_time", meanwhile)
    assert isinstance(shop.checkout(), GoToProcessor)
    assert len(shop.orders()) == 1
    assert len(refused) == 1
    assert refused == ["processor_full"]


def test_m78_a_second_press_without_a_free_slot_says_so(webhookless_shop: Shop) -> None:
    """The order exists and waits for its start. No call was made, so the guest does not read of a missing response."""
    shop = webhookless_shop
    shop.sandbox.fault("drop", method="POST", path="/v1/checkout/sessions$", count=2)
    request = shop.request()
    with pytest.raises(Unavailable, match="processor_no_answer"):
        shop.checkout(checkout_key=request.checkout_key)
    with (
        slow_calls().place(str(shop.account.id)),
        pytest.raises(Unavailable, match="processor_full"),
    ):
        shop.checkout(checkout_key=request.checkout_key)
    assert isinstance(shop.checkout(checkout_key=request.checkout_key), GoToProcessor)
    assert len(shop.orders()) == 1


def test_m78_a_return_and_a_delivery_without_a_free_slot_change_nothing_and_are_retried(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    hint = event_of(shop, "checkout.session.completed") | {"api_version": "2020-08-27"}
    with slow_calls().place("somebody else's"):
        handle_return(shop.tenant, shop.orders()[0].token)
        assert deliver(shop, hint) == Received(503, "processor")
        assert shop.fresh(payment).status == "pending"
    assert deliver(shop, hint) == Received(200, "settled")
    assert shop.alerts() == []


def test_m78_the_slot_is_free_again_after_every_kind_of_call(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=400, method="POST", path="/v1/checkout/sessions$", count=1)
    with pytest.raises(Exception, match="start_refused"):
        shop.checkout()
    shop.sandbox.fault("drop", method="POST", path="/v1/checkout/sessions$", count=2)
    with pytest.raises(Unavailable):
        shop.checkout(guest_token="another phone")
    sweep()
    with slow_calls().place(str(shop.account.id)):
        pass
