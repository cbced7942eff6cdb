"""M65 to M70: which events are trusted, how reduced events are handled, and which data is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from duitpos.dashboard.texts.alerts import shown_alert
from duitpos.dashboard.texts.refunds import refund_text
from duitpos.domain.alerts.queries import open_alerts
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.orders.timeline import order_details
from duitpos.domain.payments.events.receive import Received, receive
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.processor_accounts.view import Health, account_view
from duitpos.domain.staff_actions.cancel_order import cancel_order
from duitpos.domain.sweep.purge import purge
from duitpos.kit.clock import now
from duitpos.models import Dispute, Payment, PaymentDecline, ProcessorAccount, Refund, WebhookEvent
from duitpos.models.payment_setup import AccountState
from tests.support.at_once import deliver, event_of
from tests.support.credentials import keep
from tests.support.scenarios import calls
from tests.support.shop import WEBHOOK_SECRET, Shop, an_account

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS_SECRET = "whsec_of_the_retired_test_account"


def paid(shop: Shop, **how: Any) -> Payment:
    payment = shop.start()
    shop.sandbox.pay(payment.reference, **how)
    shop.sweep(after=timedelta(minutes=2))
    payment = shop.fresh(payment)
    assert payment.status == "succeeded"
    return payment


def another_account(shop: Shop) -> ProcessorAccount:
    """A retired account of the same restaurant, whose webhook secret somebody still has."""
    other = shop.sandbox.control("POST", "/accounts", {"name": "Old one"})
    account = an_account(shop.restaurant, shop.sandbox, external_id=other["id"], state=AccountState.RETIRED)
    keep(account, secret_key=other["secret_key"], webhook_secret=OTHERS_SECRET)
    account.save()
    return account


def deliver_signed(shop: Shop, event: dict[str, Any], secret: str = OTHERS_SECRET) -> Received:
    body = json.dumps(event, indent=2)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret)
    return receive(shop.tenant, "stripe", body.encode(), {"stripe-signature": signature})


def an_event(type_: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_made_up",
        "object": "event",
        "api_version": stripe.api_version,
        "created": int(now().timestamp()),
        "livemode": False,
        "type": type_,
        "data": {"object": thing},
        **changes,
    }


def a_refund_of(shop: Shop, payment: Payment) -> dict[str, Any]:
    return {
        "id": "re_made_up",
        "object": "refund",
        "amount": payment.amount_minor,
        "currency": "myr",
        "status": "succeeded",
        "payment_intent": shop.named(payment),
        "charge": shop.named(payment, "charge"),
        "metadata": {},
    }


def a_dispute_of(shop: Shop, payment: Payment, **changes: Any) -> dict[str, Any]:
    return {
        "id": "du_made_up",
        "object": "dispute",
        "amount": payment.amount_minor,
        "currency": "myr",
        "status": "needs_response",
        "reason": "fraudulent",
        "created": int(now().timestamp()),
        "payment_intent": shop.named(payment),
        "charge": shop.named(payment, "charge"),
        "evidence_details": {"due_by": int(now().timestamp()) + 9 * 86400},
        "balance_transactions": [
            {"id": "txn_1", "amount": -payment.amount_minor, "currency": "myr", "fee": 6000}
        ],
        **changes,
    }


def test_m65_a_refund_that_another_account_signed_is_looked_up_and_not_booked(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    another_account(shop)
    payment = paid(shop)
    event = an_event("refund.updated", a_refund_of(shop, payment))
    assert deliver_signed(shop, event).status == 200
    assert not Refund.objects.filter(tenant=shop.tenant).exists()
    assert shop.ledger() == [("payment", 2500)]
    assert calls(shop, "GET", "/refunds"), "the payment's own account was asked"


def test_m65_a_dispute_that_another_account_signed_is_fetched_and_not_booked(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    another_account(shop)
    payment = paid(shop)
    assert deliver_signed(shop, an_event("charge.dispute.created", a_dispute_of(shop, payment))).status == 200
    assert not Dispute.objects.filter(tenant=shop.tenant).exists()
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == []


def test_m65_a_decline_that_another_account_signed_is_not_stored(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    another_account(shop)
    payment = shop.start()
    correlation = payment.checkout_request["correlation"]
    thing = {
        "id": "pi_made_up",
        "object": "payment_intent",
        "metadata": correlation,
        "last_payment_error": {"code": "card_declined", "message": "no"},
    }
    assert deliver_signed(shop, an_event("payment_intent.payment_failed", thing)).status == 200
    assert not PaymentDecline.objects.filter(tenant=shop.tenant).exists()


def test_m65_a_paid_session_that_another_account_signed_settles_nothing(webhookless_shop: Shop) -> None:
    """Neither the payment's own session nor another one with its metadata."""
    shop = webhookless_shop
    another_account(shop)
    payment = shop.start()
    session = shop.sandbox.listed("sessions")[0] | {"status": "complete", "payment_status": "paid"}
    event = an_event("checkout.session.completed", session)
    assert deliver_signed(shop, event) == Received(200, "still_open")
    other = an_event("checkout.session.completed", session | {"id": "cs_test_elsewhere"}, id="evt_2")
    assert deliver_signed(shop, other) == Received(200, "unknown_payment")
    assert shop.fresh(payment).status == "pending"
    assert shop.placed() == []


def test_m65_an_event_in_another_mode_than_its_account_is_a_reduced_event(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    session = shop.sandbox.listed("sessions")[0] | {"status": "complete", "payment_status": "paid"}
    event = an_event("checkout.session.completed", session, livemode=True)
    assert deliver_signed(shop, event, WEBHOOK_SECRET) == Received(200, "still_open")
    assert shop.fresh(payment).status == "pending"


def test_m65_an_event_that_the_payments_own_account_signed_is_trusted(shop: Shop) -> None:
    payment = paid(shop)
    before = len(calls(shop, "GET", ""))
    thing = a_refund_of(shop, payment)
    assert deliver_signed(shop, an_event("refund.updated", thing), WEBHOOK_SECRET).outcome == "refunded"
    assert len(calls(shop, "GET", "")) == before
    Refund.objects.filter(tenant=shop.tenant).update(next_check_at=None)


# -- M66, M67: disputes -------------------------------------------------------------------------------------

FRAUD = "4000000000000259"


def settle_dispute(shop: Shop, status: str) -> None:
    (dispute,) = shop.sandbox.listed("disputes")
    shop.sandbox.control("POST", f"/disputes/{dispute['id']}/decide", {"status": status})
    shop.sandbox.idle()


def test_m66_a_dispute_is_seen_booked_and_an_alert(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=FRAUD)
    (dispute,) = Dispute.objects.filter(tenant=shop.tenant)
    assert (dispute.payment_id, dispute.status, dispute.amount_minor) == (payment.id, "needs_response", 2500)
    assert dispute.respond_by is not None
    assert sorted(shop.ledger()) == [("dispute", -2500), ("payment", 2500)]
    assert shop.alerts() == ["dispute"]
    settle_dispute(shop, "won")
    dispute.refresh_from_db()
    assert dispute.status == "won"
    assert sorted(shop.ledger()) == [("dispute", -2500), ("dispute_return", 2500), ("payment", 2500)]
    assert shop.alerts() == []
    assert {event.outcome for event in shop.events()} <= {
        "settled",
        "dispute_needs_response",
        "dispute_won",
        "already",
    }


def test_m66_a_lost_dispute_keeps_its_alert(shop: Shop) -> None:
    shop.pay(shop.start(), card=FRAUD)
    settle_dispute(shop, "lost")
    assert Dispute.objects.get(tenant=shop.tenant).status == "lost"
    assert shop.alerts() == ["dispute"]
    assert sorted(shop.ledger()) == [("dispute", -2500), ("payment", 2500)]


def test_m66_an_inquiry_moves_no_money(shop: Shop) -> None:
    shop.pay(shop.start(), card="4000000000001976")
    assert Dispute.objects.get(tenant=shop.tenant).status == "inquiry"
    assert shop.ledger() == [("payment", 2500)]
    assert shop.alerts() == ["dispute"]
    settle_dispute(shop, "warning_closed")
    assert shop.alerts() == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_m66_events_in_any_order_and_repeated_give_the_same_ledger(
    webhookless_shop: Shop, order: tuple[int, ...]
) -> None:
    shop = webhookless_shop
    payment = paid(shop)
    took = {"id": "txn_1", "amount": -2500, "currency": "myr", "fee": 6000}
    gave = {"id": "txn_2", "amount": 2500, "currency": "myr", "fee": 0}
    at = int(now().timestamp())
    events = [
        an_event(
            "charge.dispute.created",
            a_dispute_of(shop, payment, balance_transactions=[]),
            id="evt_0",
            created=at,
        ),
        an_event(
            "charge.dispute.funds_withdrawn",
            a_dispute_of(shop, payment, balance_transactions=[took]),
            id="evt_1",
            created=at,
        ),
        an_event(
            "charge.dispute.closed",
            a_dispute_of(shop, payment, status="won", balance_transactions=[took, gave]),
            id="evt_2",
            created=at,
        ),
    ]
    for position in (*order, *order):
        assert deliver_signed(shop, events[position], WEBHOOK_SECRET).status == 200
    assert Dispute.objects.get(tenant=shop.tenant).status == "won"
    assert sorted(shop.ledger()) == [
        ("dispute", -2500),
        ("dispute_fee", -6000),
        ("dispute_return", 2500),
        ("payment", 2500),
    ]
    assert shop.alerts() == []


def test_m66_a_dispute_before_the_payments_event_settles_the_payment_first(
    webhookless_shop: Shop,
) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference, card=FRAUD)
    assert deliver(shop, event_of(shop, "charge.dispute.created")).status == 200
    assert shop.fresh(payment).status == "succeeded"
    assert Dispute.objects.get(tenant=shop.tenant).payment_id == payment.id


def test_m66_a_dispute_of_a_foreign_payment_is_foreign(shop: Shop) -> None:
    thing = {"type": "charge.dispute.created", "foreign": True}
    shop.sandbox.control("POST", "/events", thing)
    shop.sandbox.idle()
    assert not Dispute.objects.filter(tenant=shop.tenant).exists()


def test_m67_staff_are_never_told_to_pay_out_what_the_bank_has_taken(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card=FRAUD)
    with pytest.raises(Conflict, match="money_disputed"):
        refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert shop.fresh(payment).refund_reserved_minor == 0
    done = cancel_order(shop.restaurant.owner, shop.orders()[0].id, "left", refund=True)
    assert [why.code for why in done.not_refunded] == [Code.MONEY_DISPUTED]
    assert done.refunds == ()
    assert shop.alerts() == ["dispute"], "no refund is due"
    (attempt,) = order_details(shop.tenant, shop.orders()[0].id).payments
    assert not attempt.can_refund, "no button for it either"
    settle_dispute(shop, "won")
    (attempt,) = order_details(shop.tenant, shop.orders()[0].id).payments
    assert attempt.refundable.minor == 2500
    settle_again = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert settle_again.payment_id == payment.id
    texts = [shown_alert(row).text for row in open_alerts(shop.tenant)]
    assert not any("another way" in text and "Do not" not in text for text in texts)


def test_m67_without_dispute_events_the_refused_refund_finds_the_dispute(
    guide_events_shop: Shop,
) -> None:
    shop = guide_events_shop
    payment = shop.start()
    shop.pay(payment, card=FRAUD)
    assert shop.alerts() == []
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "failed"
    assert "Do not pay it out another way" in refund_text(refund)
    assert "charged back" in refund_text(refund)
    assert shop.alerts() == ["dispute"]
    assert sorted(shop.ledger()) == [("dispute", -2500), ("payment", 2500)]


@pytest.mark.parametrize("code", ["insufficient_funds", "charge_expired_for_refund"])
def test_m67_another_refusal_shows_the_processors_message(shop: Shop, code: str) -> None:
    payment = shop.start()
    shop.pay(payment)
    shop.sandbox.fault(
        "error", status=400, method="POST", path="/v1/refunds$", code=code, message="Not enough balance."
    )
    refund = refund_payment(shop.restaurant.owner, payment.id, "cold")
    assert refund.status == "failed"
    assert "Not enough balance." in refund_text(refund)
    (row,) = open_alerts(shop.tenant)
    assert row.alert.kind == "refund_failed"
    assert "Not enough balance." in shown_alert(row).detail


# -- M69: thin events ---------------------------------------------------------------------------------------


def thin(type_: str, related: dict[str, str] | None) -> dict[str, Any]:
    return {
        "id": "evt_thin_1",
        "object": "v2.core.event",
        "type": type_,
        "created": datetime.now(UTC).isoformat(),
        "livemode": False,
        "context": None,
        "related_object": related,
    }


def test_m69_a_thin_event_is_followed_to_its_object(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference)
    url = f"/v1/checkout/sessions/{payment.reference}"
    event = thin(
        "v1.checkout.session.completed", {"id": payment.reference, "type": "checkout.session", "url": url}
    )
    assert deliver(shop, event) == Received(200, "settled")
    assert deliver(shop, event) == Received(200, "duplicate")
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    view = account_view(account, "https://x.example", shop.tenant.slug)
    assert Health.THIN_EVENTS in [one["code"] for one in view.health]


@pytest.mark.parametrize("kind", ["payment_intent", "charge", "refund", "dispute"])
def test_m69_thin_events_of_all_object_types_lead_to_a_fetch(webhookless_shop: Shop, kind: str) -> None:
    shop = webhookless_shop
    payment = shop.start()
    shop.sandbox.pay(payment.reference, card=FRAUD if kind == "dispute" else "4242424242424242")
    if kind == "refund":
        intent = shop.sandbox.listed("payment_intents")[0]["id"]
        shop.sandbox.control("POST", "/refunds", {"payment_intent": intent})
    lists = {
        "payment_intent": "payment_intents",
        "charge": "charges",
        "refund": "refunds",
        "dispute": "disputes",
    }
    thing = shop.sandbox.listed(lists[kind])[0]["id"]
    answer = deliver(shop, thin(f"v1.{kind}.updated", {"id": thing, "type": kind, "url": ""}))
    assert answer.status == 200
    assert shop.fresh(payment).status == "succeeded"
    assert Refund.objects.filter(tenant=shop.tenant).exists() is (kind == "refund")
    assert Dispute.objects.filter(tenant=shop.tenant).exists() is (kind == "dispute")


@pytest.mark.parametrize(
    "related",
    [
        None,
        {},
        {"id": "acct_1", "type": "v2.core.account"},
        {"type": "checkout.session"},
        {"id": 3, "type": []},
    ],
)
def test_m69_a_thin_event_about_another_object_type_is_counted(webhookless_shop: Shop, related: Any) -> None:
    answer = deliver(webhookless_shop, thin("v2.core.account.updated", related))
    assert answer == Received(200, "unknown_type")


def test_m69_a_thin_event_about_a_foreign_session_is_foreign(webhookless_shop: Shop) -> None:
    related = {"id": "cs_test_nowhere", "type": "checkout.session", "url": ""}
    assert deliver(webhookless_shop, thin("v1.checkout.session.completed", related)) == Received(
        200, "foreign"
    )


# -- M68, M70: what unverified requests can write, and what is kept ---------------------------------------------


def test_m68_bad_signatures_write_one_row_once_a_minute(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    with CaptureQueriesContext(
        connection,
    ) as seen:
        for _ in range(50):
            receive(shop.tenant, "stripe", b"{}", {"stripe-signature": "t=1,v1=0"})
    assert len([query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]) == 1


def test_m68_the_url_without_its_last_slash_is_accepted(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    body = shop.webhook_url.removesuffix("/")
    shop.endpoint = shop.sandbox.control(
        "POST",
        "/endpoints",
        {"url": body, "secret": WEBHOOK_SECRET, "enabled_events": ["checkout.session.completed"]},
    )
    shop.pay(shop.start())
    assert [order.label for order in shop.placed()] == ["T1"]


def test_m70_of_foreign_events_only_type_id_and_time_are_kept(shop: Shop) -> None:
    shop.sandbox.control("POST", "/events", {"type": "checkout.session.completed", "foreign": True})
    shop.sandbox.control("POST", "/events", {"type": "charge.refunded", "foreign": True})
    shop.sandbox.idle()
    rows = shop.events()
    assert {row.outcome for row in rows} == {"foreign"}
    assert {row.body for row in rows} == {""}
    assert all(row.dedupe_key and row.type for row in rows)


def test_m70_our_events_bodies_are_cleared_after_the_configured_days(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, email="guest@example.com")
    (event,) = shop.events(outcome="settled")
    assert "guest@example.com" in event.body
    assert purge().event_bodies == 0
    rows = WebhookEvent.objects.filter(tenant=shop.tenant, id=event.id)
    rows.update(received_at=now() - timedelta(days=31))
    with override_settings(EVENT_DAYS=30):
        rows.update(state="failed")
        assert purge().event_bodies == 0, "what is not done may still be looked at"
        rows.update(state="done")
        assert purge().event_bodies == 1
    assert rows.get().body == ""
    assert deliver(shop, event_of(shop, "checkout.session.completed")) == Received(200, "duplicate")
