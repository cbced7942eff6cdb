"""Responses to deliveries: 200 stored, 400 not verified, 411 and 413 not read, 500 and 503 to be retried."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from django.core.cache import cache
from django.db import connection, transaction

from duitpos.domain.checkout.results import StartRefused
from duitpos.domain.payments.processors import bad_signatures
from duitpos.kit.tenancy import across_tenants
from duitpos.models import ProcessorAccount, WebhookEvent
from duitpos.webhooks.views import MOST_BYTES
from tests.support.scenarios import deliveries
from tests.support.shop import WEBHOOK_SECRET, Shop

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETED = "checkout.session.completed"


def post(shop: Shop, body: bytes, signature: str | None = None, **headers: str) -> httpx.Response:
    signed = {"stripe-signature": signature} if signature is not None else {}
    return httpx.post(
        shop.webhook_url, content=body, headers={**signed, **headers}, trust_env=False, timeout=60
    )


def signed(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret)
    return header


def paid_event(shop: Shop) -> bytes:
    """The event of a paid payment, not delivered yet."""
    shop.sandbox.rule("drop", types=[COMPLETED])
    shop.pay(shop.start())
    (event,) = [event for event in shop.sandbox.listed("events") if event["type"] == COMPLETED]
    return json.dumps(event).encode()


def account(shop: Shop) -> ProcessorAccount:
    return ProcessorAccount.objects.get(tenant=shop.tenant)


def test_200_says_which_outcome_is_stored(shop: Shop) -> None:
    body = paid_event(shop)
    answers = [post(shop, body, signed(body)) for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "settled"), (200, "duplicate")]
    (event,) = shop.events()
    assert (event.outcome, json.loads(event.body)["type"]) == ("settled", COMPLETED)
    assert account(shop).last_event_at is not None


def test_unknown_types_are_acknowledged_and_counted(shop: Shop) -> None:
    for type_ in ("invoice.paid", "odd.thing_of_2031"):
        body = {"type": type_, "object": {"id": "in_1", "object": "invoice"}, "force": True}
        shop.sandbox.control("POST", "/events", body)
    shop.sandbox.idle()
    assert {(event.outcome, event.state) for event in shop.events()} == {("unknown_type", "done")}
    assert account(shop).unknown_events == 2
    assert shop.alerts() == []


@pytest.mark.parametrize(
    "type_",
    [
        COMPLETED,
        "checkout.session.expired",
        "checkout.session.async_payment_failed",
        "payment_intent.payment_failed",
        "refund.created",
        "charge.refunded",
    ],
)
def test_foreign_events_are_acknowledged_and_counted(shop: Shop, type_: str) -> None:
    payment = shop.start()
    shop.sandbox.control("POST", "/events", {"type": type_, "foreign": True})
    shop.sandbox.idle()
    (delivery,) = deliveries(shop, type_)
    assert [(attempt["status"], attempt["response"]) for attempt in delivery["attempts"]] == [
        (200, "foreign")
    ]
    assert account(shop).foreign_events == 1
    assert shop.fresh(payment).status == "pending"
    assert shop.alerts() == []


def tampered(shop: Shop) -> tuple[bytes, str | None]:
    body = paid_event(shop)
    return body.replace(b"2500", b"1"), signed(body)


def unsigned(shop: Shop) -> tuple[bytes, str | None]:
    return paid_event(shop), None


def of_another(shop: Shop) -> tuple[bytes, str | None]:
    body = paid_event(shop)
    return body, signed(body, "whsec_of_somebody_else_0123456789")


def nonsense(shop: Shop) -> tuple[bytes, str | None]:
    return b"\xff\xfe\x00", "t=1,v1=zz,,=,v1"


def empty(shop: Shop) -> tuple[bytes, str | None]:
    return b"", ""


def signed_nonsense(shop: Shop) -> tuple[bytes, str | None]:
    body = b'{"object": "event", "data": []}'
    return body, signed(body)


def signed_deep_nesting(shop: Shop) -> tuple[bytes, str | None]:
    body = b"[" * 100_000
    return body, signed(body)


@pytest.mark.parametrize(
    "attack, problem",
    [
        (tampered, "mismatch"),
        (unsigned, "missing"),
        (of_another, "mismatch"),
        (nonsense, "mismatch"),
        (empty, "missing"),
        (signed_nonsense, "malformed"),
        (signed_deep_nesting, "malformed"),
    ],
)
def test_400_for_an_unverified_delivery_changes_only_a_counter(shop: Shop, attack: Any, problem: str) -> None:
    body, signature = attack(shop)
    for _ in range(3):
        answer = post(shop, body, signature)
        assert (answer.status_code, answer.text) == (400, problem)
        health = account(shop)
        assert (health.bad_signatures, health.last_bad_signature) == (1, problem), "written once a minute"
    assert shop.events() == []
    assert shop.placed() == []


def test_an_event_without_an_object_matches_no_payment(shop: Shop) -> None:
    """An empty reference must not match a payment without one, which would be fetched for ever."""
    shop.sandbox.fault("error", status=400, path="/v1/checkout/sessions$", method="POST")
    with pytest.raises(StartRefused):
        shop.checkout()
    event = shop.sandbox.control("POST", "/events", {"type": COMPLETED, "object": {}, "deliver": False})
    body = json.dumps(event).encode()
    answer = post(shop, body, signed(body))
    assert (answer.status_code, answer.text) == (200, "foreign")


def test_the_counter_of_bad_signatures_is_bounded(shop: Shop) -> None:
    most = bad_signatures.MOST
    ProcessorAccount.objects.filter(tenant=shop.tenant).update(bad_signatures=most)
    assert post(shop, b"{}", "t=1,v1=0").status_code == 400
    assert account(shop).bad_signatures == most


@pytest.mark.parametrize("part", ["signature", "body", "timestamp", "missing"])
def test_a_retry_after_a_bad_delivery_succeeds(shop: Shop, part: str) -> None:
    shop.sandbox.rule("tamper", part=part, types=[COMPLETED])
    shop.pay(shop.start())
    (delivery,) = deliveries(shop, COMPLETED)
    assert shop.placed() == []
    shop.sandbox.control("POST", f"/deliveries/{delivery['id']}/retry")
    shop.sandbox.idle()
    (delivery,) = deliveries(shop, COMPLETED)
    assert [attempt["status"] for attempt in delivery["attempts"]] == [400, 200]
    assert [order.label for order in shop.placed()] == ["T1"]


def test_both_secrets_verify_during_a_rotation(shop: Shop) -> None:
    shop.sandbox.control(
        "POST",
        f"/endpoints/{shop.endpoint['id']}/roll",
        {"secret": "whsec_the_new_one_0123456789", "old_for_seconds": 60},
    )
    shop.pay(shop.start())
    assert [order.label for order in shop.placed()] == ["T1"]


def test_413_before_a_large_body_is_read(shop: Shop) -> None:
    body = b'{"pad": "' + b"x" * MOST_BYTES + b'"}'
    assert post(shop, body, signed(body)).status_code == 413
    assert account(shop).bad_signatures == 0


def test_411_for_a_body_of_unknown_length(shop: Shop) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"{}"

    answer = httpx.post(shop.webhook_url, content=chunks(), trust_env=False)
    assert answer.status_code == 411


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posts_are_accepted(shop: Shop, method: str) -> None:
    assert httpx.request(method, shop.webhook_url, trust_env=False).status_code == 405


def test_404_for_an_unknown_restaurant(shop: Shop) -> None:
    url = shop.webhook_url.replace(f"/{shop.tenant.slug}/", "/nobody/")
    assert httpx.post(url, content=b"{}", trust_env=False).status_code == 404


def test_500_for_an_event_that_cannot_be_applied(shop: Shop) -> None:
    """A verified event of our payment with an amount that is too large for the column."""
    body = json.loads(paid_event(shop))
    body["data"]["object"]["amount_total"] = 10**30
    raw = json.dumps(body).encode()
    answers = [post(shop, raw, signed(raw)) for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(500, "failed")] * 2
    event = WebhookEvent.objects.get(tenant=shop.tenant)
    assert (event.state, event.outcome) == ("failed", "failed")
    assert event.error
    assert shop.alerts() == ["event_failed"]
    assert shop.ledger() == []


@contextmanager
def short_lock_timeout() -> Iterator[None]:
    """Shorten other connections' wait for a lock."""
    if connection.vendor == "sqlite":
        options = connection.settings_dict["OPTIONS"]
        before, options["timeout"] = options["timeout"], 0.05
        yield
        options["timeout"] = before
        return
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE \"{name}\" SET lock_timeout = '100ms'")
    connection.close()
    # Open connections would keep the old setting.
    connection.close_pool()  # type: ignore[attr-defined]
    yield
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" RESET lock_timeout')
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


@contextmanager
def locked_out() -> Iterator[None]:
    """Hold the lock that every settle needs."""
    # On SQLite, the transaction holds the only write lock.
    with short_lock_timeout(), transaction.atomic():
        if connection.vendor == "postgresql":
            with across_tenants("a test locks a whole table"), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE duitpos_payment IN ACCESS EXCLUSIVE MODE")
        yield


def test_503_while_the_database_is_locked(shop: Shop) -> None:
    body = paid_event(shop)
    answers: list[httpx.Response] = []
    with locked_out():
        asking = threading.Thread(target=lambda: answers.append(post(shop, body, signed(body))))
        asking.start()
        asking.join(60)
    assert [(answer.status_code, answer.text) for answer in answers] == [(503, "database")]
    assert shop.events() == []
    answer = post(shop, body, signed(body))
    assert (answer.status_code, answer.text) == (200, "settled")
    assert [order.label for order in shop.placed()] == ["T1"]


@pytest.mark.sqlite_only
def test_503_while_the_database_is_away(shop: Shop) -> None:
    body = paid_event(shop)
    file = Path(connection.settings_dict["NAME"])
    away = file.with_suffix(".away")
    for forgotten in (False, True):
        if forgotten:
            # Now even the restaurant must be read from the database.
            cache.clear()
        file.rename(away)
        file.mkdir()
        try:
            answer = post(shop, body, signed(body))
        finally:
            file.rmdir()
            away.rename(file)
        assert (answer.status_code, answer.text) == (503, "database")
    assert post(shop, body, signed(body)).status_code == 200
    assert [order.label for order in shop.placed()] == ["T1"]
