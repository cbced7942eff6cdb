"""Staff decide about payments in wrong conditions: serve or refund, exactly one of the two."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from duitpos.domain.alerts.offers import Action
from duitpos.domain.errors import Conflict
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.resolve_alert import Done, act
from duitpos.kit.clock import now
from duitpos.models import Alert, ItemStock, LedgerEntry, Order, Payment, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.money_path.test_m16_m20_twice import paid, unknown_paid_session
from tests.support.live_shop import Clock
from tests.support.scenarios import (
    REFUNDS,
    alert,
    calls,
    end_wrongly,
    seen_by_guest,
    session_of,
    start_again,
    take_first_offer,
)
from tests.support.shop import Shop
from tests.support.signals import HANG

pytestmark = pytest.mark.django_db(transaction=True)
PENDING_CARD = "4000000000007726"


def paid_after_cancel(shop: Shop, **how: Any) -> Payment:
    """A payment for an order that staff had canceled: ORDER_CANCELED is open."""
    payment = shop.start()
    end_wrongly(shop, payment)
    cancel(shop, payment, refund=False)
    shop.pay(payment, **how)
    assert shop.alerts() == [A.ORDER_CANCELED]
    return shop.fresh(payment)


def paid_too_much(shop: Shop) -> Payment:
    """A held order whose payment differs from the requested amount."""
    payment = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(amount_minor=2400)
    shop.pay(payment)
    assert shop.alerts() == [A.AMOUNT_DIFFERS]
    return shop.fresh(payment)


def cancel(shop: Shop, payment: Payment, *, refund: bool) -> Order:
    assert payment.order_id is not None
    return cancel_order(shop.restaurant.owner, payment.order_id, "no gas", refund=refund).order


def do(shop: Shop, kind: str, action: Action, **more: Any) -> Done:
    row = Alert.objects.get(tenant=shop.tenant, kind=kind, resolved_at=None)
    return act(shop.restaurant.owner, row.id, action, **more)


def the_order(shop: Shop, payment: Payment) -> Order:
    assert payment.order_id is not None
    return Order.objects.get(tenant=shop.tenant, id=payment.order_id)


def limited(shop: Shop, quantity: int) -> ItemStock:
    return ItemStock.objects.create(
        tenant=shop.tenant,
        location=shop.restaurant.location,
        item=shop.item,
        status=StockStatus.LIMITED,
        quantity=quantity,
    )


# -- serve -------------------------------------------------------------------------------------------------


def test_an_order_with_a_pending_refund_is_not_served(shop: Shop) -> None:
    payment = paid_after_cancel(shop, card=PENDING_CARD)
    refund = refund_payment(shop.restaurant.owner, payment.id, "from the order's page")
    assert refund.status == "pending"
    with pytest.raises(Conflict, match="money_on_its_way_back"):
        do(shop, A.ORDER_CANCELED, Action.SERVE)
    assert the_order(shop, payment).status == "canceled"


@pytest.mark.races
def test_serve_pressed_while_the_refund_is_being_sent(shop: Shop) -> None:
    payment = paid_after_cancel(shop)
    row = alert(shop).alert
    shop.sandbox.fault("hang", seconds=1.5, path=REFUNDS, method="POST", when="before")

    def give_back() -> None:
        try:
            act(shop.restaurant.owner, row.id, Action.REFUND)
        finally:
            connection.close()

    pressed = threading.Thread(target=give_back)
    pressed.start()
    until = time.monotonic() + HANG
    while not Refund.objects.filter(tenant=shop.tenant).exists() and time.monotonic() < until:
        time.sleep(0.02)
    with pytest.raises(Conflict):
        act(shop.restaurant.owner, row.id, Action.SERVE)
    pressed.join()
    shop.sandbox.idle()
    assert the_order(shop, payment).status == "canceled"
    assert Refund.objects.get(tenant=shop.tenant).status == "succeeded"


def test_canceling_after_serving_makes_the_refund_due_again(shop: Shop) -> None:
    payment = paid_too_much(shop)
    cancel(shop, payment, refund=False)
    do(shop, A.AMOUNT_DIFFERS, Action.SERVE)
    assert shop.alerts() == [], "the money is for what is being cooked"
    cancel(shop, payment, refund=False)
    assert shop.alerts() == [A.REFUND_DUE]


def test_an_order_served_after_all_is_released_by_the_payment_that_is_kept(shop: Shop) -> None:
    late = shop.start()
    end_wrongly(shop, late)
    (order,) = shop.orders()
    first = start_again(shop, order)
    shop.pay(first)
    cancel(shop, first, refund=True)
    shop.pay(late)
    do(shop, A.ORDER_CANCELED, Action.SERVE)
    order.refresh_from_db()
    assert (order.status, order.released_by_id) == ("placed", late.id)
    assert seen_by_guest(shop, order).state == GuestState.PAID


def test_serve_takes_limited_stock(shop: Shop) -> None:
    payment = paid_after_cancel(shop)
    stock = limited(shop, 2)
    do(shop, A.ORDER_CANCELED, Action.SERVE)
    stock.refresh_from_db()
    assert (stock.quantity, stock.status) == (0, StockStatus.OUT_OF_STOCK)
    cancel(shop, payment, refund=False)
    assert shop.alerts() == [A.REFUND_DUE]


def test_serve_of_a_sold_out_item_is_reported(shop: Shop) -> None:
    paid_after_cancel(shop)
    limited(shop, 1)
    do(shop, A.ORDER_CANCELED, Action.SERVE)
    assert shop.alerts() == [A.SOLD_OUT_AFTER_PAYMENT]


# -- refund ------------------------------------------------------------------------------------------------


def test_after_a_day_the_button_lists_refunds_before_it_retries(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    shop.sandbox.fault("drop", when="after", path=REFUNDS, method="POST", count=2)
    assert refund_payment(shop.restaurant.owner, payment.id, "cold").status == "created"
    asked = len(calls(shop, "POST", "/refunds"))
    clock.advance(hours=26)
    assert refund_payment(shop.restaurant.owner, payment.id, "cold").status == "succeeded"
    assert len(calls(shop, "POST", "/refunds")) == asked
    assert len(shop.sandbox.listed("refunds")) == 1


def test_the_offer_says_that_the_payment_was_refunded_before(shop: Shop) -> None:
    payment = paid(shop)
    refund_payment(shop.restaurant.owner, payment.id, "cold")
    Alert.objects.create(
        tenant=shop.tenant, kind=A.LATE_MONEY, subject_id=payment.id, payment=payment, opened_at=now()
    )
    assert "Refunded already" in take_first_offer(shop)
    assert Refund.objects.filter(tenant=shop.tenant).count() == 1


# -- link --------------------------------------------------------------------------------------------------


def test_a_payment_linked_to_a_canceled_order_opens_an_alert(shop: Shop) -> None:
    stray = unknown_paid_session(shop)
    payment = paid(shop)
    cancel(shop, payment, refund=True)
    do(shop, A.UNKNOWN_PAYMENT, Action.LINK, order_id=payment.order_id)
    row = alert(shop).alert
    assert (row.kind, row.payment_id, row.order_id) == (A.ORDER_CANCELED, stray.id, payment.order_id)


def test_a_payment_linked_to_a_paid_order_is_a_duplicate(shop: Shop) -> None:
    stray = unknown_paid_session(shop)
    payment = paid(shop)
    do(shop, A.UNKNOWN_PAYMENT, Action.LINK, order_id=payment.order_id)
    row = alert(shop).alert
    assert (row.kind, row.payment_id) == (A.DUPLICATE_PAYMENT, stray.id)


def test_a_linked_payment_has_its_trading_day_and_ends_other_attempts(shop: Shop) -> None:
    stray = unknown_paid_session(shop)
    other = shop.start(guest_token="the same guest again")
    stock = limited(shop, 5)
    do(shop, A.UNKNOWN_PAYMENT, Action.LINK, order_id=other.order_id)
    shop.sweep()
    assert session_of(shop, other)["status"] == "expired"
    order = the_order(shop, other)
    assert order.business_date is not None
    entry = LedgerEntry.objects.get(tenant=shop.tenant, payment=stray)
    assert (entry.location_id, entry.business_date) == (order.location_id, order.business_date)
    assert shop.fresh(stray).business_date == order.business_date
    stock.refresh_from_db()
    assert stock.quantity == 3


# -- cancel ------------------------------------------------------------------------------------------------


def test_cancel_while_the_bank_decides_says_so(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.pay(payment, method="customer_balance", delayed_result=None)
    with pytest.raises(Conflict, match="bank_is_processing"):
        cancel(webhookless_shop, payment, refund=True)
