"""The accounts that verify deliveries are kept for some seconds, and nothing is decided by what is too old."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.payments.events import receive as receive_module
from duitpos.domain.payments.events.load_context import EventContext, VerifiedEvent, load_context
from duitpos.domain.payments.events.receive import Received, receive
from duitpos.models import ProcessorAccount
from tests.support.at_once import deliver, event_of
from tests.support.credentials import keep
from tests.support.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = 'FROM "duitpos_processoraccount" WHERE'
NEW_SECRET = "whsec_9Zk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"


def a_paid_event(shop: Shop, guest: str) -> dict[str, Any]:
    payment = shop.start(guest_token=guest)
    shop.sandbox.pay(payment.reference)
    return event_of(shop, "checkout.session.completed")


def deliver_with(shop: Shop, event: dict[str, Any], secret: str) -> Received:
    body = json.dumps(event)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret)
    return receive(shop.tenant, "stripe", body.encode(), {"stripe-signature": signature})


def test_a_second_delivery_reads_no_account(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    # The first one writes when the account was last heard of, and what is kept is read once more after that.
    for guest in ("one", "two"):
        assert deliver(shop, a_paid_event(shop, guest)).outcome == "settled"
    event = a_paid_event(shop, "three")
    with CaptureQueriesContext(connection) as made:
        assert deliver(shop, event).outcome == "settled"
    assert not [one["sql"] for one in made if one["sql"].startswith("SELECT") and ACCOUNTS in one["sql"]]


def test_a_new_secret_verifies_at_once(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    for guest in ("one", "two"):
        deliver(shop, a_paid_event(shop, guest))
    account = ProcessorAccount.objects.get(tenant=shop.tenant)
    keep(account, webhook_secret=NEW_SECRET)
    account.save()
    assert deliver_with(shop, a_paid_event(shop, "three"), NEW_SECRET).outcome == "settled"


def test_the_general_path_reads_the_account_again(
    webhookless_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, seen = webhookless_shop, list[str]()
    for guest in ("one", "two"):
        deliver(shop, a_paid_event(shop, guest))
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(name="Renamed")

    def look(verified: VerifiedEvent) -> EventContext:
        seen.append(verified.account.name)
        return load_context(verified)

    monkeypatch.setattr(receive_module, "load_context", look)
    monkeypatch.setattr(receive_module, "confirm", lambda verified: False)
    assert deliver(shop, a_paid_event(shop, "three")).outcome == "settled"
    assert seen == ["Renamed"]
