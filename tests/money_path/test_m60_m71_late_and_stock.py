"""Late payments do not send food to the kitchen by themselves, and canceled orders return their stock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.alerts.open import open_payment_alert, resolve
from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import AlreadyPaid
from duitpos.domain.errors import Conflict
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.orders.move import move
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.kit.facts import quoted
from duitpos.models import ItemStock, Location, Order, Payment
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.support.at_once import at_once, deliver, event_of
from tests.support.live_shop import Clock
from tests.support.restaurant import hours
from tests.support.scenarios import alert, detail
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def paid_without_delivery(shop: Shop, **how: Any) -> Payment:
    payment = shop.fresh(shop.start(**how))
    shop.sandbox.pay(payment.reference)
    return payment


def assert_alert_and_not_placed(shop: Shop, payment: Payment) -> None:
    """The payment is booked once, the order is not in the kitchen, and an alert is open."""
    payment = shop.fresh(payment)
    assert payment.order is not None
    assert (payment.status, payment.order.status) == ("succeeded", "held")
    assert shop.alerts() == [A.LATE_FOOD]
    assert shop.ledger() == [("payment", 2500)]


# -- M60 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["webhook", "return", "sweep", "button"])
def test_m60_late_is_late_from_any_path(webhookless_shop: Shop, clock: Clock, path: str) -> None:
    shop = webhookless_shop
    payment = paid_without_delivery(shop)
    clock.advance(minutes=50)
    assert payment.order is not None
    if path == "webhook":
        deliver(shop, event_of(shop, COMPLETED))
    elif path == "return":
        handle_return(shop.tenant, payment.order.token)
    elif path == "sweep":
        sweep()
    else:
        check_now(shop.restaurant.owner, payment.id)
    assert_alert_and_not_placed(shop, payment)


def test_m60_within_the_limit_it_is_cooked(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    clock.set(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    paid_without_delivery(shop)
    clock.advance(minutes=44)
    sweep()
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.alerts() == []


def test_m60_the_limit_is_the_locations(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    clock.set(datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    Location.objects.filter(tenant=shop.tenant).update(latest_to_cook=5)
    payment = paid_without_delivery(shop)
    clock.advance(minutes=6)
    sweep()
    assert_alert_and_not_placed(shop, payment)


def test_m60_a_transfer_confirmed_yesterday_is_late_with_or_without_earlier_events(
    webhookless_shop: Shop, clock: Clock
) -> None:
    """Once with a "processing" event first, once without any event before the payment."""
    shop = webhookless_shop
    payments = []
    for guest in ("one", "two"):
        payment = shop.start(guest_token=guest)
        shop.sandbox.pay(payment.reference, method="customer_balance", delayed_result=None)
        payments.append(payment)
    Payment.objects.filter(tenant=shop.tenant, id=payments[1].id).update(next_check_at=None)
    clock.advance(minutes=2)
    sweep()
    assert shop.fresh(payments[0]).is_processing
    clock.advance(hours=20)
    for payment in payments:
        shop.sandbox.control("POST", f"/sessions/{payment.reference}/async_result", {"result": "succeed"})
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=datetime(2026, 1, 1, tzinfo=UTC))
    sweep()
    assert shop.placed() == []
    assert shop.alerts() == [A.LATE_FOOD, A.LATE_FOOD]


def test_m60_processing_counts_from_the_guests_confirmation(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference, method="customer_balance", delayed_result=None)
    clock.advance(hours=5)
    sweep()
    since = shop.fresh(payment).processing_since
    assert since is not None
    assert since < datetime.now(UTC) - timedelta(hours=4, minutes=50)


@pytest.mark.parametrize("is_late", [False, True])
def test_m60_the_end_of_the_day_counts_after_ten_minutes(
    webhookless_shop: Shop, clock: Clock, is_late: bool
) -> None:
    """A payment at 03:59:58 that we see at 04:00:01 is not late."""
    shop = webhookless_shop
    # 03:59:58 in Kuala Lumpur.
    before = datetime(2026, 11, 24, 19, 59, 58, tzinfo=UTC)
    clock.set(before)
    paid_without_delivery(shop)
    clock.advance(seconds=3, minutes=11 if is_late else 0)
    handle_return(shop.tenant, shop.orders()[0].token)
    assert shop.alerts() == ([A.LATE_FOOD] if is_late else [])
    assert len(shop.placed()) == (0 if is_late else 1)


def test_m60_where_the_day_ends_with_the_opening_hours_it_counts_at_once(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    clock.set(datetime(2026, 11, 24, 19, 59, 58, tzinfo=UTC))
    Location.objects.filter(tenant=shop.tenant).update(**hours(time(18, 0), time(4, 0)))
    payment = paid_without_delivery(shop)
    clock.advance(seconds=3)
    handle_return(shop.tenant, shop.orders()[0].token)
    assert_alert_and_not_placed(shop, payment)


def test_m60_a_wrong_clock_does_not_hold_back_orders(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    paid_without_delivery(shop)
    clock.advance(hours=-2, theirs=False)
    handle_return(shop.tenant, shop.orders()[0].token)
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m60_staff_serve_or_refund_it_and_the_guest_cannot_pay_again(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    request = shop.request()
    payment = paid_without_delivery(shop, checkout_key=request.checkout_key)
    clock.advance(hours=2)
    sweep()
    assert isinstance(checkout(request), AlreadyPaid)
    # No sweep releases, cancels or deletes it.
    for _ in range(3):
        clock.advance(days=20)
        sweep()
    assert_alert_and_not_placed(shop, payment)
    act(shop.restaurant.owner, alert(shop).alert.id, Action.SERVE)
    (order,) = shop.placed()
    assert (order.label, order.status) == ("T1", "placed")
    assert shop.alerts() == []


@pytest.mark.races
def test_m60_served_or_refunded_never_both(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = paid_without_delivery(shop)
    clock.advance(hours=2)
    sweep()
    row = alert(shop).alert

    def decide(action: Action) -> object:
        try:
            return act(shop.restaurant.owner, row.id, action)
        except Conflict as refused:
            return refused

    at_once([lambda: decide(Action.SERVE), lambda: decide(Action.REFUND)] * 2)
    order = Order.objects.get(tenant=shop.tenant)
    refunded = shop.fresh(payment).refund_reserved_minor
    assert (order.status, refunded) in (("placed", 0), ("canceled", 2500))


@pytest.mark.races
def test_m60_four_concurrent_deliveries_open_one_alert(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = paid_without_delivery(shop)
    clock.advance(hours=2)
    event = event_of(shop, COMPLETED)
    at_once([lambda: deliver(shop, event)] * 4)
    assert_alert_and_not_placed(shop, payment)


def test_m60_a_canceled_order_stays_a_canceled_order(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    Order.objects.filter(tenant=shop.tenant).update(status="canceled")
    clock.advance(hours=2)
    sweep()
    assert shop.alerts() == [A.ORDER_CANCELED]


# -- M71 ------------------------------------------------------------------------------------------------------


def stock(shop: Shop) -> tuple[str, int | None]:
    row = ItemStock.objects.get(tenant=shop.tenant, item=shop.item)
    return row.status, row.quantity


def limit(shop: Shop, quantity: int) -> None:
    set_stock(shop.restaurant.owner, shop.restaurant.location, shop.item.id, "limited", quantity)


def sold(shop: Shop, quantity: int = 3) -> Order:
    shop.pay(shop.start(cart=shop.cart(quantity)))
    return shop.placed()[-1]


def cancel(shop: Shop, order: Order, *, refund: bool = True) -> None:
    cancel_order(shop.restaurant.owner, order.id, "guest left", refund=refund)


def test_m71_stock_comes_back_when_nobody_began_to_cook(shop: Shop) -> None:
    limit(shop, 3)
    order = sold(shop)
    assert stock(shop) == (StockStatus.OUT_OF_STOCK, 0)
    version = Location.objects.get(tenant=shop.tenant).menu_version
    cancel(shop, order)
    assert stock(shop) == (StockStatus.LIMITED, 3)
    assert Location.objects.get(tenant=shop.tenant).menu_version > version, "open phones see it"
    assert shop.alerts() == []


@pytest.mark.parametrize("status", ["preparing", "ready"])
def test_m71_stock_of_an_order_in_cooking_opens_an_alert(shop: Shop, status: str) -> None:
    limit(shop, 5)
    order = sold(shop)
    for step in ("preparing", "ready")[: 1 if status == "preparing" else 2]:
        move(shop.restaurant.owner, shop.restaurant.location, order.id, step)
    cancel(shop, order)
    assert stock(shop) == (StockStatus.LIMITED, 2)
    (row,) = open_alerts(shop.tenant)
    assert (row.alert.kind, detail(shop)) == (A.STOCK_BACK, "3 × Nasi lemak")
    act(shop.restaurant.owner, row.alert.id, Action.PUT_BACK)
    assert stock(shop) == (StockStatus.LIMITED, 5)
    with pytest.raises(Conflict):
        act(shop.restaurant.owner, row.alert.id, Action.PUT_BACK)
    assert stock(shop) == (StockStatus.LIMITED, 5)


def test_m71_an_item_that_staff_set_out_of_stock_stays_out(shop: Shop) -> None:
    limit(shop, 5)
    order = sold(shop)
    set_stock(shop.restaurant.owner, shop.restaurant.location, shop.item.id, "out_of_stock")
    cancel(shop, order)
    assert stock(shop) == (StockStatus.OUT_OF_STOCK, None)


def test_m71_an_item_set_to_unlimited_stays_unlimited(shop: Shop) -> None:
    limit(shop, 5)
    order = sold(shop)
    set_stock(shop.restaurant.owner, shop.restaurant.location, shop.item.id, "in_stock")
    cancel(shop, order)
    assert stock(shop) == (StockStatus.IN_STOCK, None)


def test_m71_lines_sold_before_the_limit_are_not_put_back(shop: Shop) -> None:
    order = sold(shop)
    limit(shop, 5)
    cancel(shop, order)
    assert stock(shop) == (StockStatus.LIMITED, 5)


def test_m71_serving_after_all_takes_the_stock_again_once(shop: Shop) -> None:
    limit(shop, 4)
    order = sold(shop)
    cancel(shop, order, refund=False)
    assert stock(shop) == (StockStatus.LIMITED, 4)
    payment = shop.payment_of(order)
    row = shop_alert(shop, payment)
    act(shop.restaurant.owner, row, Action.SERVE)
    assert stock(shop) == (StockStatus.LIMITED, 1)
    cancel(shop, order)
    assert stock(shop) == (StockStatus.LIMITED, 4)


def shop_alert(shop: Shop, payment: Payment) -> Any:
    """Open an alert that lets staff serve a canceled order."""
    resolve(shop.tenant.id, now(), quoted("elsewhere"))
    payment = shop.fresh(payment)
    open_payment_alert(payment, A.ORDER_CANCELED, now())
    return alert(shop).alert.id


@pytest.mark.races
def test_m71_two_cancellations_at_once_put_it_back_once(shop: Shop) -> None:
    limit(shop, 3)
    order = sold(shop)

    def press() -> object:
        try:
            return cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
        except Conflict as refused:
            return refused

    at_once([press] * 4)
    assert stock(shop) == (StockStatus.LIMITED, 3)
