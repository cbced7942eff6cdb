"""Field cases F5, F7, F10 and F33 at a processor that cannot close a page: a page left behind may still be paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from duitpos.domain.checkout import start_once as start_module
from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.checkout.results import AlreadyPaid, Changed, GoToProcessor, StartRefused
from duitpos.domain.checkout.resume import end_attempts
from duitpos.domain.checkout.start_answer import remember
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.cart import Cart, with_earlier
from duitpos.domain.processor_accounts.accounts import check_account
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import CheckResult, check_now
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.processors.start import NextStep, Started
from tests.support.kedai_shop import KedaiShop
from tests.support.restaurant import an_item
from tests.support.scenarios import press_again

pytestmark = pytest.mark.django_db(transaction=True)


def order_of(payment: Payment) -> Order:
    assert payment.order is not None
    return Order.objects.get(tenant_id=payment.tenant_id, id=payment.order.id)


def live_attempts(shop: KedaiShop) -> list[Payment]:
    return list(Payment.objects.filter(tenant=shop.tenant, status__in=LIVE_ATTEMPT))


def with_tea(shop: KedaiShop, before: Order, rice: int = 1) -> Cart:
    """The cart of another tab: that order's dish, and a tea."""
    tea = an_item(shop.tenant, "Teh tarik", 400)
    return with_earlier(
        Cart((*shop.cart(rice).lines, *shop.cart(1, tea).lines)),
        before.checkout_key,
    )


# -- F5: the order is canceled while the guest's press waits for the processor ------------------------------


@pytest.mark.parametrize("is_guarded", [True, False])
def test_f5_no_page_is_made_for_an_order_that_was_canceled_meanwhile(
    shop: KedaiShop, monkeypatch: pytest.MonkeyPatch, is_guarded: bool
) -> None:
    """Without the guard (the control), the canceled order gets a second page."""
    first = shop.start()
    order = order_of(first)
    handle_cancel(shop.tenant, order.token)

    def canceled_meanwhile(attempts: Any) -> Any:
        over = end_attempts(attempts)
        cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
        return over

    monkeypatch.setattr("duitpos.domain.checkout.existing_order.end_attempts", canceled_meanwhile)
    if not is_guarded:
        for module in ("existing_order", "start_answer"):
            monkeypatch.setattr(f"duitpos.domain.checkout.{module}.still_unpaid", lambda order: True)
    answer = press_again(shop, order)
    assert len(shop.kedai.bills()) == (1 if is_guarded else 2)
    if not is_guarded:
        return
    assert isinstance(answer, Changed)
    assert answer.why == "canceled"
    assert live_attempts(shop) == []
    # The page that the guest left cannot be closed: its money is seen, and nothing is cooked.
    shop.pay(first)
    assert (shop.placed(), shop.alerts()) == ([], [A.ORDER_CANCELED])


def test_f5_a_page_made_during_a_cancellation_is_never_shown(
    shop: KedaiShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def canceled_meanwhile(payment: Payment, started: Started) -> NextStep | None:
        actor = Actor("staff", shop.restaurant.owner)
        order = order_of(payment)
        transact(lambda: advance(order, "held", "canceled", actor, now(), "left", cancel_reason="left"))
        return remember(payment, started)

    monkeypatch.setattr(start_module, "remember", canceled_meanwhile)
    with pytest.raises(StartRefused):
        shop.checkout()
    assert live_attempts(shop) == []
    (bill,) = shop.kedai.bills()
    shop.kedai.pay(bill["bill"])
    shop.kedai.idle()
    assert (shop.placed(), shop.alerts()) == ([], [A.ORDER_CANCELED])


# -- F7: the order's link in another browser ----------------------------------------------------------------


def test_f7_whoever_holds_the_orders_link_pays_that_order(shop: KedaiShop) -> None:
    first = shop.start(guest_token="the-scanners-browser")
    mine = shop.start(guest_token="chrome", cart=shop.cart(5))
    answer = shop.checkout(checkout_key=order_of(first).checkout_key, guest_token="chrome")
    assert isinstance(answer, GoToProcessor)
    assert (answer.order.id, shop.payment_of(answer.order).id) == (first.order_id, first.id)
    assert len(shop.kedai.bills()) == 2, "one of each browser's first press"
    assert shop.fresh(mine).status == "canceled"
    shop.pay(first)
    assert [order.id for order in shop.placed()] == [first.order_id]
    assert shop.alerts() == []


def test_f7_an_edit_in_the_other_browser_replaces_the_order(shop: KedaiShop) -> None:
    """Both browsers pay: one order is cooked, and staff are told of the other money."""
    first = shop.start(guest_token="the-scanners-browser")
    edited = shop.start(guest_token="chrome", cart=with_earlier(shop.cart(3), order_of(first).checkout_key))
    assert order_of(edited).replaces_id == first.order_id
    assert [payment.id for payment in live_attempts(shop)] == [edited.id]
    shop.pay(edited)
    shop.pay(first)
    assert [order.id for order in shop.placed()] == [edited.order_id]
    assert shop.alerts() == [A.DUPLICATE_PAYMENT]
    third = with_earlier(shop.cart(4), order_of(edited).checkout_key)
    left = shop.checkout(guest_token="a third", cart=third)
    assert isinstance(left, Changed)
    assert left.why == "paid"


# -- F10: what was paid leaves the cart ---------------------------------------------------------------------


def test_f10_what_one_tab_paid_leaves_the_cart_of_the_other(shop: KedaiShop) -> None:
    first = shop.start(cart=shop.cart(1))
    cart = with_tea(shop, order_of(first))
    shop.pay(first)
    answer = shop.checkout(cart=cart)
    assert isinstance(answer, Changed)
    assert answer.why == "paid"
    assert [(line.seen_minor, line.quantity) for line in answer.cart.lines] == [(400, 1)]
    second = shop.start(cart=answer.cart, checkout_key=answer.new_key)
    assert second.amount_minor == 400
    shop.pay(second)
    assert sorted(order.total_minor for order in shop.placed()) == [400, 1250]
    assert shop.alerts() == []


def test_f10_also_when_the_page_was_given_up_for_the_edited_cart(shop: KedaiShop) -> None:
    """Pay was pressed for both dishes; then the first tab's page, which could not be closed, was paid."""
    first = shop.start(cart=shop.cart(1))
    cart = with_tea(shop, order_of(first))
    both = shop.start(cart=cart)
    shop.pay(first)
    assert [order.total_minor for order in shop.placed()] == [1250]
    assert order_of(both).status == "canceled"
    answer = press_again(shop, order_of(both), cart=cart)
    assert isinstance(answer, Changed)
    assert answer.why == "paid"
    assert [line.seen_minor for line in answer.cart.lines] == [400]
    assert len(shop.kedai.bills()) == 2, "nothing was started for both dishes again"


def test_f10_an_order_that_was_paid_by_another_tab_is_shown(deaf_shop: KedaiShop) -> None:
    """No delivery has told it: the page is looked at before anything is started."""
    shop = deaf_shop
    first = shop.start(cart=shop.cart(1))
    cart = with_tea(shop, order_of(first))
    shop.kedai.pay(first.reference)
    answer = shop.checkout(cart=cart)
    assert isinstance(answer, AlreadyPaid)
    assert answer.order.id == first.order_id
    assert len(shop.kedai.bills()) == 1


# -- F33: a payment that never started ----------------------------------------------------------------------


def test_f33_a_payment_that_never_started_is_not_asked_for(shop: KedaiShop) -> None:
    """The password is wrong when the guest presses Pay, and right again when staff press Check now."""
    shop.kedai.merchant(password="another-password-1")
    with pytest.raises(StartRefused):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert (payment.status, payment.reference) == ("failed", "")
    shop.kedai.merchant(password=shop.kedai.password)
    check_account(shop.restaurant.owner, shop.account.id)
    assert ProcessorAccount.objects.get(tenant=shop.tenant).paused_at is None
    before = len(shop.kedai.requests())
    assert check_now(shop.restaurant.owner, payment.id) == CheckResult.NEVER_STARTED
    assert len(shop.kedai.requests()) == before
    assert shop.alerts() == []
    # Not found or not started, the order waits 15 minutes and no longer.
    assert payment.next_check_at is not None
    assert payment.ended_at is not None
    assert (payment.next_check_at - payment.ended_at).total_seconds() == 15 * 60
    again = press_again(shop, order_of(payment))
    assert isinstance(again, GoToProcessor)
    shop.pay(shop.payment_of(again.order))
    assert [order.id for order in shop.placed()] == [payment.order_id]


@pytest.mark.parametrize("arrived", [True, False])
def test_f33_check_now_finishes_a_start_without_an_answer(shop: KedaiShop, arrived: bool) -> None:
    """A bill that was made is found. Otherwise the attempt ends, because the same call again could make two bills."""
    if arrived:
        shop.kedai.fault("drop", "/v2/bills", method="POST")
    else:
        shop.kedai.fault("status", "/v2/bills", method="POST", status=503)
    with pytest.raises(Unavailable):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert payment.status == "created"
    assert payment.start_sent_at is not None
    long_ago = payment.created_at - timedelta(minutes=1)
    Payment.objects.filter(tenant=shop.tenant).update(start_sent_at=long_ago)
    expected = CheckResult.PAGE_MADE if arrived else CheckResult.PAGE_GIVEN_UP
    assert check_now(shop.restaurant.owner, payment.id) == expected
    assert len(shop.kedai.bills()) == (1 if arrived else 0)
    assert shop.alerts() == []


def test_f33_a_bill_that_is_gone_after_its_money_was_booked_opens_nothing(shop: KedaiShop) -> None:
    payment = shop.start()
    shop.pay(payment)
    shop.kedai.reset()
    for _ in range(2):
        with pytest.raises(Unavailable):
            check_now(shop.restaurant.owner, payment.id)
    assert shop.alerts() == []
    assert shop.fresh(payment).not_found_at is None
