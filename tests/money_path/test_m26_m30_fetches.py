"""M26 to M30: missing secret, rate limit of fetches, their schedule, deadlines, and fixed amounts."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.errors import Unavailable
from duitpos.domain.processor_accounts.view import account_view
from duitpos.domain.sweep.payments import claim, due_payments
from duitpos.domain.sweep.sweep import accounts_with_due_work, sweep
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind as A
from tests.support.at_once import at_once
from tests.support.credentials import keep
from tests.support.live_shop import Clock
from tests.support.restaurant import a_restaurant
from tests.support.scenarios import (
    SESSIONS,
    calls,
    deliveries,
    press_again,
    seen_by_guest,
    tell,
)
from tests.support.shop import Shop, url_of

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def test_m26_without_a_secret_nothing_is_believed_and_the_promise_holds(shop: Shop) -> None:
    keep(shop.account, webhook_secret="")
    shop.account.save()
    payment = shop.start()
    shop.pay(payment)
    (delivery,) = deliveries(shop, COMPLETED)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [400]
    assert shop.fresh(payment).status == "pending"
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    assert account.last_bad_signature == "no_secret"
    view = account_view(account, shop.url, shop.tenant.slug)
    assert view.health[0]["code"] == "nothing_verifies"
    shop.sweep(after=timedelta(minutes=2))
    assert [order.label for order in shop.placed()] == ["T1"]


def token_of(shop: Shop, payment: Payment) -> str:
    order = shop.fresh(payment).order
    assert order is not None
    token: str = order.token
    return token


@pytest.mark.races
def test_m27_a_hammered_return_asks_once_in_three_seconds(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    token = token_of(shop, payment)
    at_once([lambda: handle_return(shop.tenant, token)] * 8)
    assert len(calls(shop, "GET", payment.reference)) == 1
    assert seen_by_guest(shop, shop.orders()[0]).state == "checking"
    clock.advance(seconds=2)
    handle_return(shop.tenant, token)
    assert len(calls(shop, "GET", payment.reference)) == 1
    clock.advance(seconds=2)
    handle_return(shop.tenant, token)
    assert len(calls(shop, "GET", payment.reference)) == 2


def test_m27_a_return_asks_about_its_own_order_only(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    mine, other = shop.start(), shop.start(guest_token="another phone")
    shop.sandbox.pay(other.reference)
    assert handle_return(shop.tenant, token_of(shop, mine)).status == "held"
    assert [call["target"].partition("?")[0] for call in calls(shop, "GET")] == [
        f"/v1/checkout/sessions/{mine.reference}"
    ]
    assert shop.placed() == []


def test_m27_opening_the_page_makes_no_call(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    for _ in range(5):
        seen_by_guest(shop, shop.orders()[0])
    assert calls(shop, "GET") == []


def seconds_to_next_check(payment: Payment) -> float:
    assert payment.next_check_at is not None
    return (payment.next_check_at - now()).total_seconds()


def test_m28_looks_come_later_and_later_and_once_after_the_end(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    waits = []
    while shop.fresh(payment).status == "pending":
        wait = seconds_to_next_check(shop.fresh(payment))
        waits.append(wait)
        clock.advance(seconds=wait + 0.1)
        sweep()
    # 90 s, then 3, 6 and 12 minutes, then a minute after the session's end at 45 minutes.
    assert waits == pytest.approx([90, 180, 360, 720, 2760 - 1350], abs=20)
    assert len(calls(shop, "GET", payment.reference)) == len(waits)
    assert shop.fresh(payment).status == "canceled"


def test_m28_twenty_seconds_after_a_return_without_settle(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    handle_return(shop.tenant, token_of(shop, payment))
    assert seconds_to_next_check(shop.fresh(payment)) == pytest.approx(20, abs=5)
    shop.sandbox.pay(payment.reference)
    clock.advance(seconds=21)
    sweep()
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m28_processing_is_fetched_hourly_then_six_hourly_and_opens_an_alert_after_15_days(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.pay(payment, method="customer_balance", delayed_result=None)
    shop.sweep(after=timedelta(minutes=2))
    assert seconds_to_next_check(shop.fresh(payment)) == pytest.approx(3600, abs=5)
    clock.advance(hours=25)
    sweep()
    assert seconds_to_next_check(shop.fresh(payment)) == pytest.approx(6 * 3600, abs=5)
    assert shop.alerts() == []
    clock.advance(days=14)
    sweep()
    assert shop.alerts() == [A.STILL_PROCESSING]
    assert shop.fresh(payment).is_processing
    shop.sandbox.control("POST", f"/sessions/{payment.reference}/async_result", {"result": "succeed"})
    clock.advance(hours=7)
    sweep()
    assert shop.fresh(payment).status == "succeeded"
    assert shop.placed() == []
    assert shop.alerts() == [A.LATE_FOOD], "an order from two weeks ago is not cooked by itself (M60)"


def test_m28_after_a_minute_another_sweep_takes_over_a_crashed_ones_work(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    shop.start()
    clock.advance(seconds=91)
    (due,) = due_payments(shop.account, 10)
    (stale,) = due_payments(shop.account, 10)
    assert claim(due)
    assert not claim(stale)
    assert list(due_payments(shop.account, 10)) == []
    clock.advance(seconds=61)
    assert list(due_payments(shop.account, 10)) == [due]


@pytest.mark.races
def test_m28_two_workers_fetch_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    Payment.objects.filter(tenant=shop.tenant).update(next_check_at=now())
    at_once([sweep] * 4)
    assert len(calls(shop, "GET", payment.reference)) == 1


def test_m28_only_accounts_with_due_work_are_visited(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    a_restaurant("warung")
    assert accounts_with_due_work() == []
    shop.start()
    assert accounts_with_due_work() == []
    clock.advance(minutes=2)
    assert accounts_with_due_work() == [shop.account]


@pytest.mark.slow
def test_m29_a_start_that_hangs_ends_at_its_deadline_with_the_cart_kept(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("hang", seconds=90, path=SESSIONS, method="POST", count=2)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="processor_no_answer"):
        shop.checkout()
    assert time.monotonic() - began < 60, "the deadline ended it, not the processor"
    order = Order.objects.get(tenant=shop.tenant)
    assert order.status == "held"
    answer = press_again(shop, order)
    assert isinstance(answer, GoToProcessor)
    assert [session["url"] for session in shop.sandbox.listed("sessions")] == [url_of(answer)]


def test_m30_nothing_is_asked_for_that_would_change_the_amount(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.start()
    (call,) = calls(shop, "POST", "/sessions")
    said = {name: values[0] for name, values in parse_qs(call["body"]).items()}
    assert said["adaptive_pricing[enabled]"] == "false"
    assert not [
        name for name in said if "promotion" in name or "automatic_tax" in name or "discounts" in name
    ]
    assert not [name for name in said if name.startswith("payment_method_types")]


def test_m30_the_amount_shown_by_the_guests_bank_is_only_a_detail(shop: Shop) -> None:
    payment = shop.start()
    shop.sandbox.rule("drop", types=[COMPLETED])
    shop.pay(payment)
    shown = {"presentment_details": {"presentment_amount": 560, "presentment_currency": "usd"}}
    tell(shop, COMPLETED, payment, overrides=shown)
    settled = shop.fresh(payment)
    assert (settled.moved_minor, settled.moved_currency) == (2500, "MYR")
    assert settled.method["presentment"] == "560 usd"
    assert shop.alerts() == []
    assert [order.label for order in shop.placed()] == ["T1"]
