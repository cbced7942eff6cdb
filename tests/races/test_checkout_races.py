"""Concurrent presses of Pay make one order and one session; concurrent refunds make one refund."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.checkout.results import AlreadyPaid, AnotherIsPaid, GoToProcessor
from duitpos.domain.checkout.resume import end_attempts
from duitpos.domain.errors import Conflict, Unavailable
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import Canceled, cancel_order
from duitpos.kit.clock import now
from duitpos.models import ItemStock, Order, Payment, Refund, Table
from duitpos.models.menu import StockStatus
from duitpos.models.payment import LIVE_ATTEMPT
from tests.support.at_once import at_once, deliver, event_of
from tests.support.restaurant import a_table
from tests.support.shop import Shop, url_of

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_ten_presses_are_one_order_and_one_session(webhookless_shop: Shop) -> None:
    request = webhookless_shop.request()
    outcomes = at_once([lambda: checkout(request)] * 10)
    assert all(isinstance(outcome, GoToProcessor) for outcome in outcomes)
    assert len({url_of(outcome) for outcome in outcomes}) == 1
    assert Order.objects.filter(tenant=webhookless_shop.tenant).count() == 1
    assert Payment.objects.filter(tenant=webhookless_shop.tenant).count() == 1
    assert len(webhookless_shop.sandbox.listed("sessions")) == 1


def press_pay(request: GuestCheckout) -> object:
    """The response to one tab; a refusal that keeps the cart is returned, not raised."""
    try:
        return checkout(request)
    except Conflict as refused:
        return refused


def payable_sessions(shop: Shop) -> set[str]:
    return {session["id"] for session in shop.sandbox.listed("sessions") if session["status"] == "open"}


def the_order_of(payment: Payment) -> Order:
    order: Order | None = payment.order
    assert order is not None
    return order


def open_attempts(shop: Shop) -> list[Payment]:
    return list(Payment.objects.filter(tenant=shop.tenant, status__in=LIVE_ATTEMPT))


@pytest.mark.parametrize("tabs", [2, 4])
def test_two_tabs_with_two_carts_leave_one_payable_session(webhookless_shop: Shop, tabs: int) -> None:
    """M3: the replaced order's session is expired first, and of concurrent orders only the newest stays payable."""
    first = webhookless_shop.start()
    requests = [webhookless_shop.request(cart=webhookless_shop.cart(3 + tab)) for tab in range(tabs)]
    answers = at_once([lambda request=request: press_pay(request) for request in requests])  # type: ignore[misc]
    webhookless_shop.sandbox.idle()
    assert webhookless_shop.fresh(first).status == "canceled"
    (left,) = open_attempts(webhookless_shop)
    assert payable_sessions(webhookless_shop) == {left.reference}
    assert url_of(left.next_step) in [
        url_of(answer) for answer in answers if isinstance(answer, GoToProcessor)
    ]
    # The tab that lost may press again: then its cart is the payable one.
    loser = next(
        r
        for r in requests
        if not Order.objects.filter(
            tenant=webhookless_shop.tenant,
            checkout_key=r.checkout_key,
            payments=left.id,
            payments__tenant=webhookless_shop.tenant,
        ).exists()
    )
    again = checkout(loser)
    assert isinstance(again, GoToProcessor)
    (left,) = open_attempts(webhookless_shop)
    assert (payable_sessions(webhookless_shop), url_of(again)) == ({left.reference}, url_of(left.next_step))
    assert again.order.checkout_key == loser.checkout_key


def test_all_earlier_orders_of_the_phone_are_ended(webhookless_shop: Shop) -> None:
    """If a phone has several open orders, a new cart leaves none of them payable."""
    mine = [webhookless_shop.start(guest_token=f"guest-{number}") for number in range(3)]
    Order.objects.filter(tenant=webhookless_shop.tenant).update(guest_token="guest-1")
    newest = webhookless_shop.start(cart=webhookless_shop.cart(5))
    assert {webhookless_shop.fresh(payment).status for payment in mine} == {"canceled"}
    assert payable_sessions(webhookless_shop) == {newest.reference}


@pytest.mark.parametrize("is_older", [True, False])
def test_an_order_placed_between_check_and_insert_is_seen(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch, is_older: bool
) -> None:
    """Neither tab saw the other's order before it placed its own: the newest attempt stays."""
    other = webhookless_shop.start(guest_token="another phone")

    def and_then_the_other_tab(attempts: list[Payment]) -> object:
        over = end_attempts(attempts)
        Order.objects.filter(tenant=webhookless_shop.tenant, id=the_order_of(other).id).update(
            guest_token="guest-1"
        )
        moment = now() - timedelta(seconds=5) if is_older else now() + timedelta(seconds=5)
        Payment.objects.filter(tenant=webhookless_shop.tenant, id=other.id).update(created_at=moment)
        return over

    monkeypatch.setattr("duitpos.domain.checkout.checkout.end_attempts", and_then_the_other_tab)
    answer = press_pay(webhookless_shop.request(cart=webhookless_shop.cart(3)))
    (left,) = open_attempts(webhookless_shop)
    assert payable_sessions(webhookless_shop) == {left.reference}
    assert isinstance(answer, GoToProcessor if is_older else AnotherIsPaid)
    assert (left.id != other.id) is is_older


def test_the_other_tab_has_paid_meanwhile(webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing is started, and the guest sees the paid order."""
    other = webhookless_shop.start(guest_token="another phone")
    webhookless_shop.sandbox.pay(other.reference)

    def and_then_the_other_tab(attempts: list[Payment]) -> object:
        over = end_attempts(attempts)
        Order.objects.filter(tenant=webhookless_shop.tenant, id=the_order_of(other).id).update(
            guest_token="guest-1"
        )
        return over

    monkeypatch.setattr("duitpos.domain.checkout.checkout.end_attempts", and_then_the_other_tab)
    answer = press_pay(webhookless_shop.request(cart=webhookless_shop.cart(3)))
    assert isinstance(answer, AlreadyPaid)
    assert answer.order.id == other.order_id
    assert (open_attempts(webhookless_shop), payable_sessions(webhookless_shop)) == ([], set())


def test_ten_refunds_at_once_are_one(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.sandbox.pay(payment.reference)
    deliver(webhookless_shop, event_of(webhookless_shop, "checkout.session.completed"))
    owner = webhookless_shop.restaurant.owner
    at_once([lambda: refund_payment(owner, payment.id, "guest left")] * 10)
    assert [refund.status for refund in Refund.objects.filter(tenant=webhookless_shop.tenant)] == [
        "succeeded"
    ]
    assert len(webhookless_shop.sandbox.listed("refunds")) == 1
    assert webhookless_shop.fresh(payment).refund_reserved_minor == payment.amount_minor


def test_the_last_portion_is_sold_once(webhookless_shop: Shop) -> None:
    ItemStock.objects.create(
        tenant=webhookless_shop.tenant,
        location=webhookless_shop.restaurant.location,
        item=webhookless_shop.item,
        status=StockStatus.LIMITED,
        quantity=2,
    )
    payments = [webhookless_shop.start(guest_token=f"guest-{number}") for number in range(4)]
    for payment in payments:
        webhookless_shop.sandbox.pay(payment.reference)
    events = {
        e["data"]["object"]["id"]: e
        for e in webhookless_shop.sandbox.listed("events")
        if e["type"].endswith("completed")
    }
    at_once([lambda p=payment: deliver(webhookless_shop, events[p.reference]) for payment in payments])  # type: ignore[misc]
    # All four are paid and placed, each with its own number; three of them open an alert.
    orders = Order.objects.filter(tenant=webhookless_shop.tenant, status="placed")
    assert sorted(order.number or 0 for order in orders) == [1, 2, 3, 4]
    assert webhookless_shop.alerts() == ["sold_out_after_payment"] * 3
    assert ItemStock.objects.get(tenant=webhookless_shop.tenant).status == StockStatus.OUT_OF_STOCK


@pytest.mark.parametrize("lead", [0.0, 0.02, 0.05, 0.1])
def test_pay_again_and_a_cancellation_at_once_leave_nothing_payable(
    webhookless_shop: Shop, lead: float
) -> None:
    """M63, in either order. Its test in tests/money_path shows what happens without the guards."""
    order = the_order_of(webhookless_shop.start())
    handle_cancel(webhookless_shop.tenant, order.token)
    request = webhookless_shop.request(checkout_key=order.checkout_key)

    def cancel() -> object:
        time.sleep(lead)
        try:
            return cancel_order(webhookless_shop.restaurant.owner, order.id, "left", refund=False)
        except (Conflict, Unavailable) as refused:
            return refused

    _, canceled = at_once([lambda: press_pay(request), cancel])
    webhookless_shop.sandbox.idle()
    status = Order.objects.get(tenant=webhookless_shop.tenant, id=order.id).status
    assert isinstance(canceled, Canceled) is (status == "canceled")
    if status == "canceled":
        assert open_attempts(webhookless_shop) == []
        assert payable_sessions(webhookless_shop) == set()


def test_one_cart_from_two_tables_at_once_leaves_one_payable_session(webhookless_shop: Shop) -> None:
    """M62: and the remaining session belongs to the table of the last press."""
    nine = Table.objects.select_related("location").get(
        tenant=webhookless_shop.tenant, id=a_table(webhookless_shop.restaurant.location, "9").id
    )
    request = webhookless_shop.request()
    at_once([lambda: press_pay(request), lambda: press_pay(replace(request, table=nine))] * 2)
    webhookless_shop.sandbox.idle()
    (left,) = open_attempts(webhookless_shop)
    assert payable_sessions(webhookless_shop) == {left.reference}
    answer = press_pay(replace(request, table=nine))
    assert isinstance(answer, GoToProcessor)
    assert answer.order.table_id == nine.id
    assert len(payable_sessions(webhookless_shop)) == 1


def test_one_link_in_two_browsers_at_once_is_one_session(webhookless_shop: Shop) -> None:
    """M62: the same order, whatever the cookie."""
    first = webhookless_shop.start()
    handle_cancel(webhookless_shop.tenant, the_order_of(first).token)
    request = webhookless_shop.request(checkout_key=the_order_of(first).checkout_key)
    answers = at_once(
        [lambda: press_pay(request), lambda: press_pay(replace(request, guest_token="chrome"))] * 3
    )
    assert all(isinstance(answer, GoToProcessor) for answer in answers), answers
    assert len({url_of(answer) for answer in answers}) == 1
    assert Order.objects.filter(tenant=webhookless_shop.tenant).count() == 1
    assert len(payable_sessions(webhookless_shop)) == 1
