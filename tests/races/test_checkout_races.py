"""A hasty thumb: many presses of Pay are one order and one session; two refunds at once are one refund."""

from __future__ import annotations

import pytest

from duitpos.domain.payments.checkout import checkout
from duitpos.domain.payments.refund import refund_payment
from duitpos.domain.payments.resume import GoToProcessor
from duitpos.models import ItemStock, Order, Payment, Refund
from duitpos.models.menu import StockStatus
from tests.support.shop import Shop
from tests.support.stampede import deliver, event_of, stampede

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def test_ten_presses_are_one_order_and_one_session(deaf_shop: Shop) -> None:
    request = deaf_shop.request()
    outcomes = stampede([lambda: checkout(request)] * 10)
    assert all(isinstance(outcome, GoToProcessor) for outcome in outcomes)
    assert len({outcome.url for outcome in outcomes}) == 1
    assert Order.objects.filter(tenant=deaf_shop.tenant).count() == 1
    assert Payment.objects.filter(tenant=deaf_shop.tenant).count() == 1
    assert len(deaf_shop.sandbox.listed("sessions")) == 1


def test_two_tabs_with_two_carts_leave_one_payable_session(deaf_shop: Shop) -> None:
    """M3: the session of the replaced order is expired first, and every session that is open is one that we watch."""
    first = deaf_shop.start()
    requests = [deaf_shop.request(cart=deaf_shop.cart(quantity)) for quantity in (3, 4)]
    stampede([lambda request=request: checkout(request) for request in requests])  # type: ignore[misc]
    deaf_shop.sandbox.idle()
    assert deaf_shop.fresh(first).status == "canceled"
    live = Payment.objects.filter(tenant=deaf_shop.tenant, status="pending")
    open_sessions = [s for s in deaf_shop.sandbox.listed("sessions") if s["status"] == "open"]
    assert {s["id"] for s in open_sessions} == {payment.reference for payment in live}


def test_ten_refunds_at_once_are_one(deaf_shop: Shop) -> None:
    payment = deaf_shop.start()
    deaf_shop.sandbox.pay(payment.reference)
    deliver(deaf_shop, event_of(deaf_shop, "checkout.session.completed"))
    owner = deaf_shop.restaurant.owner
    stampede([lambda: refund_payment(owner, payment.id, "guest left")] * 10)
    assert [refund.status for refund in Refund.objects.filter(tenant=deaf_shop.tenant)] == ["succeeded"]
    assert len(deaf_shop.sandbox.listed("refunds")) == 1
    assert deaf_shop.fresh(payment).refund_reserved_minor == payment.amount_minor


def test_the_last_portion_is_sold_once(deaf_shop: Shop) -> None:
    ItemStock.objects.create(
        tenant=deaf_shop.tenant,
        location=deaf_shop.restaurant.location,
        item=deaf_shop.item,
        status=StockStatus.LIMITED,
        quantity=2,
    )
    payments = [deaf_shop.start(guest_token=f"guest-{number}") for number in range(4)]
    for payment in payments:
        deaf_shop.sandbox.pay(payment.reference)
    events = {
        e["data"]["object"]["id"]: e
        for e in deaf_shop.sandbox.listed("events")
        if e["type"].endswith("completed")
    }
    stampede([lambda p=payment: deliver(deaf_shop, events[p.reference]) for payment in payments])  # type: ignore[misc]
    # All four are paid and placed, each with a number of its own; three of them are somebody's to look at.
    orders = Order.objects.filter(tenant=deaf_shop.tenant, status="placed")
    assert sorted(order.number or 0 for order in orders) == [1, 2, 3, 4]
    assert deaf_shop.attentions() == ["sold_out_after_payment"] * 3
    assert ItemStock.objects.get(tenant=deaf_shop.tenant).status == StockStatus.OUT_OF_STOCK
