"""The order's state after a payment under wrong conditions: every row of the first table in docs/money-path.md."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duitpos.domain.alerts.offers import Action
from duitpos.domain.checkout.results import OrderAtCounter
from duitpos.domain.errors import Conflict
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.resolve_alert import _serve as serve
from duitpos.domain.staff_actions.resolve_alert import act
from duitpos.domain.sweep.sweep import sweep
from duitpos.guest.texts import order_text
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import ItemStock, Location, Order, OrderEvent, Payment, Refund
from duitpos.models.alert import AlertKind as A
from duitpos.models.menu import StockStatus
from tests.support.live_shop import Clock
from tests.support.restaurant import an_item, hours
from tests.support.scenarios import (
    alert,
    detail,
    end_wrongly,
    seen_by_guest,
    start_again,
    take_first_offer,
    tell,
)
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def pay_after(shop: Shop, change: Callable[[Shop, Payment], object]) -> Payment:
    """Start a payment, make `change` while the guest is on the payment page, then pay."""
    payment = shop.start()
    change(shop, payment)
    shop.pay(payment)
    return shop.fresh(payment)


def assert_paid_and_to_be_confirmed(shop: Shop, payment: Payment, kind: A) -> None:
    order = payment.order
    assert order is not None
    assert payment.status == "succeeded"
    assert (order.status, order.label) == ("placed", "T1")
    seen = seen_by_guest(shop, order)
    assert seen.state == GuestState.PAID
    assert "restaurant will confirm" in order_text(seen)
    assert not seen.can_pay_again
    row = alert(shop)
    assert (row.alert.kind, row.alert.payment_id) == (kind, payment.id)
    assert row.actions[0] == Action.REFUND


def assert_first_offer_refunds(shop: Shop, payment: Payment) -> None:
    assert "refunded" in take_first_offer(shop)
    refund = Refund.objects.get(tenant=shop.tenant)
    assert (refund.status, refund.amount, refund.payment_id) == ("succeeded", payment.moved, payment.id)
    assert shop.alerts() == []
    assert shop.ledger() == [("payment", payment.moved.minor), ("refund", -payment.moved.minor)]


def sold_out(shop: Shop, payment: Payment) -> None:
    ItemStock.objects.create(
        tenant=shop.tenant,
        location=shop.restaurant.location,
        item=shop.item,
        status=StockStatus.OUT_OF_STOCK,
    )


def only_one_left(shop: Shop, payment: Payment) -> None:
    ItemStock.objects.create(
        tenant=shop.tenant,
        location=shop.restaurant.location,
        item=shop.item,
        status=StockStatus.LIMITED,
        quantity=1,
    )


def closed(shop: Shop, payment: Payment) -> None:
    instant = now().replace(microsecond=0)
    # Open for one minute a day, in twelve hours.
    start = instant.replace(hour=(instant.hour + 12) % 24, minute=0, second=0)
    Location.objects.filter(tenant=shop.tenant).update(
        time_zone="UTC", **hours(start.time(), start.replace(minute=1).time())
    )


def paused(shop: Shop, payment: Payment) -> None:
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())


@pytest.mark.parametrize("change", [sold_out, only_one_left])
def test_item_sold_out(shop: Shop, change: Callable[[Shop, Payment], None]) -> None:
    payment = pay_after(shop, change)
    assert_paid_and_to_be_confirmed(shop, payment, A.SOLD_OUT_AFTER_PAYMENT)
    assert detail(shop) == "Nasi lemak"
    assert_first_offer_refunds(shop, payment)
    assert payment.order is not None
    assert seen_by_guest(shop, payment.order).state == GuestState.REFUNDED


@pytest.mark.parametrize("change", [closed, paused])
def test_location_closed_or_paused(shop: Shop, change: Callable[[Shop, Payment], None]) -> None:
    payment = pay_after(shop, change)
    assert_paid_and_to_be_confirmed(shop, payment, A.PAID_WHILE_CLOSED)
    assert_first_offer_refunds(shop, payment)


def closed_for_good(shop: Shop, payment: Payment) -> None:
    Location.objects.filter(tenant=shop.tenant).update(closed_at=now())


def test_location_closed_for_good(shop: Shop) -> None:
    payment = pay_after(shop, closed_for_good)
    assert payment.order is not None
    assert (payment.status, payment.order.status, shop.placed()) == ("succeeded", "held", [])
    assert seen_by_guest(shop, payment.order).state == GuestState.NEEDS_STAFF
    assert shop.alerts() == [A.LATE_FOOD]


def test_late_by_the_guest_s_clock_m60_though_the_order_is_held(webhookless_shop: Shop, clock: Clock) -> None:
    """The guest pays by card, and we do not know for an hour."""
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    clock.advance(minutes=60)
    sweep()
    payment = shop.fresh(payment)
    assert payment.order is not None
    assert (payment.status, payment.order.status, shop.placed()) == ("succeeded", "held", [])
    seen = seen_by_guest(shop, payment.order)
    assert seen.state == GuestState.NEEDS_STAFF
    assert "The restaurant will confirm" in order_text(seen)
    assert not seen.can_pay_again
    row = alert(shop)
    assert row.alert.kind == A.LATE_FOOD
    assert [*row.actions] == [Action.SERVE, Action.REFUND]
    assert shop.ledger() == [("payment", 2500)]


def test_a_recent_payment_after_its_attempt_ended_places_the_order(shop: Shop) -> None:
    payment = pay_after(shop, end_wrongly)
    assert_paid_and_to_be_confirmed(shop, payment, A.LATE_MONEY)
    assert_first_offer_refunds(shop, payment)


def test_a_confirmed_order_no_longer_asks_for_confirmation(shop: Shop) -> None:
    payment = pay_after(shop, sold_out)
    act(shop.restaurant.owner, alert(shop).alert.id, Action.DONE, "we found one")
    assert payment.order is not None
    assert order_text(seen_by_guest(shop, payment.order)) == "Paid. The kitchen has your order."


def other_amount(shop: Shop, payment: Payment) -> None:
    Payment.objects.filter(tenant=shop.tenant).update(amount_minor=payment.amount_minor - 100)
    shop.pay(payment)


def other_currency(shop: Shop, payment: Payment) -> None:
    Payment.objects.filter(tenant=shop.tenant).update(currency="SGD")
    shop.pay(payment)


def other_mode(shop: Shop, payment: Payment) -> None:
    paid = {"status": "complete", "payment_status": "paid", "livemode": True}
    shop.sandbox.rule("drop", types=["checkout.session.completed"])
    shop.pay(payment)
    tell(shop, "checkout.session.completed", payment, overrides=paid)


@pytest.mark.parametrize(
    "pay, kind",
    [
        (other_amount, A.AMOUNT_DIFFERS),
        (other_currency, A.AMOUNT_DIFFERS),
        (other_mode, A.MODE_DIFFERS),
    ],
)
@pytest.mark.parametrize("take", ["release", "refund"])
def test_amount_currency_or_mode_differs(
    shop: Shop, pay: Callable[[Shop, Payment], None], kind: A, take: str
) -> None:
    payment = shop.start()
    pay(shop, payment)
    payment = shop.fresh(payment)
    order = payment.order
    assert order is not None
    assert payment.status == "succeeded"
    assert (payment.moved.minor, payment.moved.currency) == (2500, "MYR"), "the amount that was received"
    assert (order.status, order.number) == ("held", None)
    assert shop.ledger() == [("payment", 2500)]
    seen = seen_by_guest(shop, order)
    assert seen.state == GuestState.NEEDS_STAFF
    assert "We have your payment" in order_text(seen)
    assert "Do not pay again" in order_text(seen)
    row = alert(shop)
    assert row.alert.kind == kind
    assert [*row.actions] == [Action.SERVE, Action.REFUND]
    if take == "release":
        take_first_offer(shop)
        order.refresh_from_db()
        assert (order.status, order.label, order.released_by_id) == ("placed", "T1", payment.id)
        assert shop.alerts() == []
    else:
        act(shop.restaurant.owner, row.alert.id, Action.REFUND)
        order.refresh_from_db()
        assert Refund.objects.get(tenant=shop.tenant).status == "succeeded"
        assert seen_by_guest(shop, order).state == GuestState.REFUNDED
        assert order.status == "canceled", "nothing else would end it"


def canceled_by_staff(shop: Shop, payment: Payment, clock: Clock) -> None:
    assert payment.order is not None
    cancel_order(shop.restaurant.owner, payment.order.id, "guest left", refund=False)


def canceled_as_unpaid(shop: Shop, payment: Payment, clock: Clock) -> None:
    clock.advance(minutes=16)
    shop.sweep()


@pytest.mark.parametrize("cancel", [canceled_by_staff, canceled_as_unpaid])
@pytest.mark.parametrize("action", [Action.REFUND, Action.SERVE])
def test_order_canceled_by_whom_ever(
    shop: Shop, clock: Clock, cancel: Callable[[Shop, Payment, Clock], None], action: Action
) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    cancel(shop, shop.fresh(payment), clock)
    order = Order.objects.get(tenant=shop.tenant)
    assert order.status == "canceled"
    shop.pay(payment)
    payment = shop.fresh(payment)
    order.refresh_from_db()
    assert payment.status == "succeeded"
    assert (order.status, order.number) == ("canceled", None)
    seen = seen_by_guest(shop, order)
    assert seen.state == GuestState.LATE_CANCELED
    assert "Paid, but the order was canceled. It is being refunded or served" in order_text(seen)
    row = alert(shop)
    assert row.alert.kind == A.ORDER_CANCELED
    assert [*row.actions] == [Action.REFUND, Action.SERVE, Action.DONE]
    if action == Action.REFUND:
        assert_first_offer_refunds(shop, payment)
        assert seen_by_guest(shop, order).state == GuestState.REFUNDED
        return
    act(shop.restaurant.owner, row.alert.id, Action.SERVE)
    order.refresh_from_db()
    assert (order.status, order.label, order.cancel_reason) == ("placed", "T1", "")
    event = OrderEvent.objects.filter(tenant=shop.tenant, from_status="canceled").get()
    assert (event.to_status, event.actor, event.member_id) == ("placed", "staff", shop.restaurant.owner.id)
    assert seen_by_guest(shop, order).state == GuestState.PAID
    assert shop.alerts() == []


def test_serving_after_a_concurrent_refund_does_nothing(shop: Shop) -> None:
    payment = shop.start()
    other_amount(shop, payment)
    as_one_cook_saw_it = alert(shop).alert
    act(shop.restaurant.owner, as_one_cook_saw_it.id, Action.REFUND)
    with pytest.raises(Conflict):
        transact(lambda: serve(shop.restaurant.owner, as_one_cook_saw_it))
    (order,) = shop.orders()
    assert (order.status, order.number) == ("canceled", None)
    assert seen_by_guest(shop, order).state == GuestState.REFUNDED


def test_order_already_released_by_another_payment(shop: Shop) -> None:
    first = shop.start()
    end_wrongly(shop, first)
    order = shop.fresh(first).order
    assert order is not None
    second = start_again(shop, order)
    shop.pay(second)
    shop.pay(first)
    first, second = shop.fresh(first), shop.fresh(second)
    order.refresh_from_db()
    assert (first.status, second.status) == ("succeeded", "succeeded")
    assert (order.status, order.label, order.released_by_id) == ("placed", "T1", second.id)
    seen = seen_by_guest(shop, order)
    assert seen.state == GuestState.PAID
    assert "A second payment for it arrived and is being refunded" in order_text(seen)
    row = alert(shop)
    assert (row.alert.kind, row.alert.payment_id) == (A.DUPLICATE_PAYMENT, first.id)
    assert row.actions[0] == Action.REFUND
    take_first_offer(shop)
    refund = Refund.objects.get(tenant=shop.tenant)
    assert (refund.status, refund.payment_id) == ("succeeded", first.id)
    order.refresh_from_db()
    assert order.status == "placed"
    assert shop.alerts() == []
    seen = seen_by_guest(shop, order)
    assert (seen.state, order_text(seen)) == (GuestState.PAID, "Paid. The kitchen has your order.")


def test_no_payment_required_though_total_0(shop: Shop) -> None:
    """The row in the docs: though total > 0."""
    payment = shop.start()
    free = {"status": "complete", "payment_status": "no_payment_required"}
    tell(shop, "checkout.session.completed", payment, overrides=free)
    payment = shop.fresh(payment)
    order = payment.order
    assert order is not None
    assert (payment.status, order.status) == ("pending", "held")
    assert seen_by_guest(shop, order).state == GuestState.CHECKING
    assert shop.ledger() == []
    row = alert(shop)
    assert row.alert.kind == A.NO_PAYMENT_REQUIRED
    assert row.actions[0] == Action.DONE
    act(shop.restaurant.owner, row.alert.id, Action.DONE, "looked: a mistake at Stripe")
    assert shop.alerts() == []
    assert shop.fresh(payment).status == "pending"


def test_total_zero_is_ordered_at_the_counter(shop: Shop) -> None:
    water = an_item(shop.tenant, "Water", 0)
    with pytest.raises(OrderAtCounter, match="nothing_to_pay"):
        shop.checkout(cart=shop.cart(1, water))
    assert shop.orders() == []
    assert shop.sandbox.listed("sessions") == []
