"""Values from the processor that are too long or invalid: a paid payment still places its order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe

from duitpos.domain.checkout.handle_return import handle_return
from duitpos.domain.payments.events.receive import Received, receive
from duitpos.domain.staff_actions.check_payment import check_now
from duitpos.models import Payment
from tests.support.at_once import deliver, event_of
from tests.support.shop import WEBHOOK_SECRET, Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"
TOO_LONG = "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example.com"


def paid_without_delivery(shop: Shop) -> tuple[Payment, dict[str, Any]]:
    """A paid payment, and its event, which was not delivered yet."""
    shop.sandbox.rule("drop", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    return payment, event_of(shop, COMPLETED)


@pytest.mark.parametrize("email", [TOO_LONG, "gu\0est@example.com", "gu\ud800est@example.com", 5, ["x"]])
def test_an_invalid_email_is_dropped_and_the_order_is_placed(shop: Shop, email: Any) -> None:
    payment, event = paid_without_delivery(shop)
    event["data"]["object"]["customer_details"]["email"] = email
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).guest_email == ""
    assert [order.label for order in shop.placed()] == ["T1"]


@pytest.mark.parametrize("path", ["sweep", "return", "button"])
def test_a_too_long_email_does_not_stop_other_paths(webhookless_shop: Shop, path: str) -> None:
    shop = webhookless_shop
    payment = shop.fresh(shop.start())
    assert payment.order is not None
    shop.sandbox.pay(payment.reference, email=TOO_LONG)
    if path == "sweep":
        assert shop.sweep(after=timedelta(minutes=2)).errors == 0
    elif path == "return":
        handle_return(shop.tenant, payment.order.token)
    else:
        check_now(shop.restaurant.owner, payment.id)
    assert (shop.fresh(payment).status, shop.fresh(payment).guest_email) == ("succeeded", "")
    assert shop.alerts() == []


def test_invalid_references_are_dropped_and_the_order_is_placed(shop: Shop) -> None:
    payment, event = paid_without_delivery(shop)
    event["data"]["object"]["payment_intent"] = "pi_" + "x" * 200
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.named(shop.fresh(payment)) == ""


def test_a_declines_texts_are_cut_and_cleaned(shop: Shop) -> None:
    payment = shop.start()
    shop.pay(payment, card="4000000000009995")
    event = event_of(shop, "payment_intent.payment_failed", id="evt_odd")
    error = event["data"]["object"]["last_payment_error"]
    error.update(charge="ch_odd", code="c\0" * 90, decline_code="d\ud800" * 90, message="m\0" * 900)
    error["payment_method"]["card"]["brand"] = "vi\0sa"
    assert deliver(shop, event).status == 200
    row = shop.fresh(payment).declines.get(tenant=shop.tenant, reference="ch_odd")
    assert (row.code, row.decline_code, row.message) == ("c" * 60, "d" * 60, "m" * 300)
    assert row.method["brand"] == "visa"


def signed(shop: Shop, body: str | bytes) -> Received:
    raw = body.encode() if isinstance(body, str) else body
    header = stripe.WebhookSignature.generate_signature_header(raw.decode(), WEBHOOK_SECRET)
    return receive(shop.tenant, "stripe", raw, {"stripe-signature": header})


def test_a_body_that_cannot_be_parsed_is_malformed(shop: Shop) -> None:
    _, event = paid_without_delivery(shop)
    digits = json.dumps(event).replace('"amount_total": 2500', '"amount_total": ' + "9" * 5000)
    for body in (digits, b"[\0\xc2\x80", b"\0\0\0[", "﻿{}"):
        assert signed(shop, body) == Received(400, "malformed")
    assert shop.placed() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "evt_\0"},
        {"id": "evt_\ud800"},
        {"id": "e" * 81},
        {"id": ""},
        {"type": "checkout.\0"},
        {"type": "checkout.\ud800"},
        {"created": 10**30},
    ],
)
def test_an_event_without_a_valid_id_or_type_is_malformed(shop: Shop, changes: dict[str, Any]) -> None:
    _, event = paid_without_delivery(shop)
    assert deliver(shop, {**event, **changes}) == Received(400, "malformed")
    assert shop.events() == []


@pytest.mark.parametrize("currency", ["123", "ßßß", "m\0r", "   "])
def test_an_invalid_currency_leads_to_a_fetch(shop: Shop, currency: str) -> None:
    payment, event = paid_without_delivery(shop)
    event["data"]["object"]["currency"] = currency
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).moved_minor == 2500


def test_a_time_outside_the_calendar_is_dropped(shop: Shop) -> None:
    payment, event = paid_without_delivery(shop)
    assert deliver(shop, {**event, "created": 253402300799}) == Received(400, "malformed")
    event["data"]["object"]["payment_intent"] = {
        "id": event["data"]["object"]["payment_intent"],
        "latest_charge": {"id": "ch_1", "created": 253402300799},
    }
    assert deliver(shop, event) == Received(200, "settled")
    paid_at = shop.fresh(payment).paid_at
    assert paid_at is not None
    assert paid_at.year < 2100
