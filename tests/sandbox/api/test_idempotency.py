"""Idempotency keys and faults, through the official library."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import Create, order
from tests.sandbox_process import SandboxProcess

CREATE = {"method": "POST", "path": "/v1/checkout/sessions$"}


def replayed(obj: Any) -> bool:
    return bool(obj.last_response.headers.get("Idempotent-Replayed") == "true")


def test_the_same_key_gives_the_same_response(create: Create, sandbox: SandboxProcess) -> None:
    first, again = create("k1"), create("k1")
    assert first.id == again.id
    assert (replayed(first), replayed(again)) == (False, True)
    assert first.last_response is not None
    assert again.last_response is not None
    assert again.last_response.headers["Idempotency-Key"] == "k1"
    assert again.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(sandbox.listed("sessions")) == 1
    assert [entry["replayed"] for entry in sandbox.requests()] == [False, True]


def test_a_replay_is_the_first_response_even_after_payment(create: Create, sandbox: SandboxProcess) -> None:
    first = create("k1")
    sandbox.pay(first.id)
    assert create("k1").status == "open"


def test_another_body_or_endpoint_is_refused(create: Create, client: stripe.StripeClient) -> None:
    session = create("k1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create("k1", client_reference_id="other")
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "k1"})


def test_refusals_of_parameters_are_not_kept(create: Create) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create("k1", locale="ta")
    assert not replayed(create("k1"))


def test_keys_are_deleted_after_a_day(create: Create, sandbox: SandboxProcess) -> None:
    first = create("k1")
    sandbox.advance(86400 - 60)
    assert create("k1").id == first.id
    sandbox.advance(120)
    assert create("k1").id != first.id


def test_keys_belong_to_one_account(create: Create, sandbox: SandboxProcess) -> None:
    first = create("k1")
    other = sandbox.control("POST", "/accounts", {"name": "Other"})
    params: Any = order()
    second = sandbox.client(other["secret_key"]).v1.checkout.sessions.create(
        params=params, options={"idempotency_key": "k1"}
    )
    assert first.id != second.id


def test_a_500_is_kept(create: Create, sandbox: SandboxProcess) -> None:
    sandbox.fault("error", **CREATE)
    with pytest.raises(stripe.APIError):
        create("k1")
    with pytest.raises(stripe.APIError) as caught:
        create("k1")
    assert caught.value.http_status == 500
    assert caught.value.headers is not None
    assert caught.value.headers["Idempotent-Replayed"] == "true"
    assert sandbox.listed("sessions") == []
    assert create("k2").id


def test_a_500_may_come_after_the_work_or_leave_no_trace(create: Create, sandbox: SandboxProcess) -> None:
    sandbox.fault("error", when="after", **CREATE)
    with pytest.raises(stripe.APIError):
        create("k1")
    assert len(sandbox.listed("sessions")) == 1
    sandbox.fault("error", store=False, **CREATE)
    with pytest.raises(stripe.APIError):
        create("k2")
    assert not replayed(create("k2"))


@pytest.mark.parametrize(
    "fault,facts,error,status",
    [
        ("rate_limit", {}, stripe.RateLimitError, 429),
        ("lock_timeout", {}, stripe.RateLimitError, 429),
        ("error", {"status": 401}, stripe.AuthenticationError, 401),
        ("error", {"status": 403}, stripe.PermissionError, 403),
        ("error", {"status": 404}, stripe.InvalidRequestError, 404),
        ("error", {"status": 409}, stripe.APIError, 409),
        ("error", {"status": 503}, stripe.APIError, 503),
    ],
)
def test_faults_strike_once_and_are_not_kept(
    create: Create,
    sandbox: SandboxProcess,
    fault: str,
    facts: Any,
    error: type[stripe.StripeError],
    status: int,
) -> None:
    sandbox.fault(fault, **CREATE, **facts)
    with pytest.raises(error) as caught:
        create("k1")
    assert caught.value.http_status == status
    assert not replayed(create("k1"))
    if fault == "rate_limit":
        assert caught.value.headers is not None
        assert caught.value.headers["Stripe-Rate-Limited-Reason"] == "global-rate"


def test_a_lost_response_is_replayed_to_the_librarys_retry(sandbox: SandboxProcess) -> None:
    sandbox.fault("drop", **CREATE)
    client = sandbox.client(max_network_retries=2)
    params: Any = order()
    session = client.v1.checkout.sessions.create(params=params)
    assert replayed(session)
    assert [entry["status"] for entry in sandbox.requests()] == [0, 200]
    assert [made["id"] for made in sandbox.listed("sessions")] == [session.id]


def test_a_connection_dropped_before_the_work_has_no_effect(create: Create, sandbox: SandboxProcess) -> None:
    sandbox.fault("drop", when="before", **CREATE)
    with pytest.raises(stripe.APIConnectionError):
        create("k1")
    assert sandbox.listed("sessions") == []
    assert not replayed(create("k1"))


def test_a_hang_after_the_work_outlasts_the_client(sandbox: SandboxProcess, create: Create) -> None:
    sandbox.fault("hang", seconds=1, **CREATE)
    impatient = sandbox.client(http_client=stripe.RequestsClient(timeout=0.3))
    params: Any = order()
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.checkout.sessions.create(params=params, options={"idempotency_key": "k1"})
    assert len(sandbox.listed("sessions")) == 1
    assert replayed(create("k1"))


def test_a_key_in_flight_is_409(sandbox: SandboxProcess, create: Create) -> None:
    sandbox.fault("hang", seconds=0.6, when="before", **CREATE)
    first = threading.Thread(target=create, args=("k1",))
    first.start()
    try:
        while sandbox.control("GET", "/faults")["data"]:
            time.sleep(0.01)
        with pytest.raises(stripe.APIError) as caught:
            create("k1")
        assert caught.value.http_status == 409
    finally:
        first.join()
    assert replayed(create("k1"))
    assert len(sandbox.listed("sessions")) == 1


def test_garbage_is_no_response(sandbox: SandboxProcess, create: Create) -> None:
    sandbox.fault("garbage", **CREATE)
    with pytest.raises(stripe.APIError, match="Invalid response body"):
        create("k1")
    assert replayed(create("k1"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_fault_is_used_up_only_when_it_strikes(
    create: Create, client: stripe.StripeClient, sandbox: SandboxProcess, when: str
) -> None:
    made = create(key="once")
    sandbox.fault("error", method="POST", when=when)
    # A replay does no work, so the fault does not apply.
    assert create(key="once").id == made.id
    assert len(sandbox.control("GET", "/faults")["data"]) == 1
    assert sandbox.requests()[-1]["fault"] is None
    if when == "after":
        with pytest.raises(stripe.InvalidRequestError):
            create(success_url="nowhere")
        assert len(sandbox.control("GET", "/faults")["data"]) == 1
    with pytest.raises(stripe.APIError):
        client.v1.checkout.sessions.expire(made.id, options={"max_network_retries": 0})
    assert sandbox.control("GET", "/faults")["data"] == []
    assert client.v1.checkout.sessions.retrieve(made.id).status == ("open" if when == "before" else "expired")
