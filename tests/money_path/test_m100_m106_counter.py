"""Orders that guests send unpaid, and the money that staff take for them (M100 to M106)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.handle_return import handle_cancel, handle_return
from duitpos.domain.checkout.options import pay_options
from duitpos.domain.checkout.results import AlreadyPaid, Changed, GoToProcessor
from duitpos.domain.checkout.send_unpaid import MOST_UNPAID_OF_UNKNOWN
from duitpos.domain.errors import Conflict, Forbidden, Invalid, TooMany
from duitpos.domain.orders.board import board
from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.orders.queries import waiting_orders
from duitpos.domain.orders.search import OrderFilters, matching
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.processor_accounts.offers import set_offers
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.staff_actions.take_payment import take_payment
from duitpos.kit.ids import secret_token
from duitpos.models import Location, Order, Payment
from duitpos.models.payment_setup import Channel
from duitpos.models.people import Role
from duitpos.models.tenant import UnpaidOrders
from tests.support.counter import BOTH, cash, fresh, paid, payments, send
from tests.support.live_shop import Clock
from tests.support.restaurant import a_member
from tests.support.scenarios import seen_by_guest
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def on_board(shop: Shop) -> list[bool]:
    """Of each new ticket, whether it is marked unpaid."""
    location = Location.objects.get(tenant=shop.tenant, id=shop.table.location_id)
    return [ticket.is_unpaid for ticket in board(shop.tenant, location).columns["placed"]]


def test_m100_without_the_location_s_setting_it_is_not_offered(webhookless_shop: Shop) -> None:
    kind = cash(webhookless_shop, UnpaidOrders.OFF)
    location = webhookless_shop.request().table.location
    assert kind.id not in {one.payment_type_id for one in pay_options(webhookless_shop.tenant, location)}
    with pytest.raises(Conflict):
        webhookless_shop.checkout(payment_type_id=kind.id)


def test_a_type_is_offered_where_the_owner_says(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    location = shop.request().table.location
    assert [one.name for one in pay_options(shop.tenant, location)][-1] == "Till"
    set_offers(shop.restaurant.owner, kind, {(location.id, Channel.PHONE): False})
    assert kind.id not in {one.payment_type_id for one in pay_options(shop.tenant, location)}
    set_offers(shop.restaurant.owner, kind, {(location.id, Channel.PHONE): True})
    order = send(shop, kind)
    set_offers(shop.restaurant.owner, kind, {(location.id, Channel.COUNTER): False})
    with pytest.raises(Conflict):
        paid(shop, order, kind)


def test_after_payment_it_is_held_until_staff_press_paid(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    order = send(shop, kind)
    assert (order.status, on_board(shop)) == ("held", [])
    seen = seen_by_guest(shop, order)
    assert (seen.state, seen.code) == (GuestState.AT_COUNTER, counter_code(order.id))
    assert [row.order.id for row in waiting_orders(shop.tenant)] == [order.id]
    assert [row.id for row in matching(shop.tenant, OrderFilters(text=seen.code.lower()))] == [order.id]
    done = paid(shop, order, kind, "50")
    assert (done.payment.status, done.payment.settled_via, done.change.minor) == ("succeeded", "staff", 2500)
    assert done.payment.taken_by_id == shop.restaurant.owner.id
    assert done.payment.business_date == fresh(order).business_date is not None
    assert (fresh(order).status, on_board(shop)) == ("placed", [False])
    assert shop.ledger() == [("payment", 2500)]
    assert seen_by_guest(shop, order).state == GuestState.PAID
    assert waiting_orders(shop.tenant) == []


def test_at_once_it_is_cooked_unpaid_and_paid_later(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    order = send(shop, kind)
    assert (order.status, order.number, order.released_by_id, on_board(shop)) == ("placed", 1, None, [True])
    assert seen_by_guest(shop, order).state == GuestState.AT_COUNTER
    assert [row.order.id for row in waiting_orders(shop.tenant)] == [order.id]
    payment = paid(shop, order, kind).payment
    assert (fresh(order).released_by_id, fresh(order).number, on_board(shop)) == (payment.id, 1, [False])
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == []


@pytest.mark.parametrize("style", BOTH)
def test_pressed_twice_is_paid_once(webhookless_shop: Shop, style: str) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)
    paid(shop, order, kind)
    with pytest.raises(Conflict):
        paid(shop, order, kind)
    assert shop.ledger() == [("payment", 2500)]


@pytest.mark.parametrize("style", BOTH)
def test_the_same_cart_is_one_order_however_often_it_is_sent(webhookless_shop: Shop, style: str) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    key = secret_token()
    first, again = send(shop, kind, checkout_key=key), send(shop, kind, checkout_key=key)
    assert first.id == again.id
    assert payments(shop, first) == [("pending", True)]


@pytest.mark.parametrize("style", BOTH)
def test_m101_it_may_be_paid_online_after_all(shop: Shop, style: str) -> None:
    kind = cash(shop, style)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)
    online = shop.checkout(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    assert isinstance(online, GoToProcessor)
    assert payments(shop, order) == [("canceled", True), ("pending", False)]
    if style == UnpaidOrders.AFTER_PAYMENT:
        with pytest.raises(Conflict):
            paid(shop, order, kind)
    shop.pay(shop.payment_of(online.order))
    assert payments(shop, order) == [("canceled", True), ("succeeded", False)]
    assert (fresh(order).status, on_board(shop), shop.alerts()) == ("placed", [False], [])
    with pytest.raises(Conflict):
        paid(shop, order, kind)
    assert shop.ledger() == [("payment", 2500)]


def test_an_online_attempt_ends_at_the_processor_before_the_order_waits_at_the_counter(shop: Shop) -> None:
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    key = secret_token()
    online = shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    order = send(shop, kind, checkout_key=key)
    assert order.id == online.order_id
    assert payments(shop, order) == [("canceled", False), ("pending", True)]
    assert shop.sandbox.listed("sessions")[0]["status"] == "expired"


def test_paid_online_at_the_processor_while_the_guest_chooses_the_counter(shop: Shop) -> None:
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    key = secret_token()
    online = shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    shop.pay(online)
    assert isinstance(shop.checkout(checkout_key=key, payment_type_id=kind.id), AlreadyPaid)
    assert shop.ledger() == [("payment", 2500)]


def test_m104_staff_take_cash_for_cooked_food_while_the_guest_is_on_the_payment_page(shop: Shop) -> None:
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    key = secret_token()
    order = send(shop, kind, checkout_key=key)
    shop.checkout(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    paid(shop, order, kind)
    assert payments(shop, order) == [("canceled", True), ("canceled", False), ("succeeded", True)]
    assert shop.sandbox.listed("sessions")[0]["status"] == "expired"


def test_an_edited_cart_replaces_what_waits_and_not_what_is_cooked(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    key = secret_token()
    first = send(shop, kind, checkout_key=key)
    changed = shop.checkout(checkout_key=key, cart=shop.cart(3), payment_type_id=kind.id)
    assert isinstance(changed, Changed)
    second = send(shop, kind, checkout_key=changed.new_key, cart=changed.cart)
    assert payments(shop, first) == [("canceled", True)]
    assert fresh(second).replaces_id == first.id
    with pytest.raises(Conflict):
        paid(shop, first, kind)
    Location.objects.filter(tenant=shop.tenant).update(unpaid_orders=UnpaidOrders.AT_ONCE)
    key = secret_token()
    send(shop, kind, checkout_key=key)
    more = shop.checkout(
        checkout_key=secret_token(), cart=shop.cart(3).__class__(shop.cart(3).lines, "", (key,))
    )
    assert isinstance(more, Changed)
    assert [line.quantity for line in more.cart.lines] == [1]


def test_a_second_order_comes_beside_the_first(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    first, second = send(shop, kind), send(shop, kind)
    assert payments(shop, first) == payments(shop, second) == [("pending", True)]


@pytest.mark.parametrize("style", BOTH)
def test_m105_at_the_day_s_close_nobody_s_order_ends(webhookless_shop: Shop, style: str) -> None:
    shop = webhookless_shop
    kind = cash(shop, style)
    order = send(shop, kind)
    shop.sweep(after=timedelta(minutes=30))
    assert payments(shop, order) == [("pending", True)]
    Payment.objects.filter(tenant=shop.tenant).update(
        created_at=order.created_at - timedelta(days=2), next_check_at=order.created_at
    )
    shop.sweep()
    assert payments(shop, order) == [("canceled", True)]
    assert (fresh(order).status, fresh(order).cancel_reason) == ("canceled", "unpaid")
    assert shop.ledger() == []


@pytest.mark.parametrize("is_begun", [False, True])
def test_m105_cooked_unpaid_whose_guest_left_the_payment_page(
    webhookless_shop: Shop, clock: Clock, is_begun: bool
) -> None:
    """No attempt is left, and the day's close ends it all the same, unless somebody began to cook."""
    shop, key = webhookless_shop, secret_token()
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    order = send(shop, kind, checkout_key=key)
    shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    if is_begun:
        Order.objects.filter(tenant=shop.tenant, id=order.id).update(status="preparing")
    for hours in (2, 1, 30):
        clock.advance(hours=hours)
        shop.sweep()
        if hours != 30:
            assert fresh(order).status == ("preparing" if is_begun else "placed")
    assert payments(shop, order) == [("canceled", True), ("canceled", False)]
    assert fresh(order).status == ("preparing" if is_begun else "canceled")
    assert [row.order.id for row in waiting_orders(shop.tenant)] == ([order.id] if is_begun else [])


@pytest.mark.parametrize("presses_back", [True, False])
def test_an_old_payment_page_leaves_the_order_at_the_counter(
    webhookless_shop: Shop, presses_back: bool
) -> None:
    shop, key = webhookless_shop, secret_token()
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    shop.start(checkout_key=key, payment_type_id=shop.account.payment_type_id)
    order = send(shop, kind, checkout_key=key)
    if presses_back:
        assert handle_cancel(shop.tenant, order.token).is_open_still
    else:
        handle_return(shop.tenant, order.token)
        assert not Payment.objects.filter(tenant=shop.tenant, returned_at__isnull=False).exists()
    assert payments(shop, order) == [("canceled", False), ("pending", True)]


def test_cooked_food_stays_listed_until_staff_decide(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    order = send(shop, kind)
    Order.objects.filter(tenant=shop.tenant, id=order.id).update(status="served")
    Payment.objects.filter(tenant=shop.tenant).update(
        created_at=order.created_at - timedelta(days=2), next_check_at=order.created_at
    )
    shop.sweep()
    assert [row.order.id for row in waiting_orders(shop.tenant)] == [order.id]
    cancel_order(shop.restaurant.owner, order.id, "left without paying", refund=False)
    assert (fresh(order).status, payments(shop, order)) == ("canceled", [("canceled", True)])
    assert waiting_orders(shop.tenant) == []


def test_m106_given_back_from_the_till(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    payment = paid(shop, send(shop, kind), kind).payment
    first = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund_payment(shop.restaurant.owner, payment.id, "cold").id == first.id
    assert (first.status, first.next_check_at, first.amount_minor) == ("succeeded", None, 2500)
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]


def test_who_may_and_what_is_refused(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AFTER_PAYMENT)
    order = send(shop, kind)
    cook = a_member(shop.tenant, Role.KITCHEN)
    with pytest.raises(Forbidden):
        take_payment(cook, order.id, kind.id)
    for wrong in ("10", "much", "-5", "25.001"):
        with pytest.raises(Invalid):
            paid(shop, order, kind, wrong)
    cancel_order(shop.restaurant.owner, order.id, "gone", refund=False)
    with pytest.raises(Conflict):
        paid(shop, order, kind)
    assert shop.ledger() == []


def test_m102_strangers_send_few_and_nothing_of_theirs_is_cooked(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    for number in range(MOST_UNPAID_OF_UNKNOWN):
        order = send(shop, kind, guest_token=f"stranger-{number}", has_looked=False)
        assert order.status == "held"
    with pytest.raises(TooMany):
        send(shop, kind, guest_token="one-more", has_looked=False)
    assert len(waiting_orders(shop.tenant)) == MOST_UNPAID_OF_UNKNOWN
    assert on_board(shop) == []


def test_cash_hides_no_test_order_and_counts_as_one(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    kind = cash(shop, UnpaidOrders.AT_ONCE)
    assert send(shop, kind).is_test
    assert on_board(shop) == [True]
    shop.account.payment_type.__class__.objects.filter(
        tenant=shop.tenant, id=shop.account.payment_type_id
    ).update(is_active=False)
    assert not send(shop, kind).is_test
