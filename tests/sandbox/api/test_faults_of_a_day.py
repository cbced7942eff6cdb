"""Faults that last, and a clock that differs."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
import stripe

from tests.sandbox.conftest import Create
from tests.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


def test_too_many_requests_for_an_hour(sandbox: SandboxProcess, create: Create) -> None:
    now = sandbox.control("GET", "/clock")["now"]
    planned = sandbox.control("POST", "/faults", {"fault": "rate_limit", "until": now + 3600})
    assert planned["count"] is None
    for _ in range(3):
        with pytest.raises(stripe.RateLimitError):
            create("one-key")
        sandbox.control("POST", "/clock", {"advance": 1000})
    assert len(sandbox.control("GET", "/faults")["data"]) == 1
    sandbox.control("POST", "/clock", {"advance": 700})
    # A 429 is not kept under the Idempotency-Key.
    assert create("one-key").status == "open"
    assert sandbox.control("GET", "/faults")["data"] == []


def test_until_and_count_end_whichever_comes_first(sandbox: SandboxProcess, create: Create) -> None:
    now = sandbox.control("GET", "/clock")["now"]
    sandbox.control("POST", "/faults", {"fault": "rate_limit", "until": now + 3600, "count": 1})
    with pytest.raises(stripe.RateLimitError):
        create()
    assert create().status == "open"


def date_of(sandbox: SandboxProcess) -> float:
    reply = httpx.get(f"{sandbox.url}/v1/account", auth=(sandbox.secret_key, ""), trust_env=False)
    assert reply.headers.get_list("Date") == [reply.headers["Date"]]
    return parsedate_to_datetime(reply.headers["Date"]).timestamp()


def test_the_date_header_follows_the_sandbox_clock(sandbox: SandboxProcess) -> None:
    assert abs(date_of(sandbox) - time.time()) < 60
    sandbox.control("POST", "/settings", {"date_skew": 1200})
    assert abs(date_of(sandbox) - time.time() - 1200) < 60
    sandbox.control("POST", "/settings", {"date_skew": -1200})
    assert abs(date_of(sandbox) - time.time() + 1200) < 60
    sandbox.control("POST", "/settings", {"date_skew": 0})
    sandbox.control("POST", "/clock", {"advance": 7200})
    assert abs(date_of(sandbox) - time.time() - 7200) < 60


def test_a_clock_twenty_minutes_off_shows_in_dates_and_signatures(
    sandbox: SandboxProcess, create: Create, client: stripe.StripeClient, hook: Receiver
) -> None:
    sandbox.control("POST", "/settings", {"date_skew": -1200, "signature_skew": -1200})
    client.v1.checkout.sessions.expire(create().id)
    hook.wait(1)
    one = hook.received[0]
    signed = int(one.signature.partition(",")[0].removeprefix("t="))
    assert abs(signed - date_of(sandbox)) < 60
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        client.construct_event(one.body, one.signature, "whsec_test_of_the_sandbox")
