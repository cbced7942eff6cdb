"""An account where nothing happens is asked less often; its payments keep their schedule, and the next one wakes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duitpos.domain.checkout.checkout import checkout
from duitpos.domain.checkout.guest_checkout import GuestCheckout
from duitpos.domain.checkout.results import GoToProcessor
from duitpos.domain.payments.schedule import EVENTS_EVERY, IDLE_ASKS, IDLE_EVERY, next_events
from duitpos.domain.sweep import ask_account
from duitpos.domain.sweep.sweep import sweep
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Order, Payment, ProcessorAccount
from tests.support.live_shop import Clock
from tests.support.scenarios import calls
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def fall_idle(shop: Shop, asks: int = 100) -> None:
    """Nothing was found for so many questions; the next one is half an hour away."""
    rows = ProcessorAccount.objects.filter(tenant=shop.tenant)
    rows.update(idle_asks=asks, next_events_at=now() + IDLE_EVERY)


def account_of(shop: Shop) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=shop.tenant)


def pause_of(shop: Shop) -> timedelta:
    """Until the account is asked again."""
    due = account_of(shop).next_events_at
    assert due is not None
    return due - now()


def started(shop: Shop, request: GuestCheckout) -> Order:
    outcome = checkout(request)
    assert isinstance(outcome, GoToProcessor), outcome
    return outcome.order


def test_the_pause_grows_to_its_bound() -> None:
    at = now()
    minutes = [
        (next_events(asks, at) - at) / timedelta(minutes=1) for asks in (0, IDLE_ASKS, 21, 22, 23, 24, 10**6)
    ]
    assert minutes == [3, 3, 6, 12, 24, 30, 30]


def test_it_is_asked_as_usual_for_an_hour_and_then_less_often(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(next_events_at=now())
    # The day's review, which lists an event too, is not due.
    AccountHealth.objects.create(
        tenant=shop.tenant, account=shop.account, next_review_at=now() + timedelta(days=1)
    )
    pauses = []
    for asked in range(1, IDLE_ASKS + 6):
        sweep()
        assert len(calls(shop, "GET", "/events")) == asked
        pauses.append(round(pause_of(shop) / timedelta(minutes=1)))
        clock.advance(seconds=pause_of(shop).total_seconds() - 30, theirs=False)
        sweep()
        assert len(calls(shop, "GET", "/events")) == asked, "not before"
        clock.advance(seconds=31, theirs=False)
    assert pauses == [3] * IDLE_ASKS + [6, 12, 24, 30, 30]


def test_a_new_payment_makes_it_normal(webhookless_shop: Shop) -> None:
    fall_idle(webhookless_shop)
    webhookless_shop.start()
    assert account_of(webhookless_shop).idle_asks == 0
    assert pause_of(webhookless_shop) <= EVENTS_EVERY


def test_so_does_another_try_to_pay_an_order(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    request = shop.request()
    first = shop.payment_of(started(shop, request))
    shop.sandbox.control("POST", f"/sessions/{first.reference}/expire", {})
    fall_idle(shop)
    second = shop.payment_of(started(shop, request))
    assert second.id != first.id
    assert account_of(shop).idle_asks == 0


def test_so_does_an_event_that_was_missed(shop: Shop) -> None:
    shop.sandbox.rule("drop", count=None)
    shop.pay(shop.start())
    fall_idle(shop)
    shop.sweep(after=IDLE_EVERY)
    assert Payment.objects.get(tenant=shop.tenant).status == "succeeded"
    assert account_of(shop).idle_asks == 0
    assert pause_of(shop) <= EVENTS_EVERY


def test_its_due_payments_are_asked_about_on_time(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    fall_idle(shop)
    clock.advance(seconds=91, theirs=False)
    sweep()
    assert shop.fresh(payment).status == "succeeded"
    assert calls(shop, "GET", "/events") == [], "it is not asked for more"


def test_a_payment_that_starts_during_a_question_is_not_forgotten(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop

    def meanwhile(*args: object) -> int:
        shop.start()
        return 0

    monkeypatch.setattr(ask_account, "fetch_missed_events", meanwhile)
    fall_idle(shop)
    shop.sweep(after=IDLE_EVERY)
    assert account_of(shop).idle_asks == 0
    assert pause_of(shop) <= EVENTS_EVERY
