"""Words of the processor that fit no column, or that nothing can be made of: paid money is an order all the same."""

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
from tests.support.shop import WEBHOOK_SECRET, Shop
from tests.support.stampede import deliver, event_of

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"
TOO_LONG = "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".example.com"


def paid_silently(shop: Shop) -> tuple[Payment, dict[str, Any]]:
    """Paid, and the delivery of it is still to be made."""
    shop.sandbox.rule("drop", types=[COMPLETED])
    payment = shop.start()
    shop.pay(payment)
    return payment, event_of(shop, COMPLETED)


@pytest.mark.parametrize("email", [TOO_LONG, "gu\0est@example.com", "gu\ud800est@example.com", 5, ["x"]])
def test_an_address_that_cannot_be_kept_is_dropped_and_the_order_stands(shop: Shop, email: Any) -> None:
    payment, event = paid_silently(shop)
    event["data"]["object"]["customer_details"]["email"] = email
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).guest_email == ""
    assert [order.label for order in shop.placed()] == ["T1"]


@pytest.mark.parametrize("path", ["sweep", "return", "button"])
def test_an_address_that_is_too_long_stops_no_other_path(deaf_shop: Shop, path: str) -> None:
    shop = deaf_shop
    payment = shop.fresh(shop.start())
    assert payment.order is not None
    shop.sandbox.pay(payment.reference, email=TOO_LONG)
    if path == "sweep":
        assert shop.sweep(after=timedelta(minutes=2)).errors == 0
    elif path == "return":
        handle_return(shop.tenant, payment.order.token, payment.reference)
    else:
        check_now(shop.restaurant.owner, payment.id)
    assert (shop.fresh(payment).status, shop.fresh(payment).guest_email) == ("succeeded", "")
    assert shop.alerts() == []


def test_references_that_cannot_be_kept_are_dropped_and_the_order_stands(shop: Shop) -> None:
    payment, event = paid_silently(shop)
    event["data"]["object"]["payment_intent"] = "pi_" + "x" * 200
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).intent_reference == ""


def test_words_of_a_decline_are_cut_and_cleaned(shop: Shop) -> None:
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


def test_a_body_that_is_no_text_of_ours_is_malformed(shop: Shop) -> None:
    _, event = paid_silently(shop)
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
def test_an_event_without_a_name_that_can_be_kept_is_malformed(shop: Shop, changes: dict[str, Any]) -> None:
    _, event = paid_silently(shop)
    assert deliver(shop, {**event, **changes}) == Received(400, "malformed")
    assert shop.events() == []


@pytest.mark.parametrize("currency", ["123", "ßßß", "m\0r", "   "])
def test_a_currency_that_is_none_is_looked_up(shop: Shop, currency: str) -> None:
    payment, event = paid_silently(shop)
    event["data"]["object"]["currency"] = currency
    assert deliver(shop, event) == Received(200, "settled")
    assert shop.fresh(payment).moved_minor == 2500


def test_a_time_beyond_every_calendar_is_not_kept(shop: Shop) -> None:
    payment, event = paid_silently(shop)
    assert deliver(shop, {**event, "created": 253402300799}) == Received(400, "malformed")
    event["data"]["object"]["payment_intent"] = {
        "id": event["data"]["object"]["payment_intent"],
        "latest_charge": {"id": "ch_1", "created": 253402300799},
    }
    assert deliver(shop, event) == Received(200, "settled")
    paid_at = shop.fresh(payment).paid_at
    assert paid_at is not None
    assert paid_at.year < 2100
