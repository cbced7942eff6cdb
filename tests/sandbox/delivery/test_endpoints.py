"""The life of a webhook endpoint: limit, status, log, and Stripe's switching off of one that fails for days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import ControlRefused, SandboxProcess

DAY = 86400


def facts(sandbox: SandboxProcess, endpoint: str) -> dict[str, Any]:
    return next(e for e in sandbox.listed("endpoints") if e["id"] == endpoint)


def only_endpoint(sandbox: SandboxProcess) -> str:
    return str(sandbox.listed("endpoints")[0]["id"])


def fail_once(create: Create, sandbox: SandboxProcess, hook: Receiver) -> str:
    """The endpoint, after one attempt that failed."""
    sandbox.control("POST", "/settings", {"retry_seconds": []})
    hook.status = 500
    sandbox.control("POST", f"/sessions/{create().id}/expire")
    sandbox.idle()
    return only_endpoint(sandbox)


def test_the_seventeenth_endpoint_is_refused(client: stripe.StripeClient) -> None:
    params: Any = {"url": "https://shop.example/hook", "enabled_events": ["checkout.session.completed"]}
    made = [client.v1.webhook_endpoints.create(params=params) for _ in range(16)]
    with pytest.raises(stripe.InvalidRequestError, match="maximum of 16 test webhook endpoints") as caught:
        client.v1.webhook_endpoints.create(params=params)
    assert caught.value.http_status == 400
    client.v1.webhook_endpoints.delete(made[0].id)
    assert client.v1.webhook_endpoints.create(params=params).status == "enabled"


def test_an_endpoint_that_is_gone_is_404(client: stripe.StripeClient, hook: Receiver) -> None:
    made = client.v1.webhook_endpoints.create(params={"url": hook.url, "enabled_events": ["*"]})
    client.v1.webhook_endpoints.delete(made.id)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: client.v1.webhook_endpoints.retrieve(made.id),
        lambda: client.v1.webhook_endpoints.update(made.id, params={"disabled": True}),
        lambda: client.v1.webhook_endpoints.delete(made.id),
    )
    for call in calls:
        with pytest.raises(stripe.InvalidRequestError, match="No such webhook endpoint") as caught:
            call()
        assert caught.value.http_status == 404


def test_a_disabled_endpoint_gets_nothing_until_it_is_enabled(
    client: stripe.StripeClient, create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = only_endpoint(sandbox)
    assert client.v1.webhook_endpoints.update(endpoint, params={"disabled": True}).status == "disabled"
    client.v1.checkout.sessions.expire(create().id)
    sandbox.idle()
    assert hook.received == []
    assert client.v1.webhook_endpoints.retrieve(endpoint).status == "disabled"
    client.v1.webhook_endpoints.update(endpoint, params={"disabled": False})
    client.v1.checkout.sessions.expire(create().id)
    hook.wait(1)
    assert hook.types() == ["checkout.session.expired"]


def test_an_endpoint_that_fails_for_days_is_warned_about_and_switched_off(
    client: stripe.StripeClient, create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = fail_once(create, sandbox, hook)
    since = facts(sandbox, endpoint)["failing_since"]
    assert since is not None
    assert facts(sandbox, endpoint)["warned_at"] is None
    sandbox.control("POST", "/clock", {"advance": 3 * DAY})
    warned = facts(sandbox, endpoint)
    assert warned["disable_at"] == since + 9 * DAY
    assert abs(warned["warned_at"] - since - 3 * DAY) <= 2
    assert client.v1.webhook_endpoints.retrieve(endpoint).status == "enabled"
    # The API tells nothing of the warning, as at Stripe.
    assert "disable_at" not in client.v1.webhook_endpoints.retrieve(endpoint).to_dict()
    sandbox.control("POST", "/clock", {"advance": 6 * DAY})
    assert client.v1.webhook_endpoints.retrieve(endpoint).status == "disabled"
    hook.status = 200
    enabled = client.v1.webhook_endpoints.update(endpoint, params={"disabled": False})
    assert enabled.status == "enabled"
    assert facts(sandbox, endpoint)["failing_since"] is None


@pytest.mark.parametrize("moment", ["before the warning", "after the warning"])
def test_one_success_ends_the_countdown(
    client: stripe.StripeClient, create: Create, sandbox: SandboxProcess, hook: Receiver, moment: str
) -> None:
    endpoint = fail_once(create, sandbox, hook)
    sandbox.control("POST", "/clock", {"advance": DAY if moment.startswith("before") else 4 * DAY})
    hook.status = 200
    client.v1.checkout.sessions.expire(create().id)
    sandbox.idle()
    assert facts(sandbox, endpoint)["failing_since"] is None
    assert facts(sandbox, endpoint)["disable_at"] is None
    sandbox.control("POST", "/clock", {"advance": 20 * DAY})
    assert client.v1.webhook_endpoints.retrieve(endpoint).status == "enabled"


def test_a_new_row_of_failures_is_counted_from_its_own_start(
    create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = fail_once(create, sandbox, hook)
    first = facts(sandbox, endpoint)["failing_since"]
    sandbox.control("POST", "/clock", {"advance": 5 * DAY})
    hook.status = 200
    sandbox.control("POST", f"/sessions/{create().id}/expire")
    sandbox.idle()
    fail_once(create, sandbox, hook)
    second = facts(sandbox, endpoint)["failing_since"]
    assert second >= first + 5 * DAY
    sandbox.control("POST", "/clock", {"advance": 5 * DAY})
    # The tenth day since the first failure, the fifth since the second.
    assert facts(sandbox, endpoint)["status"] == "enabled"
    sandbox.control("POST", "/clock", {"advance": 5 * DAY})
    assert facts(sandbox, endpoint)["status"] == "disabled"


def test_the_log_of_an_endpoint_and_the_resend_of_what_failed(
    create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    endpoint = fail_once(create, sandbox, hook)
    hook.status = 200
    sandbox.control("POST", f"/sessions/{create().id}/expire")
    sandbox.idle()
    log = sandbox.control("GET", f"/endpoints/{endpoint}/deliveries")["data"]
    assert [(d["state"], d["attempts"][0]["status"]) for d in log] == [("delivered", 200), ("failed", 500)]
    sent = sandbox.control("POST", f"/endpoints/{endpoint}/resend")["data"]
    sandbox.idle()
    assert [d["event"] for d in sent] == [log[1]["event"]]
    assert hook.received[-1].event["id"] == log[1]["event"]
    assert sandbox.control("POST", f"/endpoints/{endpoint}/resend")["data"] == []
    sandbox.control("POST", f"/endpoints/{endpoint}", {"status": "disabled"})
    with pytest.raises(ControlRefused, match="disabled"):
        sandbox.control("POST", f"/endpoints/{endpoint}/resend")
    with pytest.raises(ControlRefused, match="no such endpoint"):
        sandbox.control("GET", "/endpoints/we_nope/deliveries")


def test_two_installations_on_one_account_each_get_every_event(
    client: stripe.StripeClient, create: Create, sandbox: SandboxProcess, hook: Receiver
) -> None:
    other = Receiver()
    try:
        made = client.v1.webhook_endpoints.create(params={"url": other.url, "enabled_events": ["*"]})
        ours = create(metadata={"installation": "one"})
        theirs = create(metadata={"installation": "two"})
        client.v1.checkout.sessions.expire(ours.id)
        client.v1.checkout.sessions.expire(theirs.id)
        hook.wait(2)
        other.wait(2)
        for receiver in (hook, other):
            told = {one.event["data"]["object"]["metadata"]["installation"] for one in receiver.received}
            assert told == {"one", "two"}
        assert made.secret is not None
        client.construct_event(other.received[0].body, other.received[0].signature, made.secret)
        with pytest.raises(stripe.SignatureVerificationError):
            client.construct_event(hook.received[0].body, hook.received[0].signature, made.secret)
    finally:
        other.close()
