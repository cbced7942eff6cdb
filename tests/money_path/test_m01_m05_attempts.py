"""M1 to M5: a fetch's result, declines, and at most one live attempt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from duitpos.domain.checkout.attempt import new_attempt
from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.options import pay_options
from duitpos.domain.checkout.results import AlreadyPaid, Changed, DoNotPayAgain, GoToProcessor
from duitpos.domain.orders.guest_view import GuestState
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.kit.clock import now
from duitpos.models import Order, OrderLine, Payment, PaymentDecline
from tests.support.at_once import at_once
from tests.support.live_shop import Clock
from tests.support.scenarios import (
    EXPIRE,
    calls,
    end_wrongly,
    press_again,
    seen_by_guest,
    session_of,
    start_again,
)
from tests.support.shop import Shop, url_of

pytestmark = pytest.mark.django_db(transaction=True)
DECLINED = "4000000000009995"
BANK = {"method": "customer_balance", "delayed_seconds": 120}


def by_return(shop: Shop, payment: Payment) -> None:
    assert payment.order is not None
    handle_return(shop.tenant, payment.order.token)


def by_sweep(shop: Shop, payment: Payment) -> None:
    Payment.objects.filter(tenant=shop.tenant, id=payment.id).update(next_check_at=now())
    shop.sweep()


def by_button(shop: Shop, payment: Payment) -> None:
    check_now(shop.restaurant.owner, payment.id)


@pytest.mark.parametrize("ask", [by_return, by_sweep, by_button])
def test_m1_a_fetch_tells_an_asynchronous_failure_from_processing(
    webhookless_shop: Shop, clock: Clock, ask: Callable[[Shop, Payment], None]
) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    shop.pay(payment, delayed_result="fail", **BANK)
    ask(shop, payment)
    processing = shop.fresh(payment)
    assert (processing.status, processing.is_processing) == ("pending", True)
    assert payment.order is not None
    assert seen_by_guest(shop, payment.order).state == GuestState.PROCESSING
    clock.advance(seconds=130)
    session = session_of(shop, payment)
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    ask(shop, payment)
    failed = shop.fresh(payment)
    assert (failed.status, failed.processing_since) == ("failed", None)
    assert failed.failure
    seen = seen_by_guest(shop, payment.order)
    assert (seen.state, seen.can_pay_again) == (GuestState.NOT_PAID, True)
    assert shop.alerts() == []


def test_m1_the_event_of_an_asynchronous_failure_ends_it(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment, delayed_result="fail", **BANK)
    assert shop.fresh(payment).is_processing
    clock.advance(seconds=130)
    assert shop.fresh(payment).status == "failed"
    assert calls(shop, "GET") == [], "the event alone was enough"


def test_m1_an_asynchronous_payment_settles_when_it_is_received(shop: Shop, clock: Clock) -> None:
    payment = shop.start()
    shop.pay(payment, delayed_result="succeed", **BANK)
    assert shop.placed() == []
    clock.advance(seconds=130)
    assert shop.fresh(payment).status == "succeeded"
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m2_a_decline_changes_no_state_and_the_good_card_is_no_late_money(shop: Shop) -> None:
    payment = shop.start()
    assert session_of(shop, payment)["payment_intent"] is None, "so the decline is matched by its metadata"
    assert shop.pay(payment, card=DECLINED)["result"] == "declined"
    pending = shop.fresh(payment)
    assert (pending.status, pending.failure) == ("pending", {})
    decline = PaymentDecline.objects.get(tenant=shop.tenant)
    assert (decline.payment_id, decline.decline_code) == (payment.id, "insufficient_funds")
    assert [event.outcome for event in shop.events()] == ["declined"]
    shop.pay(payment)
    assert shop.fresh(payment).status == "succeeded"
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.alerts() == []


def test_m2_a_decline_in_a_fetch_and_in_an_event_is_one_row(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    shop.pay(payment, card=DECLINED)
    by_sweep(shop, payment)
    seen = PaymentDecline.objects.get(tenant=shop.tenant)
    shop.listen()
    (event,) = [e for e in shop.sandbox.listed("events") if e["type"] == "payment_intent.payment_failed"]
    shop.sandbox.control("POST", f"/events/{event['id']}/resend", {})
    shop.sandbox.idle()
    assert [event.outcome for event in shop.events()] == ["declined"]
    assert PaymentDecline.objects.get(tenant=shop.tenant) == seen
    assert shop.fresh(payment).status == "pending"


def test_m3_the_same_key_is_the_same_order_and_session(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    order = shop.orders()[0]
    again = press_again(shop, order)
    assert isinstance(again, GoToProcessor)
    assert (again.order.id, url_of(again)) == (order.id, url_of(payment.next_step))
    assert len(shop.orders()) == 1
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m3_the_same_key_after_paying_shows_the_paid_order(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, AlreadyPaid), "asked before sending the guest to pay twice"
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m3_other_contents_under_one_key_are_refused_under_a_new_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    (order,) = shop.orders()
    answer = press_again(shop, order, cart=shop.cart(5))
    assert isinstance(answer, Changed)
    assert answer.why == "edited"
    assert answer.new_key != order.checkout_key
    assert answer.quote.totals.total_minor == 5 * 1250
    assert len(shop.orders()) == 1
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m3_an_edited_cart_expires_the_old_session_before_the_new_one_is_started(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    first = shop.start()
    second = shop.start(cart=shop.cart(3))
    old, new = shop.orders()
    assert new.replaces_id == old.id
    assert session_of(shop, first)["status"] == "expired"
    assert session_of(shop, second)["status"] == "open"
    assert shop.fresh(first).status == "canceled"
    posts = [call["target"].rpartition("/")[2] for call in calls(shop, "POST")]
    assert posts == ["sessions", "expire", "sessions"]


def test_m4_an_order_has_one_live_attempt(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    (order,) = shop.orders()
    lines = list(OrderLine.objects.filter(tenant=shop.tenant, order=order))
    (option,) = pay_options(shop.tenant, shop.restaurant.location)
    another = new_attempt(shop.request(), order, lines, option, now())
    with pytest.raises(IntegrityError), transaction.atomic():
        another.save(force_insert=True)


@pytest.mark.races
def test_m4_two_presses_at_once_share_one_attempt_and_its_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    first = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(status="failed", ended_at=now())
    (order,) = shop.orders()
    answers = at_once([lambda: press_again(shop, order)] * 4)
    assert {type(answer) for answer in answers} == {GoToProcessor}
    assert len({url_of(answer) for answer in answers}) == 1
    second = shop.payment_of(order)
    assert Payment.objects.filter(tenant=shop.tenant).count() == 2
    assert (second.status, second.id != first.id) == ("pending", True)
    keys = {call["headers"]["idempotency-key"] for call in calls(shop, "POST", "/sessions")}
    assert keys == {str(first.id), str(second.id)}
    assert len(shop.sandbox.listed("sessions")) == 2


def test_m5_a_session_paid_meanwhile_is_settled_and_no_attempt_is_started(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    answer = shop.checkout(cart=shop.cart(3))
    assert isinstance(answer, AlreadyPaid)
    assert answer.order.id == shop.fresh(payment).order_id
    assert [order.label for order in shop.orders()] == ["T1"]


def test_m5_processing_starts_nothing_new(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment, delayed_result=None, **BANK)
    answer = shop.checkout(cart=shop.cart(3))
    assert isinstance(answer, DoNotPayAgain)
    assert shop.fresh(payment).is_processing
    assert seen_by_guest(shop, answer.order).state == GuestState.PROCESSING
    assert len(shop.orders()) == 1
    assert isinstance(press_again(shop, answer.order), DoNotPayAgain)


@pytest.mark.parametrize("fault", [{"fault": "error", "status": 503}, {"fault": "drop", "when": "before"}])
def test_m5_no_answer_starts_nothing_new(webhookless_shop: Shop, fault: dict[str, object]) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.fault(path=EXPIRE, count=2, **fault)  # type: ignore[arg-type]
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain)
    assert (shop.fresh(payment).status, len(shop.orders())) == ("pending", 1)
    shop.start(cart=shop.cart(3))
    assert shop.fresh(payment).status == "canceled", "and when Stripe answers again, it goes on"


def test_m5_expiring_uses_no_pinned_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    shop.sandbox.fault("error", status=400, path=EXPIRE)
    assert isinstance(shop.checkout(cart=shop.cart(3)), DoNotPayAgain)
    shop.start(cart=shop.cart(3))
    keys = [call["headers"]["idempotency-key"] for call in calls(shop, "POST", "/expire")]
    assert len(set(keys)) == len(keys) == 2


def test_m5_a_lapsed_order_is_tried_again_under_a_new_row_and_key(shop: Shop) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    (order,) = shop.orders()
    second = start_again(shop, order)
    assert (second.id != payment.id, second.reference != payment.reference) == (True, True)
    assert Order.objects.filter(tenant=shop.tenant).count() == 1
