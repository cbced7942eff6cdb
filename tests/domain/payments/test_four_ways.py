"""Webhook, return, sweep, button: each alone, and all in any order, make exactly one order."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.kit.clock import now
from duitpos.models import BusinessDay, OrderEvent, OutboxEntry, Payment
from duitpos.models.outbox import OutboxKind
from tests.support.live_shop import Clock
from tests.support.scenarios import calls, deliveries, end_wrongly, tell
from tests.support.shop import GUIDE_EVENTS, Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED, EXPIRED = GUIDE_EVENTS
Way = Callable[[Shop, Payment], object]


def by_webhook(shop: Shop, payment: Payment) -> None:
    (event,) = [event for event in shop.sandbox.listed("events") if event["type"] == COMPLETED]
    shop.sandbox.control("POST", f"/events/{event['id']}/resend", {})
    shop.sandbox.idle()


def by_return(shop: Shop, payment: Payment) -> None:
    order = shop.fresh(payment).order
    assert order is not None
    handle_return(shop.tenant, order.token)


def by_sweep(shop: Shop, payment: Payment) -> None:
    shop.sweep(after=timedelta(hours=1))


def by_button(shop: Shop, payment: Payment) -> None:
    check_now(shop.restaurant.owner, payment.id)


def assert_exactly_one(shop: Shop, payment: Payment, via: str | None = None) -> None:
    (order,) = shop.orders()
    settled = shop.fresh(payment)
    assert (order.status, order.label, order.released_by_id) == ("placed", "T1", payment.id)
    assert settled.status == "succeeded"
    assert via is None or settled.settled_via == via
    assert settled.guest_email == "guest@example.com"
    assert (settled.moved_minor, settled.moved_currency) == (2500, "MYR")
    assert BusinessDay.objects.get(tenant=shop.tenant).last_number == 1
    assert OrderEvent.objects.filter(tenant=shop.tenant, to_status="placed").count() == 1
    assert shop.ledger() == [("payment", 2500)]
    assert OutboxEntry.objects.filter(tenant=shop.tenant, kind=OutboxKind.RECEIPT).count() == 1
    due = OutboxEntry.objects.filter(tenant=shop.tenant).values_list("kind", flat=True)
    assert len(due) == len(set(due)), "one of each"
    assert shop.alerts() == []


def test_webhook_only(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    assert_exactly_one(shop, payment, "webhook")
    assert calls(shop, "GET") == [], "the signed event was enough"


def test_webhook_only_with_the_guides_two_events(guide_events_shop: Shop) -> None:
    payment = guide_events_shop.start()
    guide_events_shop.pay(payment)
    assert {event.type for event in guide_events_shop.events()} == {COMPLETED}
    assert_exactly_one(guide_events_shop, payment, "webhook")


def test_return_only_with_deliveries_dropped(shop: Shop) -> None:
    shop.sandbox.rule("drop", count=None)
    payment = shop.start()
    shop.pay(payment)
    assert shop.events() == []
    by_return(shop, payment)
    assert_exactly_one(shop, payment, "return")


def test_sweep_only_with_the_browser_closed_and_deliveries_dropped(shop: Shop, clock: Clock) -> None:
    shop.sandbox.rule("drop", count=None)
    payment = shop.start()
    shop.pay(payment)
    clock.advance(seconds=91)
    shop.sweep()
    assert shop.events() == []
    assert_exactly_one(shop, payment, "sweep")


def test_button_only(shop: Shop) -> None:
    shop.sandbox.rule("drop", count=None)
    payment = shop.start()
    shop.pay(payment)
    by_button(shop, payment)
    assert_exactly_one(shop, payment, "button")


@pytest.mark.parametrize("way", [by_return, by_sweep, by_button])
def test_without_any_webhook(webhookless_shop: Shop, way: Way) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.pay(payment)
    way(webhookless_shop, payment)
    assert_exactly_one(webhookless_shop, payment)


@pytest.mark.parametrize(
    "ways",
    list(itertools.permutations([by_webhook, by_return, by_sweep, by_button], 4))[::3],
    ids=lambda ways: "-".join(way.__name__[3:] for way in ways),
)
def test_all_of_them_one_after_the_other(shop: Shop, ways: tuple[Way, ...]) -> None:
    shop.sandbox.rule("drop", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    for way in ways:
        way(shop, payment)
        assert_exactly_one(shop, payment, ways[0].__name__[3:])


def test_the_receipt_is_sent_once(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    for _ in range(3):
        shop.sweep()
    (sent,) = mail.outbox
    assert sent.to == ["guest@example.com"]
    assert "T1" in sent.body
    work = OutboxEntry.objects.get(tenant=shop.tenant, kind=OutboxKind.RECEIPT)
    assert (work.outcome, work.due_at) == ("sent", None)


def test_a_receipt_that_can_never_be_sent_does_not_block_others(shop: Shop) -> None:
    broken = shop.start(guest_token="phone 1")
    shop.pay(broken)
    Payment.objects.filter(tenant=shop.tenant).update(guest_email="no\nheader@example.com")
    shop.pay(shop.start(guest_token="phone 2"))
    assert shop.sweep().errors == 0
    (sent,) = mail.outbox
    assert sent.to == ["guest@example.com"]
    work = OutboxEntry.objects.get(tenant=shop.tenant, kind=OutboxKind.RECEIPT, done_at=None)
    assert (work.subject_id, work.tries, work.outcome) == (broken.id, 1, "")
    assert work.problem["error"].startswith("BadHeaderError: ")
    assert work.due_at is not None
    assert work.due_at > now()


def test_a_refused_receipt_is_stored_without_the_address(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(message: mail.EmailMessage) -> int:
        raise SMTPRecipientsRefused({to: (550, f"<{to}>: no such user".encode()) for to in message.to})

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    shop.pay(shop.start())
    assert shop.sweep().errors == 0
    work = OutboxEntry.objects.get(tenant=shop.tenant, kind=OutboxKind.RECEIPT)
    assert work.problem["error"] == "OSError: SMTPRecipientsRefused: {'…': (550, b'<…>: no such user')}"
    assert "guest@example.com" not in caplog.text


def test_the_same_delivery_twice_is_200_without_effect(shop: Shop) -> None:
    shop.sandbox.rule("duplicate", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    (delivery,) = deliveries(shop, COMPLETED)
    answers = {(attempt["status"], attempt["response"]) for attempt in delivery["attempts"]}
    assert answers == {(200, "settled"), (200, "duplicate")}
    assert len(shop.events()) == 1
    assert_exactly_one(shop, payment, "webhook")


def test_re_sent_as_another_event(shop: Shop) -> None:
    shop.sandbox.rule("duplicate_event", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    assert sorted(event.outcome for event in shop.events()) == ["already", "settled"]
    assert_exactly_one(shop, payment, "webhook")


def test_reordered_with_a_decline_after_the_payment(shop: Shop) -> None:
    shop.sandbox.rule("reorder", count=2)
    payment = shop.start()
    shop.pay(payment, card="4000000000009995")
    shop.pay(payment)
    outcomes = [(event.type, event.outcome) for event in shop.events()]
    assert outcomes == [(COMPLETED, "settled"), ("payment_intent.payment_failed", "declined")]
    assert_exactly_one(shop, payment, "webhook")


def test_held_back_and_released_last_first(shop: Shop, clock: Clock) -> None:
    """The payment succeeds later, and that event arrives before the one that says "processing"."""
    shop.sandbox.rule("hold", count=None)
    payment = shop.start()
    shop.pay(payment, method="customer_balance", delayed_seconds=60)
    clock.advance(seconds=70)
    shop.sandbox.control("POST", "/deliveries/release", {"order": "lifo"})
    shop.sandbox.idle()
    assert [event.outcome for event in shop.events()] == ["settled", "processing"]
    assert_exactly_one(shop, payment, "webhook")


def test_expired_before_completed_is_one_order_with_an_alert(shop: Shop) -> None:
    payment = shop.start()
    end_wrongly(shop, payment)
    assert shop.fresh(payment).status == "canceled"
    shop.pay(payment)
    assert [order.label for order in shop.placed()] == ["T1"]
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == ["late_money"]


def test_completed_before_expired_stays_paid(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment)
    tell(shop, EXPIRED, payment, overrides={"status": "expired"})
    assert [event.outcome for event in shop.events()] == ["settled", "already"]
    assert_exactly_one(shop, payment, "webhook")


def test_a_session_that_expires_makes_no_order(guide_events_shop: Shop, clock: Clock) -> None:
    payment = guide_events_shop.start()
    clock.advance(minutes=46)
    assert guide_events_shop.fresh(payment).status == "canceled"
    (order,) = guide_events_shop.orders()
    assert (order.status, order.number) == ("held", None)
    assert guide_events_shop.ledger() == []
    assert guide_events_shop.alerts() == []


def test_a_return_stores_the_email_for_the_receipt(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.pay(payment, email="other@example.com")
    by_return(webhookless_shop, payment)
    assert webhookless_shop.fresh(payment).guest_email == "other@example.com"
    work = OutboxEntry.objects.get(tenant=webhookless_shop.tenant, kind=OutboxKind.RECEIPT)
    assert work.due_at is not None


def test_a_fetch_stores_the_payment_method(webhookless_shop: Shop) -> None:
    payment = webhookless_shop.start()
    webhookless_shop.pay(payment)
    by_sweep(webhookless_shop, payment)
    method = webhookless_shop.fresh(payment).method
    assert (method["kind"], method["brand"], method["last4"]) == ("card", "visa", "4242")
