"""M6 to M10: lost, refused, repeated and concurrent calls."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from duitpos.domain.checkout import start as start_module
from duitpos.domain.checkout.results import GoToProcessor, StartRefused
from duitpos.domain.checkout.start import start
from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.kit.clock import now
from duitpos.models import Payment, Refund, Tenant
from duitpos.models.alert import AlertKind as A
from tests.support.at_once import at_once
from tests.support.live_shop import Clock
from tests.support.scenarios import SESSIONS, calls, press_again, session_of, start_again
from tests.support.shop import Shop, url_of

pytestmark = pytest.mark.django_db(transaction=True)
LOST = {"fault": "drop", "when": "after", "path": SESSIONS, "method": "POST", "count": 2}
NEVER_ARRIVED = {**LOST, "when": "before"}


def lose(shop: Shop, fault: dict[str, Any]) -> Payment:
    """A guest presses Pay, and no response arrives."""
    shop.sandbox.fault(**fault)
    with pytest.raises(Unavailable, match=r"start_refused|processor_no_answer"):
        shop.checkout()
    (payment,) = Payment.objects.filter(tenant=shop.tenant)
    assert (payment.status, payment.reference) == ("created", "")
    return payment


@pytest.mark.races
def test_m6_many_refunds_at_once_reserve_the_money_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    shop.sweep(after=timedelta(minutes=2))
    owner = shop.restaurant.owner
    results = at_once([lambda: refund_payment(owner, payment.id, "pressed twice")] * 8)
    (refund,) = Refund.objects.filter(tenant=shop.tenant)
    assert {result.id for result in results} == {refund.id}
    settled = shop.fresh(payment)
    assert settled.refund_reserved_minor == refund.amount_minor == settled.moved_minor
    assert len(shop.sandbox.listed("refunds")) == 1
    assert shop.ledger() == [("payment", 2500), ("refund", -2500)]


def test_m7_a_lost_answer_heals_into_the_same_session(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = lose(shop, LOST)
    (session,) = shop.sandbox.listed("sessions")
    shop.sweep(after=timedelta(minutes=2))
    healed = shop.fresh(payment)
    assert (healed.status, healed.reference, url_of(healed.next_step)) == (
        "pending",
        session["id"],
        session["url"],
    )
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    assert url_of(answer) == session["url"], "a returning guest gets it"
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m7_a_late_event_of_a_lost_session_is_matched_by_its_metadata(shop: Shop) -> None:
    payment = lose(shop, LOST)
    (session,) = shop.sandbox.listed("sessions")
    shop.sandbox.pay(session["id"])
    shop.sandbox.idle()
    settled = shop.fresh(payment)
    assert (settled.status, settled.reference) == ("succeeded", session["id"])
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m7_a_late_retry_of_a_lost_call_is_refused_and_the_next_attempt_is_a_new_row(
    webhookless_shop: Shop, clock: Clock
) -> None:
    shop = webhookless_shop
    payment = lose(shop, NEVER_ARRIVED)
    # Less than 30 minutes are left until the pinned expires_at.
    clock.advance(minutes=20)
    shop.sweep()
    failed = shop.fresh(payment)
    assert failed.status == "failed"
    assert "expires_at" in failed.failure["said"]
    assert shop.sandbox.listed("sessions") == []
    second = start_again(shop, shop.orders()[0])
    assert (second.id != payment.id, second.status) == (True, "pending")


def test_m7_a_call_older_than_a_day_is_not_retried(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = lose(shop, NEVER_ARRIVED)
    clock.advance(hours=25)
    shop.sweep()
    assert shop.fresh(payment).status == "failed"
    assert shop.sandbox.listed("sessions") == []


def test_m7_without_a_response_for_a_day_the_attempt_ends(webhookless_shop: Shop, clock: Clock) -> None:
    shop = webhookless_shop
    payment = lose(shop, {**NEVER_ARRIVED, "count": None})
    clock.advance(hours=2)
    shop.sweep()
    assert shop.fresh(payment).status == "created"
    clock.advance(hours=22)
    shop.sweep()
    assert shop.fresh(payment).status == "failed"


def test_m7_a_stored_500_ends_the_attempt_and_the_next_has_a_new_key(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=500, path=SESSIONS, method="POST")
    with pytest.raises((StartRefused, Unavailable), match=r"start_refused|processor_no_answer"):
        shop.checkout()
    shop.sweep(after=timedelta(minutes=2))
    (first,) = Payment.objects.filter(tenant=shop.tenant)
    assert first.status == "failed", "the replay would answer 500 for a day"
    second = start_again(shop, shop.orders()[0])
    assert second.status == "pending"
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m8_a_session_that_nobody_would_watch_is_expired_and_nobody_sent_to_it(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("hang", seconds=1.5, path=SESSIONS, method="POST")
    told: list[StartRefused] = []

    def press() -> None:
        try:
            shop.checkout()
        except StartRefused as error:
            told.append(error)
        finally:
            connection.close()

    guest = threading.Thread(target=press)
    guest.start()
    while not shop.sandbox.listed("sessions"):
        guest.join(0.05)
    payment = Payment.objects.get(tenant=shop.tenant)
    assert advance_payment(payment, ("created",), "failed", ended_at=now(), next_check_at=None)
    guest.join(10)
    assert [error.code for error in told] == [Code.PAYMENT_CLOSED]
    (session,) = shop.sandbox.listed("sessions")
    assert session["status"] == "expired"
    assert shop.fresh(payment).status == "failed"


def test_m8_the_slower_concurrent_request_goes_to_the_faster_ones_page(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = lose(shop, LOST)
    stale = shop.fresh(payment)
    step = start(shop.fresh(payment))
    assert url_of(start(stale)) == url_of(step) == url_of(shop.fresh(payment).next_step)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "rate_limit"},
        {"fault": "lock_timeout"},
        {"fault": "error", "status": 409},
        {"fault": "error", "status": 502},
        {"fault": "error", "status": 503},
        {"fault": "drop", "when": "before"},
        {"fault": "garbage"},
    ],
    ids=lambda fault: f"{fault['fault']}{fault.get('status', '')}",
)
def test_m9_no_definite_answer_leaves_the_payment(
    webhookless_shop: Shop, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 0.1)
    shop = webhookless_shop
    payment = lose(shop, {"path": SESSIONS, "method": "POST", "count": 9, **fault})
    shop.sandbox.control("DELETE", "/faults")
    answer = press_again(shop, shop.orders()[0])
    assert isinstance(answer, GoToProcessor)
    again = shop.fresh(payment)
    assert (again.status, url_of(again.next_step)) == ("pending", url_of(answer))
    assert len(shop.sandbox.listed("sessions")) == 1
    assert shop.alerts() == []


@pytest.mark.parametrize("fault", ["rate_limit", "lock_timeout"])
def test_m9_one_busy_response_is_retried(
    webhookless_shop: Shop, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 0.1)
    shop = webhookless_shop
    shop.sandbox.fault(fault, path=SESSIONS, method="POST")
    assert isinstance(shop.checkout(), GoToProcessor)
    assert len(shop.sandbox.listed("sessions")) == 1


def test_m9_the_wait_for_a_concurrent_request_ends_at_the_deadline(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duitpos.kit.deadline.SECONDS", 1.0)
    monkeypatch.setattr(start_module, "WORTH_A_START", 0.0)
    monkeypatch.setattr(start_module, "CONCURRENT_PATIENCE", 600.0)
    begun = time.monotonic()
    lose(webhookless_shop, {"fault": "rate_limit", "path": SESSIONS, "method": "POST", "count": 9})
    assert time.monotonic() - begun < 100, "the deadline ended the wait for the concurrent request"


def test_m9_a_definite_refusal_ends_the_attempt(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("error", status=400, path=SESSIONS, method="POST", message="Not in your country.")
    with pytest.raises(StartRefused, match="start_refused"):
        shop.checkout()
    payment = Payment.objects.get(tenant=shop.tenant)
    assert payment.status == "failed"
    assert payment.failure["said"] == "Not in your country."


@pytest.mark.races
def test_m9_a_second_tap_during_the_first_shows_no_error(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    shop.sandbox.fault("hang", seconds=1, path=SESSIONS, method="POST", when="before")
    checkout_request = shop.request()
    from duitpos.domain.checkout.checkout import checkout

    answers = at_once([lambda: checkout(checkout_request)] * 3)
    assert {type(answer) for answer in answers} == {GoToProcessor}
    assert len({url_of(answer) for answer in answers}) == 1
    assert len(shop.sandbox.listed("sessions")) == 1
    assert Payment.objects.get(tenant=shop.tenant).status == "pending"


def test_m10_a_replay_says_what_was_pinned_whatever_has_changed_since(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = lose(shop, LOST)
    Tenant.objects.filter(id=shop.tenant.id).update(name="Another name", slug="another-slug")
    shop.item.name = "Renamed"
    shop.item.save()
    with translation.override("de"):
        start(shop.fresh(payment))
    said = [(call["body"], call["headers"]["stripe-version"]) for call in calls(shop, "POST", "/sessions")]
    assert len(set(said)) == 1
    assert len(said) == 3, "two tries and the replay"
    assert len(shop.sandbox.listed("sessions")) == 1
    pinned = payment.checkout_request
    assert pinned["api_version"] == said[0][1], "the version is pinned, too"
    assert pinned["expires_at"] == session_of(shop, shop.fresh(payment))["expires_at"]


def test_m10_the_same_key_with_other_parameters_opens_an_alert(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = lose(shop, LOST)
    Payment.objects.filter(tenant=shop.tenant).update(
        checkout_request={**payment.checkout_request, "description": "rebuilt"}
    )
    shop.sweep(after=timedelta(minutes=2))
    assert shop.fresh(payment).status == "failed"
    assert shop.alerts() == [A.KEY_REUSED]
    assert start_again(shop, shop.orders()[0]).status == "pending"
