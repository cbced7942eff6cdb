"""A webhook that others broke at Stripe: named in words, told to a person, healed where it can be, no payment lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.test import Client

from duitpos.dashboard.texts.webhook import found_text
from duitpos.domain.payments.processors.bad_signatures import forget_counts
from duitpos.domain.payments.processors.connect import forget_accounts
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.store import keep_installed
from duitpos.domain.processor_accounts.webhooks.actions import (
    remove_old_endpoints,
    repair_webhook,
    rotate_secret,
    set_healing,
)
from duitpos.domain.processor_accounts.webhooks.judge import (
    WebhookFinding,
    WebhookReport,
    WebhookState,
    judge,
)
from duitpos.domain.processor_accounts.webhooks.look import address_of, look
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.kit.clock import now
from duitpos.models import ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.processors.stripe import endpoints as stripe_endpoints
from duitpos.processors.stripe.client import API_VERSION
from duitpos.processors.stripe.credentials import WEBHOOK_SECRET as SECRET_FIELD
from duitpos.processors.stripe.events import KINDS
from tests.support.at_once import event_of
from tests.support.live_shop import clock, shop, webhookless_shop
from tests.support.restaurant import a_restaurant
from tests.support.sandboxes import sandbox, sandbox_process
from tests.support.shop import Shop, an_account

__all__ = ["clock", "sandbox", "sandbox_process", "shop", "webhookless_shop"]
W = WebhookFinding
DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def a_new_process() -> None:
    forget_counts()


@pytest.fixture
def made(webhookless_shop: Shop) -> Shop:
    """A shop whose endpoint was made in one click and proved."""
    shop = webhookless_shop
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    shop.account.refresh_from_db()
    return shop


def calls(shop: Shop) -> Any:
    return shop.sandbox.client().v1.webhook_endpoints


def there(shop: Shop) -> list[Any]:
    return list(calls(shop).list().data)


def change(shop: Shop, **params: Any) -> None:
    (one,) = there(shop)
    calls(shop).update(one.id, params=params)


def report_of(shop: Shop) -> WebhookReport:
    shop.account.refresh_from_db()
    return judge(shop.account, made_health_of(shop.account), address_of(shop.account), now())


def said(shop: Shop) -> str:
    """What the webhook's page says was found."""
    return " ".join(found_text(one) for one in report_of(shop).findings)


def later(shop: Shop, clock: Any, **by: float) -> None:
    """The worker's next look."""
    clock.advance(**(by or {"minutes": 31}))
    shop.account.refresh_from_db()
    watch_webhook(shop.account)
    shop.sandbox.idle()


def works_again(shop: Shop, clock: Any) -> None:
    """A new payment is found by its delivery, and the alert ends."""
    shop.pay(shop.start(guest_token="guest-2"))
    later(shop, clock)
    assert report_of(shop).state == WebhookState.WORKING, said(shop)
    assert AlertKind.WEBHOOK_DOWN not in shop.alerts()
    assert shop.orders()[-1].payments.get().settled_via == "webhook"


# -- deleted, switched off, moved --------------------------------------------------------------------------


def test_one_that_was_deleted(made: Shop, clock: Any) -> None:
    set_healing(made.restaurant.owner, made.account.id, heals_itself=False)
    calls(made).delete(there(made)[0].id)
    made.pay(made.start())
    clock.advance(minutes=2)
    made.sweep(after=timedelta(minutes=5))
    assert len(made.placed()) == 1
    later(made, clock)
    assert "There is no endpoint with this address" in said(made)
    assert made.alerts() == [AlertKind.WEBHOOK_DOWN]
    set_healing(made.restaurant.owner, made.account.id, heals_itself=True)
    later(made, clock)
    works_again(made, clock)
    assert len(made.placed()) == 2


def test_what_was_not_delivered_is_replayed_once_after_healing(made: Shop, clock: Any) -> None:
    """At the address of a former domain nothing is read; Stripe also delivers again what it could not."""
    change(made, url=f"{DEAD}/{made.tenant.slug}/webhooks/stripe/")
    payment = made.start()
    made.pay(payment)
    assert made.placed() == []
    look(made.account)
    assert "The endpoint delivers to http://127.0.0.1:9/" in said(made)
    later(made, clock)
    made.sweep(after=timedelta(minutes=1))
    clock.advance(hours=6)
    made.sandbox.idle(30)
    made.sweep(after=timedelta(hours=1))
    assert len(made.placed()) == 1
    assert [kind for kind, _ in made.ledger()].count("payment") == 1
    events = made.events(payment=payment)
    assert events != []
    assert len({one.dedupe_key for one in events}) == len(events)
    assert {one["id"] for one in made.sandbox.listed("events") if one["type"] in KINDS} == {
        one.dedupe_key for one in made.events()
    }
    works_again(made, clock)


def test_one_made_by_hand_at_a_former_domain_is_named_and_left(webhookless_shop: Shop, clock: Any) -> None:
    shop = webhookless_shop
    former = f"https://former.example/{shop.tenant.slug}/webhooks/stripe/"
    shop.listen(url=former)
    later(shop, clock)
    assert f"An endpoint that was added by hand delivers to {former}" in said(shop)
    assert [one.url for one in there(shop)] == [former]
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    assert sorted(one.url for one in there(shop)) == sorted([former, shop.webhook_url])
    assert "another address of this restaurant" in said(shop)
    assert report_of(shop).state == WebhookState.WORKING


# -- secrets -----------------------------------------------------------------------------------------------


def test_the_secret_of_another_endpoint_was_pasted(made: Shop, clock: Any) -> None:
    """For a day the former one is believed; then nothing is, until the endpoint is replaced."""
    (wrong,) = there(made)
    keep_installed(made.account, {SECRET_FIELD: "whsec_ofanotherendpoint0123"})
    forget_accounts(made.tenant, "stripe")
    made.pay(made.start())
    assert len(made.placed()) == 1
    clock.advance(hours=25)
    payment = made.start(guest_token="guest-3")
    made.pay(payment)
    assert len(made.placed()) == 1
    made.account.refresh_from_db()
    assert made.account.last_bad_signature == "mismatch"
    look(made.account)
    assert "The secret of this endpoint is not known here" in said(made)
    assert report_of(made).state == WebhookState.DOWN
    later(made, clock)
    made.sweep(after=timedelta(hours=1))
    assert len(made.placed()) == 2
    assert wrong.id not in [one.id for one in there(made)]
    works_again(made, clock)


def test_a_former_secret_is_believed_for_a_day_and_refused_after_it(made: Shop, clock: Any) -> None:
    (facts,) = made.sandbox.listed("endpoints")
    former = facts["secrets"][0]["secret"]
    rotate_secret(made.restaurant.owner, made.account.id)
    remove_old_endpoints(made.restaurant.owner, made.account.id)
    payments = [made.start(), made.start(guest_token="guest-4")]
    made.sandbox.control("POST", "/settings", {"retry_seconds": []})
    made.sandbox.rule("drop", count=None)
    statuses = []
    for payment, hours in zip(payments, (0, 25), strict=True):
        clock.advance(hours=hours)
        if hours:
            payment = made.start(guest_token="guest-5")
        made.sandbox.pay(payment.reference)
        body = json.dumps(event_of(made, "checkout.session.completed"))
        signature = stripe.WebhookSignature.generate_signature_header(
            body, former, timestamp=int(now().timestamp())
        )
        answer = Client().post(
            f"/{made.tenant.slug}/webhooks/stripe/",
            body,
            content_type="application/json",
            headers={"stripe-signature": signature},
        )
        statuses.append(answer.status_code)
    assert statuses == [200, 400]
    made.sweep(after=timedelta(hours=2))
    assert len(made.placed()) == 2


# -- events, versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["checkout.session.completed", "charge.refunded"])
def test_an_unticked_event_is_ticked_again(made: Shop, clock: Any, name: str) -> None:
    change(made, enabled_events=[one for one in KINDS if one != name])
    look(made.account)
    assert name in said(made)
    later(made, clock)
    assert sorted(there(made)[0].enabled_events) == sorted(KINDS)
    works_again(made, clock)


def test_thin_events_are_read_and_named(webhookless_shop: Shop, clock: Any) -> None:
    """An endpoint for them is not in Stripe's list; what it delivers is believed."""
    shop = webhookless_shop
    shop.listen(payload="thin")
    clock.advance(minutes=1)
    shop.pay(shop.start())
    assert len(shop.placed()) == 1
    clock.advance(minutes=30)
    look(shop.account)
    assert "thin events" in said(shop)
    assert report_of(shop).state == WebhookState.WORKING
    assert "There is no endpoint" not in said(shop)


def test_one_of_another_api_version_is_replaced(
    webhookless_shop: Shop, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = webhookless_shop
    with monkeypatch.context() as earlier:
        earlier.setattr(stripe_endpoints, "API_VERSION", "2025-09-30.clover")
        repair_webhook(shop.restaurant.owner, shop.account.id)
        shop.sandbox.idle()
    (former,) = there(shop)
    look(shop.account)
    assert "The endpoint sends API version 2025-09-30.clover" in said(shop)
    later(shop, clock)
    (again,) = there(shop)
    assert again.id != former.id
    assert again.api_version == API_VERSION
    works_again(shop, clock)


# -- a key or a processor that refuses ---------------------------------------------------------------------


def test_a_key_that_may_list_but_not_create(made: Shop, clock: Any) -> None:
    calls(made).delete(there(made)[0].id)
    made.sandbox.fault("error", status=403, method="POST", path="/v1/webhook_endpoints$", count=None)
    later(made, clock)
    assert "There is no endpoint with this address" in said(made)
    assert "The last repair did not succeed." in said(made)
    assert made.alerts() == [AlertKind.WEBHOOK_DOWN]
    made.sandbox.control("DELETE", "/faults")
    later(made, clock)
    works_again(made, clock)


def test_too_many_calls_for_an_hour(made: Shop, clock: Any) -> None:
    calls(made).delete(there(made)[0].id)
    made.sandbox.fault("rate_limit", path="/v1/webhook_endpoints", count=None)
    for _ in range(2):
        later(made, clock)
        assert "The endpoints cannot be listed now" in said(made)
        assert made.alerts() == []
    made.sandbox.control("DELETE", "/faults")
    later(made, clock)
    works_again(made, clock)


def test_our_clock_is_twenty_minutes_off(made: Shop, clock: Any) -> None:
    clock.advance(minutes=2)
    made.sandbox.control("POST", "/settings", {"signature_skew": 1200})
    made.pay(made.start())
    assert made.placed() == []
    later(made, clock)
    assert "differs from our clock by more than five minutes" in said(made)
    assert made.alerts() == [AlertKind.WEBHOOK_DOWN]
    made.sweep(after=timedelta(hours=1))
    assert len(made.placed()) == 1
    made.sandbox.control("POST", "/settings", {"signature_skew": 0})
    works_again(made, clock)


# -- others at the same account ----------------------------------------------------------------------------


def test_two_restaurants_at_one_account(made: Shop, clock: Any) -> None:
    mamak = a_restaurant("mamak")
    theirs = an_account(mamak, made.sandbox)
    repair_webhook(mamak.owner, theirs.id)
    made.sandbox.idle()
    assert len(there(made)) == 2
    look(made.account)
    assert (
        f"Another restaurant here uses the same account, and has its own endpoint: {made.url}/mamak/"
        in said(made)
    )
    remove_old_endpoints(made.restaurant.owner, made.account.id)
    repair_webhook(mamak.owner, theirs.id)
    assert len(there(made)) == 2
    made.pay(made.start())
    assert len(made.placed()) == 1
    ProcessorAccount.objects.filter(tenant=mamak.tenant).update(next_events_at=None)


def test_another_installation_is_named_and_left(made: Shop, clock: Any) -> None:
    url = "https://else.example/kopi/webhooks/stripe/"
    params = {
        "url": url,
        "enabled_events": ["charge.refunded"],
        "metadata": {"installation": "another", "tenant": str(made.tenant.id)},
    }
    other = calls(made).create(params=params)
    later(made, clock)
    assert (
        f"Another installation of this software uses the same account, and has its own endpoint: {url}"
        in said(made)
    )
    remove_old_endpoints(made.restaurant.owner, made.account.id)
    rotate_secret(made.restaurant.owner, made.account.id)
    kept = next(one for one in there(made) if one.id == other.id)
    assert (kept.url, kept.enabled_events, kept.status) == (url, ["charge.refunded"], "enabled")


def test_one_by_hand_below_our_own_address(webhookless_shop: Shop) -> None:
    shop = webhookless_shop
    a_restaurant("mamak")
    wrong, others = (f"{shop.url}/{slug}/webhooks/stripe/" for slug in ("formerly-kopi", "mamak"))
    shop.listen(url=wrong)
    shop.listen(url=others)
    look(shop.account)
    assert f"An endpoint that was added by hand delivers to {wrong}" in said(shop)
    assert f"added by hand delivers to {others}" not in said(shop)
    assert "Another restaurant here uses the same account" in said(shop)
    repair_webhook(shop.restaurant.owner, shop.account.id)
    shop.sandbox.idle()
    assert {wrong, others} < {one.url for one in there(shop)}
