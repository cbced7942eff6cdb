"""Every payment at Kedai Pay ends as exactly one order, by whatever way its money is seen (M3 to M5, M7, M16, M27)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import GoToProcessor, OrderAtCounter, StartRefused
from duitpos.domain.errors import Code, Invalid, Unavailable
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.models import ProcessorAccount
from duitpos.models.alert import AlertKind as A
from duitpos.processors.registry import ADAPTERS
from tests.processors.example.adapter import REFUSES_DUPLICATES, ExampleAdapter
from tests.support.at_once import at_once
from tests.support.kedai_shop import KedaiShop
from tests.support.scenarios import press_again, seen_by_guest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_delivery_makes_one_order_and_is_acknowledged(shop: KedaiShop) -> None:
    payment = shop.start()
    shop.pay(payment)
    assert [order.label for order in shop.placed()] == ["T1"]
    settled = shop.fresh(payment)
    assert (settled.status, settled.settled_via, settled.guest_email) == (
        "succeeded",
        "webhook",
        "guest@example.com",
    )
    assert shop.ledger() == [("payment", 2500)]
    # One to the address of the account, one to that of the bill; they are the same address.
    assert {one["state"] for one in shop.kedai.delivered()} == {"accepted"}
    assert {one["tries"][-1]["answer"] for one in shop.kedai.delivered()} == {"[accepted]"}
    for one in shop.kedai.delivered():
        shop.kedai.deliver_again(one["id"])
    shop.kedai.idle()
    assert len(shop.placed()) == 1
    assert shop.alerts() == []


@pytest.mark.parametrize("way", ["return", "sweep", "button"])
def test_without_any_delivery_it_is_found(deaf_shop: KedaiShop, way: str) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    if way == "return":
        handle_return(shop.tenant, shop.orders()[0].token)
    elif way == "sweep":
        shop.sweep(after=timedelta(minutes=2))
    else:
        check_now(shop.restaurant.owner, payment.id)
    assert (shop.fresh(payment).status, shop.fresh(payment).settled_via) == ("succeeded", way)
    assert [order.label for order in shop.placed()] == ["T1"]


@pytest.mark.races
def test_all_four_at_once_make_one_order(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    token = shop.orders()[0].token
    at_once(
        [
            shop.kedai.deliver,
            lambda: handle_return(shop.tenant, token),
            lambda: shop.sweep(after=timedelta(minutes=2)),
            lambda: check_now(shop.restaurant.owner, payment.id),
        ]
    )
    shop.kedai.deliver()
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == []


def test_two_payments_in_one_delivery(deaf_shop: KedaiShop) -> None:
    shop = deaf_shop
    for phone in ("one", "two"):
        shop.kedai.pay(shop.start(guest_token=phone).reference)
    shop.kedai.deliver()
    assert sorted(order.label for order in shop.placed()) == ["T1", "T2"]


@pytest.mark.races
def test_pressing_pay_often_makes_one_bill(shop: KedaiShop) -> None:
    """Kedai Pay has no idempotency keys: only our own mark keeps a second call from making a second bill."""
    ask = shop.request()
    from duitpos.domain.checkout.checkout import checkout

    results = at_once([lambda: checkout(ask)] * 4)
    assert len(shop.kedai.bills()) == 1
    assert all(isinstance(one, GoToProcessor) for one in results)


def test_a_lost_answer_is_looked_up_by_our_reference(shop: KedaiShop) -> None:
    shop.kedai.fault("drop", "/v2/bills", method="POST")
    with pytest.raises(Unavailable):
        shop.start()
    again = press_again(shop, shop.orders()[0], guest_email="guest@example.com")
    assert isinstance(again, GoToProcessor)
    (bill,) = shop.kedai.bills()
    payment = shop.payment_of(again.order)
    assert payment.reference == bill["bill"]
    shop.pay(payment)
    assert len(shop.placed()) == 1


def test_a_repeated_call_that_is_refused_as_a_duplicate_is_looked_up(
    shop: KedaiShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some processors refuse a second page for the same reference; the first may still be on its way."""
    monkeypatch.setitem(ADAPTERS, "example", ExampleAdapter(REFUSES_DUPLICATES))
    shop.kedai.merchant(refuses_duplicates=True)
    shop.kedai.fault("drop", "/v2/bills", method="POST")
    with pytest.raises(Unavailable):
        shop.start()
    again = press_again(shop, shop.orders()[0], guest_email="guest@example.com")
    assert isinstance(again, GoToProcessor)
    (bill,) = shop.kedai.bills()
    assert shop.payment_of(again.order).reference == bill["bill"]
    shop.pay(shop.payment_of(again.order))
    assert len(shop.placed()) == 1


def test_refusals_to_start_stop_the_offer_for_a_while(shop: KedaiShop) -> None:
    """Field case F9: the account is not activated."""
    shop.kedai.merchant(is_active=False)
    for phone in ("one", "two", "three"):
        with pytest.raises(StartRefused):
            shop.start(guest_token=phone)
    assert shop.alerts() == [A.START_REFUSED]
    with pytest.raises(OrderAtCounter):
        shop.start(guest_token="four")
    assert shop.kedai.bills() == []


def test_one_odd_refusal_does_not_end_payment_for_everybody(shop: KedaiShop) -> None:
    """Field case F36."""
    payment = shop.start()
    shop.kedai.pay(payment.reference)
    shop.kedai.idle()
    shop.kedai.merchant(may_refund=False)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert shop.alerts() == [A.REFUND_FAILED]
    assert isinstance(shop.checkout(guest_token="two"), GoToProcessor)


def test_the_guests_address_is_asked_for_because_it_is_needed(shop: KedaiShop) -> None:
    with pytest.raises(Invalid) as caught:
        shop.start(guest_email="")
    assert caught.value.code == Code.GUEST_EMAIL_MISSING
    assert shop.orders() == []
    shop.start()
    assert shop.kedai.bills()[0]["payer_email"] == "guest@example.com"


def test_an_order_below_its_minimum_is_not_started(shop: KedaiShop) -> None:
    from tests.support.restaurant import an_item

    sweet = an_item(shop.tenant, "Sweet", 50)
    with pytest.raises(Invalid) as caught:
        shop.start(cart=shop.cart(1, sweet))
    assert caught.value.code == Code.BELOW_MINIMUM
    assert shop.kedai.bills() == []


def test_a_refused_bank_leaves_it_payable(shop: KedaiShop) -> None:
    payment = shop.start()
    shop.kedai.refuse(payment.reference)
    shop.kedai.idle()
    assert shop.fresh(payment).status == "pending"
    shop.pay(payment)
    assert len(shop.placed()) == 1


@pytest.mark.parametrize("way", ["hold", "bank_later"])
@pytest.mark.parametrize("comes", [True, False])
def test_money_that_is_not_there_yet(shop: KedaiShop, way: str, comes: bool) -> None:
    payment = shop.start()
    getattr(shop.kedai, way)(payment.reference)
    shop.kedai.idle()
    assert shop.placed() == []
    assert seen_by_guest(shop, shop.orders()[0]).state == "processing"
    (shop.kedai.bank_pays if comes else shop.kedai.bank_fails)(payment.reference)
    shop.kedai.idle()
    assert len(shop.placed()) == (1 if comes else 0)
    assert shop.fresh(payment).status == ("succeeded" if comes else "failed")


def test_the_first_bill_says_whether_the_money_is_real(shop: KedaiShop) -> None:
    """Neither the credentials nor the account tell."""
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    assert account.mode == ""
    shop.kedai.go_live()
    payment = shop.start()
    assert ProcessorAccount.objects.get(tenant=shop.tenant).mode == "live"
    shop.pay(payment)
    assert [(order.label, order.is_test) for order in shop.placed()] == [("1", False)]
    assert shop.alerts() == []


def test_a_password_that_was_changed_there_pauses_and_another_one_continues(shop: KedaiShop) -> None:
    from duitpos.domain.processor_accounts.accounts import save_credentials

    payment = shop.start()
    shop.kedai.merchant(password="another-password-1")
    shop.sweep(after=timedelta(minutes=2))
    assert shop.alerts() == [A.KEY_REFUSED]
    saved = save_credentials(
        shop.restaurant.owner, shop.account.id, {"api_password": "another-password-1"}, shop.kedai.url
    )
    assert saved.account.id == shop.account.id
    shop.pay(payment)
    assert len(shop.placed()) == 1
    assert shop.alerts() == []


def test_an_unavailable_processor_keeps_the_cart(shop: KedaiShop) -> None:
    shop.kedai.fault("status", "/v2/bills", method="POST", status=503, times=1)
    with pytest.raises(Unavailable):
        shop.start()
    assert shop.kedai.bills() == []
    shop.kedai.no_faults()
    assert shop.placed() == []
