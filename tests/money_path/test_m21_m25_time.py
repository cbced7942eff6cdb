"""M21 to M25: unpaid orders, canceled paid orders, closing time and wrong clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from duitpos.domain.orders.board import board
from duitpos.domain.orders.queries import orders_page, waiting_orders
from duitpos.domain.orders.search import OrderFilters
from duitpos.domain.payments.schedule import SESSION_LIFE
from duitpos.domain.processor_accounts.view import account_view
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import CheckResult, check_now
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import (
    Location,
    Order,
    OrderEvent,
    OrderLine,
    Payment,
    PaymentDecline,
    ProcessorAccount,
    Refund,
    WebhookEvent,
)
from duitpos.models.alert import AlertKind as A
from tests.support.live_shop import Clock
from tests.support.restaurant import hours
from tests.support.scenarios import EXPIRE, SESSION, calls, deliveries, end_wrongly, session_of, start_again
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""20:00 in Kuala Lumpur."""


def the_order(shop: Shop) -> Order:
    return Order.objects.get(tenant=shop.tenant)


def test_m21_an_order_ends_15_minutes_after_stripe_said_that_nobody_paid(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    clock.advance(minutes=47)
    shop.sweep()
    assert (shop.fresh(payment).status, the_order(shop).status) == ("canceled", "held")
    clock.advance(minutes=14)
    shop.sweep()
    assert the_order(shop).status == "held"
    clock.advance(minutes=2)
    shop.sweep()
    order = the_order(shop)
    assert (order.status, order.cancel_reason) == ("canceled", "unpaid")
    event = OrderEvent.objects.get(tenant=shop.tenant, to_status="canceled")
    assert (event.actor, event.reason) == ("sweep", "unpaid")
    assert shop.alerts() == []


def test_m21_an_order_never_ends_before_stripe_says_that_it_is_unpaid(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault("error", status=503, path=SESSION, count=None)
    for _ in range(5):
        clock.advance(hours=5)
        shop.sweep()
    assert (shop.fresh(payment).status, the_order(shop).status) == ("pending", "held")
    assert shop.fresh(payment).last_problem


def test_m21_not_while_a_newer_attempt_is_open(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    start_again(shop, the_order(shop))
    clock.advance(minutes=16)
    shop.sweep()
    assert the_order(shop).status == "held"
    assert shop.fresh(payment).next_check_at is None


@pytest.mark.parametrize("end", ["by itself", "by staff"])
def test_m21_an_unpaid_order_is_deleted_after_30_days(shop: Shop, clock: Clock, end: str) -> None:
    paid = shop.start(guest_token="somebody who paid")
    shop.pay(paid)
    payment = shop.start()
    shop.pay(payment, card="4000000000000002")
    # This order replaces the first one, and is not paid either.
    shop.start(cart=shop.cart(3))
    clock.advance(minutes=46)
    shop.sweep()
    if end == "by staff":
        for order in shop.orders(status="held"):
            cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
    clock.advance(minutes=16)
    shop.sweep()
    assert [order.status for order in shop.orders()] == ["placed", "canceled", "canceled"]
    clock.advance(days=29)
    shop.sweep()
    assert len(shop.orders()) == 3
    assert PaymentDecline.objects.filter(tenant=shop.tenant).count() == 1
    for _ in range(2):
        clock.advance(days=31)
        shop.sweep()
    (left,) = shop.orders()
    assert left.id == paid.order_id
    assert Payment.objects.get(tenant=shop.tenant).id == paid.id
    assert PaymentDecline.objects.filter(tenant=shop.tenant).count() == 0
    assert {event.payment_id for event in WebhookEvent.objects.filter(tenant=shop.tenant)} <= {paid.id, None}
    assert {line.order_id for line in OrderLine.objects.filter(tenant=shop.tenant)} == {left.id}


def test_m21_an_order_with_a_payment_is_never_deleted(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    cancel_order(shop.restaurant.owner, the_order(shop).id, "left", refund=False)
    shop.pay(payment)
    for _ in range(3):
        clock.advance(days=31)
        shop.sweep()
    assert the_order(shop).status == "canceled"
    assert shop.fresh(payment).status == "succeeded"
    assert shop.alerts() == [A.ORDER_CANCELED]


def test_m22_staff_find_a_held_order_and_check_it(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    owner = shop.restaurant.owner
    assert check_now(owner, payment.id) == CheckResult.STILL_OPEN
    shop.sandbox.pay(payment.reference)
    (waiting,) = waiting_orders(shop.tenant)
    assert waiting.payment is not None
    assert waiting.payment.id == payment.id
    for text in ("25.00", shop.table.name):
        found = orders_page(shop.tenant, OrderFilters(text=text)).rows
        assert [row.order.id for row in found] == [waiting.order.id], text
    assert orders_page(shop.tenant, OrderFilters()).rows == [], "not among the orders to work on"
    columns = board(shop.tenant, shop.restaurant.location).columns
    assert not any(columns.values())
    assert check_now(owner, payment.id) == CheckResult.SETTLED
    assert waiting_orders(shop.tenant) == []
    assert check_now(owner, payment.id) == CheckResult.ALREADY
    columns = board(shop.tenant, shop.restaurant.location).columns
    assert [ticket.order.label for ticket in columns["placed"]] == ["T1"]


def test_m23_a_canceled_paid_order_is_refunded_when_staff_choose_it(shop: Shop) -> None:
    shop.pay(shop.start())
    order = cancel_order(shop.restaurant.owner, the_order(shop).id, "no gas", refund=True).order
    assert order.status == "canceled"
    assert Refund.objects.get(tenant=shop.tenant).status == "succeeded"
    assert shop.alerts() == []


def test_m23_a_canceled_paid_order_otherwise_asks_for_its_refund(shop: Shop) -> None:
    shop.pay(shop.start())
    cancel_order(shop.restaurant.owner, the_order(shop).id, "no gas", refund=False)
    assert shop.alerts() == [A.REFUND_DUE]
    assert Refund.objects.filter(tenant=shop.tenant).count() == 0


def test_m23_an_unfinished_refund_keeps_its_alert(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    shop.sandbox.fault("drop", path="/v1/refunds", when="before", count=2)
    cancel_order(shop.restaurant.owner, the_order(shop).id, "no gas", refund=True)
    assert shop.alerts() == [A.REFUND_DUE]
    shop.sweep(after=timedelta(minutes=5))
    assert shop.alerts() == []
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]


def test_m24_sessions_live_45_minutes_so_that_clock_skew_cannot_break_the_30(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    # Stripe's clock is fast.
    shop.sandbox.control("POST", "/clock", {"advance": 14 * 60})
    payment = shop.start()
    assert payment.expires_at is not None
    assert payment.expires_at - payment.created_at == SESSION_LIFE == timedelta(minutes=45)
    assert session_of(shop, payment)["expires_at"] == int(payment.expires_at.timestamp())


def test_m24_at_closing_the_open_sessions_of_that_location_are_expired(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    Location.objects.filter(tenant=shop.tenant).update(**hours(time(10), time(20, 20)))
    clock.set(EVENING)
    payment = shop.start()
    # Without the closing time, the next check would be long after it.
    Payment.objects.filter(tenant=shop.tenant).update(checks=5)
    clock.advance(minutes=2)
    shop.sweep()
    assert shop.fresh(payment).next_check_at == datetime(2026, 11, 24, 12, 20, 1, tzinfo=UTC)
    assert session_of(shop, payment)["status"] == "open"
    clock.set(datetime(2026, 11, 24, 12, 20, 2, tzinfo=UTC))
    shop.sweep()
    assert session_of(shop, payment)["status"] == "expired"
    assert shop.fresh(payment).status == "canceled"


def test_m24_on_pause_they_are_expired_too(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())
    clock.advance(minutes=2)
    shop.sweep()
    assert session_of(shop, payment)["status"] == "expired"
    assert shop.fresh(payment).status == "canceled"


def test_m24_a_pause_does_not_wait_for_the_next_check(webhookless_shop: Shop, clock: Clock) -> None:
    """The worker visits each restaurant every three minutes, to list undelivered events."""
    shop = webhookless_shop
    payment = shop.start()
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    Payment.objects.filter(tenant=shop.tenant).update(checks=4, next_check_at=now() + timedelta(minutes=24))
    sweep()
    assert session_of(shop, payment)["status"] == "open"
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())
    shop.sandbox.fault("error", status=503, path=EXPIRE, count=2)
    clock.advance(minutes=3, seconds=5)
    sweep()
    assert session_of(shop, payment)["status"] == "open"
    clock.advance(minutes=2, seconds=1)
    sweep()
    assert session_of(shop, payment)["status"] == "expired"
    assert shop.fresh(payment).status == "canceled"
    assert len(calls(shop, "POST", "/expire")) == 3


def test_m28_after_a_sessions_end_errors_are_retried_at_growing_intervals(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault("error", status=503, path=SESSION, count=None)
    clock.advance(minutes=50)
    waits = []
    for _ in range(9):
        sweep()
        wait = ((shop.fresh(payment).next_check_at or now()) - now()).total_seconds() / 60
        waits.append(round(wait))
        clock.advance(minutes=wait, seconds=1, theirs=False)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (6, 360)


def test_m24_a_processing_payment_is_left_alone_at_closing(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment, method="customer_balance", delayed_result=None)
    clock.advance(minutes=2)
    shop.sweep()
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())
    clock.advance(hours=2)
    shop.sweep()
    assert calls(shop, "POST", "/expire") == []
    assert shop.fresh(payment).is_processing


@pytest.mark.parametrize("skew", [-3600])
def test_m25_a_wrong_clock_has_its_own_health_fact(shop: Shop, skew: int) -> None:
    shop.sandbox.control("POST", "/settings", {"signature_skew": skew})
    payment = shop.start()
    shop.pay(payment)
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    assert (account.bad_signatures, account.last_bad_signature) == (1, "clock")
    view = account_view(account, shop.url, shop.tenant.slug)
    assert view.health[-1]["code"] == "clock_ahead"
    assert shop.events() == []
    (delivery,) = deliveries(shop, "checkout.session.completed")
    assert [(attempt["status"], attempt["response"]) for attempt in delivery["attempts"]] == [(400, "clock")]
    shop.sandbox.control("POST", "/settings", {"signature_skew": 0})
    shop.sandbox.control("POST", f"/deliveries/{delivery['id']}/retry")
    shop.sandbox.idle()
    assert [order.label for order in shop.placed()] == ["T1"], "a retry is freshly signed"


def test_m25_the_tolerance_is_five_minutes(shop: Shop) -> None:
    shop.sandbox.control("POST", "/settings", {"signature_skew": -280})
    shop.pay(shop.start())
    assert [order.label for order in shop.placed()] == ["T1"]
