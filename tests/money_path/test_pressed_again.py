"""The same phone presses Pay again after a change: of clock, key, account, opening hours or deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from duitpos.domain.checkout.handle_return import handle_cancel
from duitpos.domain.checkout.limits import MOST_PER_PHONE
from duitpos.domain.checkout.results import (
    Changed,
    DoNotPayAgain,
    GoToProcessor,
    NotTakingOrders,
    OrderAtCounter,
    StartRefused,
)
from duitpos.domain.checkout.start import start
from duitpos.domain.errors import Conflict, TooMany, Unavailable
from duitpos.domain.orders.cart import with_earlier
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import Location, Order, Payment, PaymentType, ProcessorAccount, Tenant
from tests.support.live_shop import Clock
from tests.support.scenarios import EXPIRE, SESSIONS, calls, press_again, session_of
from tests.support.shop import Shop, an_account, url_of

pytestmark = pytest.mark.django_db(transaction=True)


def open_sessions(shop: Shop) -> list[str]:
    return [session["id"] for session in shop.sandbox.listed("sessions") if session["status"] == "open"]


def ended_and_tried_again_three_minutes_before(shop: Shop, clock: Clock) -> tuple[Payment, Payment]:
    """Set our clock back between two attempts, so that the older one looks newer."""
    first = shop.start()
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire", {})
    clock.advance(minutes=2, theirs=False)
    sweep()
    clock.advance(minutes=-5, theirs=False)
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    second = Payment.objects.exclude(id=first.id).get(tenant=shop.tenant)
    assert second.created_at < first.created_at
    return first, second


def test_a_clock_set_back_hides_no_live_attempt(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    _, second = ended_and_tried_again_three_minutes_before(shop, clock)
    again = press_again(shop, shop.orders()[0])
    assert isinstance(again, GoToProcessor)
    assert url_of(again) == url_of(shop.fresh(second).next_step)
    third = shop.start(cart=shop.cart(3))
    assert session_of(shop, second)["status"] == "expired", "an edited cart ends it"
    assert open_sessions(shop) == [third.reference]


def test_a_clock_set_back_still_ends_orders_on_time(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    first, second = ended_and_tried_again_three_minutes_before(shop, clock)
    clock.advance(minutes=21, theirs=False)
    sweep()
    assert shop.fresh(first).next_check_at is None
    assert Order.objects.get(tenant=shop.tenant).status == "held", "the second attempt can still be paid"
    clock.advance(minutes=50)
    sweep()
    assert shop.fresh(second).status == "canceled"
    clock.advance(minutes=16)
    sweep()
    assert Order.objects.get(tenant=shop.tenant).status == "canceled"


def test_a_concurrent_requests_ended_attempt_is_no_error(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request's row conflicts with ours, and has ended when we read it."""
    shop = webhookless_shop
    first = shop.start()
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire", {})
    (order,) = shop.orders()

    def conflict(*_: object) -> Payment:
        return Payment(
            id=first.id,
            tenant=shop.tenant,
            order=order,
            account=shop.account,
            payment_type_id=first.payment_type_id,
            amount_minor=1,
            currency="MYR",
            created_at=first.created_at,
        )

    monkeypatch.setattr("duitpos.domain.checkout.existing_order.new_attempt", conflict)
    answer = press_again(shop, order)
    assert isinstance(answer, Changed)
    assert answer.why == "lapsed"


def the_account_is_retired(shop: Shop) -> None:
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(state="retired")


def the_type_is_switched_off(shop: Shop) -> None:
    PaymentType.objects.filter(tenant=shop.tenant).update(is_active=False)


def the_location_is_paused(shop: Shop) -> None:
    Location.objects.filter(tenant=shop.tenant).update(paused_at=now())


def the_restaurant_is_closed(shop: Shop) -> None:
    Tenant.objects.filter(id=shop.tenant.id).update(closed_at=now())
    shop.tenant.refresh_from_db()


STOPS = [the_account_is_retired, the_type_is_switched_off, the_location_is_paused, the_restaurant_is_closed]


def lost(shop: Shop) -> Payment:
    """Start a payment whose call never arrives: it is `created`."""
    shop.sandbox.fault("drop", when="before", path=SESSIONS, method="POST", count=2)
    with pytest.raises(Unavailable):
        shop.checkout()
    return Payment.objects.get(tenant=shop.tenant)


@pytest.mark.parametrize("stop", STOPS)
def test_a_lost_start_is_not_retried_when_starts_are_not_allowed(
    webhookless_shop: Shop, stop: Callable[[Shop], None]
) -> None:
    shop = webhookless_shop
    payment = lost(shop)
    stop(shop)
    with pytest.raises((NotTakingOrders, OrderAtCounter)):
        press_again(shop, shop.orders()[0])
    assert shop.fresh(payment).status == "canceled"
    assert shop.sandbox.listed("sessions") == []


@pytest.mark.parametrize("stop", STOPS)
def test_the_sweep_does_not_retry_a_lost_start_either(
    webhookless_shop: Shop, stop: Callable[[Shop], None]
) -> None:
    shop = webhookless_shop
    payment = lost(shop)
    stop(shop)
    shop.sweep(after=timedelta(minutes=2))
    assert shop.fresh(payment).status == "failed"
    assert shop.sandbox.listed("sessions") == []


def test_a_lost_start_of_a_retired_account_is_retried_with_the_account_in_use(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = lost(shop)
    the_account_is_retired(shop)
    new = an_account(shop.restaurant, shop.sandbox, external_id="acct_of_another")
    assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
    second = Payment.objects.exclude(id=payment.id).get(tenant=shop.tenant)
    assert (second.account_id, second.status) == (new.id, "pending")


@pytest.mark.parametrize("by", ["guest", "sweep", "start itself"])
def test_a_start_older_than_23_hours_is_never_sent_again(
    webhookless_shop: Shop, clock: Clock, by: str
) -> None:
    """Stripe forgets the idempotency key after 24 hours, so the retry could make a second session."""
    shop = webhookless_shop
    payment = lost(shop)
    before = len(calls(shop, "POST", "/sessions"))
    clock.advance(hours=23, minutes=1)
    if by == "guest":
        assert isinstance(press_again(shop, shop.orders()[0]), GoToProcessor)
        keys = {call["headers"]["idempotency-key"] for call in calls(shop, "POST", "/sessions")[before:]}
        assert str(payment.id) not in keys, "a new attempt has a key of its own"
    elif by == "sweep":
        sweep()
        assert len(calls(shop, "POST", "/sessions")) == before
    else:
        with pytest.raises(StartRefused):
            start(shop.fresh(payment))
        assert len(calls(shop, "POST", "/sessions")) == before
    assert shop.fresh(payment).status in ("failed", "canceled")


def test_repeated_attempts_are_counted_like_new_orders(webhookless_shop: Shop, clock: Clock) -> None:
    """Each attempt makes a session at Stripe, also for the same cart."""
    shop = webhookless_shop
    payment = shop.start()
    (order,) = shop.orders()
    ended = {"status": "canceled", "ended_at": now()}
    for _ in range(MOST_PER_PHONE - 1):
        Payment.objects.filter(tenant=shop.tenant, status="pending").update(**ended)
        press_again(shop, order)
    Payment.objects.filter(tenant=shop.tenant, status="pending").update(**ended)
    with pytest.raises(TooMany):
        press_again(shop, order)
    assert Payment.objects.filter(tenant=shop.tenant).count() == MOST_PER_PHONE
    assert len(shop.sandbox.listed("sessions")) <= MOST_PER_PHONE
    clock.advance(minutes=11, theirs=False)
    assert isinstance(press_again(shop, order), GoToProcessor)
    assert payment.order_id == order.id


def test_repeated_returns_fetch_once_in_three_seconds(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    (order,) = shop.orders()
    shop.sandbox.fault("error", status=503, path=EXPIRE, count=2)
    assert handle_cancel(shop.tenant, order.token).is_open_still
    asked = len(calls(shop, "POST", "/expire"))
    for _ in range(5):
        assert handle_cancel(shop.tenant, order.token).is_open_still
    assert len(calls(shop, "POST", "/expire")) == asked
    clock.advance(seconds=4)
    turned = handle_cancel(shop.tenant, order.token)
    assert (turned.is_open_still, turned.is_paid) == (False, False)
    assert session_of(shop, payment)["status"] == "expired"


def test_a_return_does_not_fetch_a_processing_payment(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    (order,) = shop.orders()
    shop.pay(payment, method="customer_balance", delayed_result=None)
    assert handle_cancel(shop.tenant, order.token).is_open_still
    assert shop.fresh(payment).is_processing
    asked = len(shop.sandbox.requests())
    for _ in range(3):
        clock.advance(seconds=4)
        assert handle_cancel(shop.tenant, order.token).is_open_still
    assert len(shop.sandbox.requests()) == asked


def with_a_revoked_key(shop: Shop, clock: Clock) -> Payment:
    """The session ends while Stripe refuses our key, which it still does two hours later."""
    payment = shop.start()
    shop.sandbox.fault("error", status=401, path=f"/v1/checkout/sessions/{payment.reference}", count=None)
    clock.advance(minutes=50)
    (order,) = shop.orders()
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain), "it could have been paid until now"
    with pytest.raises(Unavailable):
        cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
    clock.advance(hours=2)
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=None)
    return payment


def test_a_revoked_key_does_not_block_the_guests_next_cart(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = with_a_revoked_key(shop, clock)
    (order,) = shop.orders()
    same = press_again(shop, order)
    assert isinstance(same, Changed)
    assert same.why == "unsure"
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=None)
    assert isinstance(shop.checkout(cart=shop.cart(3)), GoToProcessor)
    assert shop.fresh(payment).status == "pending", "only Stripe's word ends it"


def test_a_revoked_key_does_not_block_canceling_and_a_later_payment_opens_an_alert(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sandbox.fault("error", status=401, path=f"/v1/checkout/sessions/{payment.reference}", count=None)
    clock.advance(hours=2)
    (order,) = shop.orders()
    cancel_order(shop.restaurant.owner, order.id, "left", refund=False)
    assert shop.fresh(payment).status == "pending"
    shop.sandbox.control("DELETE", "/faults")
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(paused_at=None)
    shop.sweep(after=timedelta(hours=12))
    assert shop.fresh(payment).status == "succeeded"
    assert "order_canceled" in shop.alerts()


def test_a_processing_payment_is_never_treated_as_ended(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment, method="customer_balance", delayed_result=None)
    shop.sweep(after=timedelta(minutes=2))
    shop.sandbox.fault("error", status=503, path=f"/v1/checkout/sessions/{payment.reference}", count=None)
    clock.advance(hours=5)
    edited = with_earlier(shop.cart(3), shop.orders()[0].checkout_key)
    assert isinstance(shop.checkout(cart=edited), DoNotPayAgain)
    with pytest.raises(Conflict):
        cancel_order(shop.restaurant.owner, shop.orders()[0].id, "left", refund=False)


def test_a_cart_of_its_own_is_another_order_while_a_transfer_is_on_its_way(webhookless_shop: Shop) -> None:
    """It cannot be ended for days. Its own cart still starts nothing; another one does not wait for it."""
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment, method="customer_balance", delayed_result=None)
    shop.sweep(after=timedelta(minutes=2))
    assert shop.fresh(payment).is_processing
    assert isinstance(shop.checkout(cart=shop.cart(3)), GoToProcessor)
    first, second = sorted(shop.orders(), key=lambda order: order.created_at)
    assert (first.status, second.status, second.replaces_id) == ("held", "held", None)
    assert shop.fresh(payment).status == "pending"


@pytest.mark.slow
def test_an_edited_cart_has_one_deadline_in_all(webhookless_shop: Shop) -> None:
    """Expiring the old session and starting the new one share one deadline."""
    shop = webhookless_shop
    shop.start()
    shop.sandbox.fault("hang", seconds=7, path=EXPIRE, when="before")
    shop.sandbox.fault("hang", seconds=200, path=SESSIONS, method="POST", when="before", count=2)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        shop.checkout(cart=shop.cart(3))
    assert time.monotonic() - began < 200


def test_without_time_left_no_order_is_placed(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    shop.start()
    monkeypatch.setattr("duitpos.kit.deadline.SECONDS", 1.0)
    with pytest.raises(Unavailable):
        shop.checkout(cart=shop.cart(3))
    assert len(shop.orders()) == 1
