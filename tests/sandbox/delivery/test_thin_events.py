"""Thin events, as the official library reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess

SECRET = "whsec_of_the_thin_one"


@pytest.fixture
def thin(sandbox: SandboxProcess, hook_process: Receiver) -> Receiver:
    """A receiver of thin events of the first account."""
    hook_process.forget()
    sandbox.control("POST", "/endpoints", {"url": hook_process.url, "secret": SECRET, "payload": "thin"})
    return hook_process


def test_a_thin_event_names_the_object_and_the_snapshot(
    create: Create, client: stripe.StripeClient, thin: Receiver
) -> None:
    session = create()
    client.v1.checkout.sessions.expire(session.id)
    thin.wait(1)
    one = thin.received[0]
    note: Any = client.parse_event_notification(one.body, one.signature, SECRET)
    assert (note.type, note.livemode) == ("v1.checkout.session.expired", False)
    assert note.reason.request.id.startswith("req_")
    assert (note.related_object.id, note.related_object.type) == (session.id, "checkout.session")
    assert note.related_object.url == f"/v1/checkout/sessions/{session.id}"
    assert {"data", "api_version", "pending_webhooks"}.isdisjoint(one.event)
    snapshot = client.v1.events.retrieve(one.event["snapshot_event"])
    assert (snapshot.object, snapshot.type) == ("event", "checkout.session.expired")
    assert snapshot.data.object["id"] == session.id
    with pytest.raises(ValueError, match="thin event notification"):
        client.construct_event(one.body, one.signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        client.parse_event_notification(one.body, one.signature, "whsec_other")


def test_the_related_object_can_be_fetched(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient, thin: Receiver
) -> None:
    session = create()
    sandbox.pay(session.id)
    thin.wait(4)
    done = next(o for o in thin.received if o.event["type"] == "v1.checkout.session.completed")
    note: Any = client.parse_event_notification(done.body, done.signature, SECRET)
    fetched = note.fetch_related_object()
    assert (fetched.id, fetched.payment_status) == (session.id, "paid")
    assert done.event["reason"] is None


def test_the_api_for_snapshot_endpoints_does_not_have_it(
    client: stripe.StripeClient, sandbox: SandboxProcess, thin: Receiver
) -> None:
    destination = sandbox.listed("endpoints")[0]
    assert destination["id"].startswith("ed_")
    assert destination["payload"] == "thin"
    assert client.v1.webhook_endpoints.list().data == []
    calls: tuple[Callable[[], Any], ...] = (
        lambda: client.v1.webhook_endpoints.retrieve(destination["id"]),
        lambda: client.v1.webhook_endpoints.update(destination["id"], params={"disabled": True}),
        lambda: client.v1.webhook_endpoints.delete(destination["id"]),
    )
    for call in calls:
        with pytest.raises(stripe.InvalidRequestError, match="No such webhook endpoint"):
            call()


def test_a_thin_event_of_an_unknown_kind_has_no_related_object(
    sandbox: SandboxProcess, thin: Receiver
) -> None:
    sandbox.control(
        "POST", "/events", {"type": "odd.thing", "object": {"id": "x_1", "object": "odd"}, "force": True}
    )
    thin.wait(1)
    assert thin.received[0].event["related_object"] is None


@pytest.mark.parametrize("part", ["body", "signature"])
def test_a_tampered_thin_event_does_not_verify(
    create: Create, sandbox: SandboxProcess, client: stripe.StripeClient, thin: Receiver, part: str
) -> None:
    sandbox.control("POST", "/deliveries/rules", {"action": "tamper", "part": part})
    client.v1.checkout.sessions.expire(create().id)
    thin.wait(1)
    with pytest.raises(stripe.SignatureVerificationError):
        client.parse_event_notification(thin.received[0].body, thin.received[0].signature, SECRET)
