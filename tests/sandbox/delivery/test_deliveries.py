"""Webhook endpoints and their deliveries, verified with the official library."""

from __future__ import annotations

import httpx
import pytest
import stripe

from tests.sandbox.conftest import HOOK_SECRET, Create, card
from tests.sandbox.receiver import Received, Receiver
from tests.sandbox_contract import event_errors
from tests.sandbox_process import SandboxProcess

PAID = [
    "charge.succeeded",
    "checkout.session.completed",
    "payment_intent.created",
    "payment_intent.succeeded",
]


def verified(client: stripe.StripeClient, one: Received, secret: str = HOOK_SECRET) -> stripe.Event:
    return client.construct_event(one.body, one.signature, secret)


def test_a_payment_sends_signed_events(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    session = create()
    sandbox.pay(session.id)
    hook.wait(4)
    assert sorted(hook.types()) == PAID
    for one in hook.received:
        verified(client, one)
        assert one.body.startswith(b'{\n  "id": "evt_')
        assert one.headers["user-agent"] == "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
        assert one.headers["content-type"] == "application/json; charset=utf-8"
        assert ",v1=" in one.signature
        assert ",v0=" in one.signature
        assert one.event["pending_webhooks"] == 1
        assert one.event["api_version"] == "2026-10-28.endive"
    assert not event_errors([one.event for one in hook.received])
    done = hook.of("checkout.session.completed")[0].event["data"]["object"]
    assert (done["id"], done["payment_status"], done["metadata"]) == (session.id, "paid", {"order": "1"})
    with pytest.raises(stripe.SignatureVerificationError):
        verified(client, hook.received[0], "whsec_other")
    sandbox.idle()
    assert client.v1.events.list().data[0].pending_webhooks == 0


def test_endpoints_are_created_and_deleted_through_the_api(
    client: stripe.StripeClient, create: Create, hook: Receiver
) -> None:
    made = client.v1.webhook_endpoints.create(
        params={
            "url": hook.url,
            "enabled_events": ["checkout.session.expired"],
            "api_version": "2026-10-28.endive",
            "metadata": {"a": "1", "b": "2"},
        }
    )
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    seen = client.v1.webhook_endpoints.retrieve(made.id)
    assert "secret" not in seen
    assert len(client.v1.webhook_endpoints.list().data) == 2
    changed = client.v1.webhook_endpoints.update(made.id, params={"disabled": True, "metadata": {"a": ""}})
    assert changed.status == "disabled"
    assert changed.metadata.to_dict() == {"b": "2"}
    client.v1.webhook_endpoints.update(made.id, params={"disabled": False})
    client.v1.checkout.sessions.expire(create().id)
    hook.wait(2)
    assert len({one.signature.split(",v0=")[0][-64:] for one in hook.received}) == 2
    gone = client.v1.webhook_endpoints.delete(made.id)
    assert gone.deleted
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.retrieve(made.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.webhook_endpoints.create(params={"url": hook.url, "enabled_events": ["nothing.known"]})  # type: ignore[list-item]
    assert caught.value.param == "enabled_events[0]"


def test_an_endpoint_without_event_types_is_refused(sandbox: SandboxProcess, hook: Receiver) -> None:
    endpoint = sandbox.listed("endpoints")[0]["id"]
    for path in ("/v1/webhook_endpoints", f"/v1/webhook_endpoints/{endpoint}"):
        reply = httpx.post(
            f"{sandbox.url}{path}",
            data={"url": hook.url, "enabled_events": ""},
            auth=("sk_test_sandbox", ""),
            trust_env=False,
        )
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, "enabled_events")
    assert [e["enabled_events"] for e in sandbox.listed("endpoints")] == [["*"]]


def test_only_enabled_events_are_sent(create: Create, sandbox: SandboxProcess, hook: Receiver) -> None:
    endpoint = sandbox.listed("endpoints")[0]
    sandbox.control(
        "POST", f"/endpoints/{endpoint['id']}", {"enabled_events": ["checkout.session.completed"]}
    )
    sandbox.pay(create().id)
    sandbox.idle()
    assert hook.types() == ["checkout.session.completed"]


@pytest.mark.parametrize("status", [500, 302, 404])
def test_anything_but_2xx_is_retried_with_a_new_signature(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver, status: int
) -> None:
    hook.status = status
    sandbox.rule("drop", count=None, types=["payment_intent.*", "charge.*"])
    session = create()
    sandbox.pay(session.id)
    hook.wait(1)
    sandbox.idle()
    missed = client.v1.events.list(
        params={"delivery_success": False, "types": ["checkout.session.completed"]}
    ).data
    assert [event.data.object.id for event in missed] == [session.id]
    assert missed[0].pending_webhooks == 1
    hook.status = 200
    sandbox.advance(11)
    hook.wait(2)
    first, second = hook.received
    assert first.event["id"] == second.event["id"]
    assert first.signature != second.signature
    assert (
        client.v1.events.list(params={"delivery_success": False, "type": "checkout.session.completed"}).data
        == []
    )
    delivery = sandbox.control("GET", "/deliveries", type="checkout.session.completed")["data"][0]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [status, 200]


def test_undelivered_events_are_paged_while_they_arrive(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    sandbox.rule("hold", count=None)
    made = [create().id for _ in range(4)]
    for session in made:
        client.v1.checkout.sessions.expire(session)
    seen = []
    for event in client.v1.events.list(params={"delivery_success": False, "limit": 2}).auto_paging_iter():
        seen.append(event.data.object.id)
        held = sandbox.control("GET", "/deliveries", event=event.id)["data"]
        sandbox.control("POST", "/deliveries/release", {"ids": [one["id"] for one in held]})
        sandbox.idle()
    assert seen == made[::-1]


def test_it_gives_up_after_days(create: Create, sandbox: SandboxProcess, hook: Receiver) -> None:
    hook.status = 500
    sandbox.rule("drop", count=None, types=["payment_intent.*", "charge.*"])
    sandbox.pay(create().id)
    sandbox.idle()
    for _ in range(9):
        sandbox.advance(40_000)
    delivery = sandbox.control("GET", "/deliveries", type="checkout.session.completed")["data"][0]
    assert (delivery["state"], len(delivery["attempts"])) == ("failed", 8)


def test_retries_go_on_when_an_endpoint_is_enabled_again(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    def delivery() -> tuple[str, int]:
        found = sandbox.control("GET", "/deliveries")["data"][0]
        return found["state"], len(found["attempts"])

    endpoint = sandbox.listed("endpoints")[0]["id"]
    hook.status = 500
    client.v1.checkout.sessions.expire(create().id)
    hook.wait(1)
    sandbox.idle()
    client.v1.webhook_endpoints.update(endpoint, params={"disabled": True})
    hook.status = 200
    sandbox.advance(11)
    sandbox.advance(301)
    assert delivery() == ("retrying", 1)
    client.v1.webhook_endpoints.update(endpoint, params={"disabled": False})
    sandbox.advance(1801)
    assert delivery() == ("delivered", 2)


@pytest.mark.parametrize("deleted", [True, False])
def test_retries_end_only_with_the_endpoint_or_the_last_try(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver, deleted: bool
) -> None:
    endpoint = sandbox.listed("endpoints")[0]["id"]
    hook.status = 500
    client.v1.checkout.sessions.expire(create().id)
    hook.wait(1)
    sandbox.idle()
    if deleted:
        client.v1.webhook_endpoints.delete(endpoint)
        sandbox.advance(11)
    else:
        client.v1.webhook_endpoints.update(endpoint, params={"disabled": True})
        for _ in range(7):
            assert sandbox.control("GET", "/deliveries")["data"][0]["state"] == "retrying"
            sandbox.advance(40_000)
    delivery = sandbox.control("GET", "/deliveries")["data"][0]
    assert (delivery["state"], delivery["next_at"], len(delivery["attempts"])) == ("failed", None, 1)


def test_the_redirect_waits_for_the_response_but_not_for_ever(
    create: Create, sandbox: SandboxProcess, hook: Receiver, browse: httpx.Client
) -> None:
    sandbox.control("POST", "/settings", {"redirect_wait_seconds": 100})
    hook.delay = 0.6
    url = create().url
    assert url is not None
    browse.post(url, data=card())
    assert len(hook.of("checkout.session.completed")) == 1, "it waited for the response"
    sandbox.control("POST", "/settings", {"redirect_wait_seconds": 0.2})
    hook.delay = 20.0
    url = create().url
    assert url is not None
    browse.post(url, data=card())
    assert not hook.of("checkout.session.completed")[1:], "it did not wait for the response"
    hook.delay = 0.0


def test_held_deliveries_wait_for_release(create: Create, sandbox: SandboxProcess, hook: Receiver) -> None:
    sandbox.rule("hold", count=None)
    sandbox.pay(create().id)
    sandbox.idle()
    assert hook.received == []
    held = sandbox.control("GET", "/deliveries", state="held")["data"]
    assert len(held) == 4
    assert sandbox.control("POST", "/deliveries/release", {"order": "lifo"}) == {"released": 4}
    sandbox.idle()
    assert hook.types() == [delivery["type"] for delivery in held]


def test_dropped_deliveries_never_arrive(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    sandbox.rule("drop", count=None)
    sandbox.pay(create().id)
    sandbox.advance(86400)
    assert hook.received == []
    assert len(client.v1.events.list(params={"delivery_success": False}).data) == 5
    sandbox.control("DELETE", "/deliveries/rules")
    event = client.v1.events.list(params={"type": "checkout.session.completed"}).data[0]
    sandbox.control("POST", f"/events/{event.id}/resend", {})
    hook.wait(1)
    assert hook.received[0].event["id"] == event.id


def test_duplicates_of_both_kinds(create: Create, sandbox: SandboxProcess, hook: Receiver) -> None:
    done = ["checkout.session.completed"]
    sandbox.rule("duplicate", types=done)
    sandbox.rule("duplicate_event", types=done)
    sandbox.pay(create().id)
    hook.wait(6)
    ids = [one.event["id"] for one in hook.of(done[0])]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_reordered_and_delayed(create: Create, sandbox: SandboxProcess, hook: Receiver) -> None:
    sandbox.rule("reorder", count=4)
    sandbox.pay(create().id)
    sandbox.idle()
    assert hook.types() == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]
    hook.forget()
    sandbox.rule("delay", seconds=600, count=None)
    sandbox.pay(create().id)
    sandbox.idle()
    assert hook.received == []
    sandbox.advance(601)
    assert set(PAID) <= set(hook.types())


@pytest.mark.parametrize("part", ["signature", "body", "timestamp", "missing"])
def test_tampered_deliveries_do_not_verify(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver, part: str
) -> None:
    sandbox.rule("tamper", part=part, types=["checkout.session.completed"])
    sandbox.pay(create().id)
    hook.wait(4)
    with pytest.raises(stripe.SignatureVerificationError):
        verified(client, hook.of("checkout.session.completed")[0])
    verified(client, hook.of("charge.succeeded")[0])


def test_a_skewed_clock_fails_the_tolerance(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    sandbox.control("POST", "/settings", {"signature_skew": -400})
    sandbox.pay(create().id)
    hook.wait(4)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        verified(client, hook.received[0])
    client.construct_event(hook.received[0].body, hook.received[0].signature, HOOK_SECRET, tolerance=500)


def test_a_rolled_secret_signs_together_with_the_old_one(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = sandbox.listed("endpoints")[0]
    sandbox.control(
        "POST", f"/endpoints/{endpoint['id']}/roll", {"secret": "whsec_new", "old_for_seconds": 3600}
    )
    sandbox.pay(create().id)
    hook.wait(4)
    one = hook.received[0]
    assert one.signature.count("v1=") == 2
    verified(client, one)
    verified(client, one, "whsec_new")
    sandbox.advance(3601)
    hook.forget()
    sandbox.pay(create().id)
    hook.wait(4)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(
            hook.received[0].body, hook.received[0].signature, HOOK_SECRET, tolerance=10_000
        )
    client.construct_event(hook.received[0].body, hook.received[0].signature, "whsec_new", tolerance=10_000)


def test_an_endpoint_of_an_old_version_gets_events_in_it(
    create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = sandbox.listed("endpoints")[0]
    change = {"api_version": "2020-08-27", "drop_fields": ["amount_total", "total_details.amount_tax"]}
    sandbox.control("POST", f"/endpoints/{endpoint['id']}", change)
    sandbox.pay(create().id)
    hook.wait(4)
    event = hook.of("checkout.session.completed")[0].event
    assert event["api_version"] == "2020-08-27"
    assert "amount_total" not in event["data"]["object"]
    assert set(event["data"]["object"]["total_details"]) == {"amount_discount", "amount_shipping"}


def test_fabricated_events(
    create: Create, sandbox: SandboxProcess, hook: Receiver, client: stripe.StripeClient
) -> None:
    foreign = sandbox.control("POST", "/events", {"type": "checkout.session.completed", "foreign": True})
    sandbox.control("POST", "/events", {"type": "odd.happening", "object": {"id": "x", "object": "odd"}})
    session = create()
    overrides = {"amount_total": 1, "metadata": {"order": "2"}}
    made = sandbox.control(
        "POST",
        "/events",
        {"type": "checkout.session.expired", "object_id": session.id, "overrides": overrides},
    )
    hook.wait(3)
    assert sorted(hook.types()) == ["checkout.session.completed", "checkout.session.expired", "odd.happening"]
    assert foreign["data"]["object"]["metadata"] == {}
    assert (made["data"]["object"]["amount_total"], made["data"]["object"]["metadata"]) == (1, {"order": "2"})
    assert client.v1.checkout.sessions.retrieve(session.id).amount_total == 2500


@pytest.mark.parametrize(
    "event_type",
    [
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
        "charge.dispute.created",
        "checkout.session.expired",
    ],
)
def test_foreign_objects_match_the_schema(sandbox: SandboxProcess, event_type: str) -> None:
    event = sandbox.control("POST", "/events", {"type": event_type, "foreign": True})
    assert event["type"] == event_type


def test_events_reach_back_thirty_days(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess
) -> None:
    client.v1.checkout.sessions.expire(create().id)
    event = client.v1.events.list().data[0]
    sandbox.advance(29 * 86400)
    assert client.v1.events.retrieve(event.id).id == event.id
    sandbox.advance(2 * 86400)
    assert client.v1.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.events.retrieve(event.id)


def test_a_snapshot_does_not_change(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess
) -> None:
    session = create()
    sandbox.pay(session.id, method="customer_balance")
    sandbox.advance(200)
    event = client.v1.events.list(params={"type": "checkout.session.completed"}).data[0]
    assert event.to_dict()["data"]["object"]["payment_status"] == "unpaid"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
