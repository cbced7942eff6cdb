"""Requests to Stripe, the mapping of its errors, and deadlines (M7, M9, M10, M29, M30)."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.processors.errors import DEFINITE, Failure, ProcessorError
from duitpos.processors.events import EventKind
from duitpos.processors.references import References
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import CheckoutRequest, LineItem
from duitpos.processors.stripe.adapter import StripeAdapter, StripeProcessor
from duitpos.processors.stripe.client import API_VERSION, SANDBOX
from duitpos.processors.stripe.start import session_params, stripe_locale
from tests.processors.contract import checkout_request
from tests.processors.relay import Answer, Relay
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.pure
SESSIONS = "/v1/checkout/sessions$"


def _starts(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [one for one in sandbox.requests() if one["target"] == "/v1/checkout/sessions"]


def _failure(processor: StripeProcessor, request: CheckoutRequest | None = None) -> ProcessorError:
    with pytest.raises(ProcessorError) as caught:
        processor.start(request or checkout_request("MYR"), key="key-1")
    return caught.value


# -- requests -------------------------------------------------------------------------------------------------


def test_a_start_sends_the_pinned_request_and_nothing_else(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    request = checkout_request("MYR")
    stripe_account.start(request, key=request.correlation.payment)
    (sent,) = _starts(sandbox)
    headers = {name.lower(): value for name, value in sent["headers"].items()}
    assert headers["idempotency-key"] == request.correlation.payment
    assert headers["stripe-version"] == API_VERSION
    assert "x-stripe-client-telemetry" not in headers
    form = dict(parse_qsl(sent["body"], keep_blank_values=True))
    correlation = {
        "installation": request.correlation.installation,
        "tenant": request.correlation.tenant,
        "payment": request.correlation.payment,
    }
    lines = {
        f"line_items[{number}][{name}]": value
        for number, (dish, amount, quantity) in enumerate(
            [("Nasi lemak ayam", "1250", "2"), ("Teh tarik", "450", "1"), ("Service charge", "235", "1")]
        )
        for name, value in {
            "quantity": quantity,
            "price_data][currency": "myr",
            "price_data][unit_amount": amount,
            "price_data][product_data][name": dish,
        }.items()
    }
    assert form == {
        "mode": "payment",
        "client_reference_id": request.correlation.payment,
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
        "expires_at": str(request.expires_at),
        "adaptive_pricing[enabled]": "false",
        "locale": "en",
        "payment_intent_data[description]": request.description,
        "line_items[0][price_data][product_data][description]": "extra sambal",
        **{f"metadata[{name}]": value for name, value in correlation.items()},
        **{f"payment_intent_data[metadata][{name}]": value for name, value in correlation.items()},
        **lines,
    }


def test_the_pinned_version_is_used_again(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    request = replace(checkout_request("MYR"), api_version=API_VERSION)
    stripe_account.start(request, key="key-1")
    assert _starts(sandbox)[0]["headers"]["stripe-version"] == API_VERSION


@pytest.mark.parametrize(
    "ours, theirs",
    [
        ("en", "en"), ("en-gb", "en-GB"), ("en-us", "en"), ("ms", "ms"), ("ms_MY", "ms"), ("zh-hans", "zh"),
        ("zh-hant", "zh-TW"), ("pt-br", "pt-BR"), ("hi", "hi-IN"), ("ta", ""), ("", ""),
    ],
)  # fmt: skip
def test_locales(ours: str, theirs: str) -> None:
    assert stripe_locale(ours) == theirs
    assert session_params(replace(checkout_request("MYR"), locale=ours)).get("locale", "") == theirs


def test_an_amount_that_stripe_cannot_take_exactly_is_not_sent() -> None:
    request = replace(checkout_request("KWD"), amount_minor=1005, lines=(LineItem("Tea", 1005, 1),))
    with pytest.raises(ProcessorError) as caught:
        session_params(request)
    assert caught.value.is_definite


def test_more_lines_than_stripe_takes_are_not_sent() -> None:
    request = replace(checkout_request("MYR"), amount_minor=10100, lines=(LineItem("Tea", 100, 1),) * 101)
    with pytest.raises(ProcessorError):
        session_params(request)


# -- the table of errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault, failure",
    [
        ({"fault": "error", "status": 400}, Failure.REFUSED),
        ({"fault": "error", "status": 401}, Failure.KEY_REFUSED),
        ({"fault": "error", "status": 403}, Failure.NOT_PERMITTED),
        ({"fault": "error", "status": 404}, Failure.NOT_FOUND),
        ({"fault": "error", "status": 409}, Failure.BUSY),
        ({"fault": "rate_limit"}, Failure.BUSY),
        ({"fault": "lock_timeout"}, Failure.BUSY),
        ({"fault": "error", "status": 500, "store": False}, Failure.UNAVAILABLE),
        ({"fault": "error", "status": 502}, Failure.UNAVAILABLE),
        ({"fault": "error", "status": 503}, Failure.UNAVAILABLE),
        ({"fault": "drop", "when": "before"}, Failure.UNAVAILABLE),
        ({"fault": "drop", "when": "after"}, Failure.UNAVAILABLE),
        ({"fault": "garbage", "when": "before"}, Failure.UNAVAILABLE),
    ],
)
def test_every_error_has_its_failure(
    stripe_account: StripeProcessor, sandbox: SandboxProcess, fault: dict[str, Any], failure: Failure
) -> None:
    sandbox.fault(**fault, path=SESSIONS, count=2)
    error = _failure(stripe_account)
    assert error.failure == failure
    assert not error.replayed
    assert error.is_definite == (failure in DEFINITE)
    assert sandbox.secret_key not in f"{error.said}{error!r}"
    assert "html" not in str(error).lower()


def test_an_error_of_stripes_servers_is_never_definite_whatever_its_code(adapter: StripeAdapter) -> None:
    with Relay() as relay:
        error = (
            b'{"error": {"type": "invalid_request_error", "code": "testmode_charges_only", "message": "No."}}'
        )
        relay.instead = Answer(500, error)
        failed = _failure(adapter.open({"secret_key": "sk_test_of_nobody_1234"}, relay.url))
        assert (failed.failure, failed.code) == (Failure.UNAVAILABLE, "testmode_charges_only")
        relay.instead = Answer(400, error)
        failed = _failure(adapter.open({"secret_key": "sk_test_of_nobody_1234"}, relay.url))
        assert failed.failure == Failure.NOT_ACTIVATED


def test_an_account_that_may_not_charge_is_told_from_a_refused_request(adapter: StripeAdapter) -> None:
    with Relay() as relay:
        for message, failure in (
            ("Your account cannot currently make live charges. Complete it.", Failure.NOT_ACTIVATED),
            ("Your amount is wrong.", Failure.REFUSED),
        ):
            error = {"error": {"type": "invalid_request_error", "message": message}}
            relay.instead = Answer(400, json.dumps(error).encode())
            failed = _failure(adapter.open({"secret_key": "sk_test_of_nobody_1234"}, relay.url))
            assert failed.failure == failure


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 422, 429, 500])
@pytest.mark.parametrize("body", [b"<html>No.</html>", b"{}", b'{"error": null}', b""])
def test_a_refusal_without_an_error_of_stripes_is_never_definite(
    adapter: StripeAdapter, status: int, body: bytes
) -> None:
    """It comes from a proxy in between."""
    with Relay() as relay:
        relay.instead = Answer(status, body)
        failed = _failure(adapter.open({"secret_key": "sk_test_of_nobody_1234"}, relay.url))
    assert (failed.failure, failed.is_definite) == (Failure.UNAVAILABLE, False)


def test_a_stored_500_is_known_as_a_replay(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    sandbox.fault("error", path=SESSIONS, headers={"Stripe-Should-Retry": "false"})
    request = checkout_request("MYR")
    first, second = (_failure(stripe_account, request=request) for _ in range(2))
    assert (first.failure, first.replayed) == (Failure.UNAVAILABLE, False)
    assert (second.failure, second.replayed) == (Failure.UNAVAILABLE, True)


def test_one_error_is_retried(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    sandbox.fault("drop", path=SESSIONS, when="after")
    session = stripe_account.start(checkout_request("MYR"), key="key-1")
    keys = [one["headers"]["idempotency-key"] for one in _starts(sandbox)]
    assert keys == ["key-1", "key-1"]
    assert [one["id"] for one in sandbox.listed("sessions")] == [session.reference]


def test_no_server(adapter: StripeAdapter) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    error = _failure(adapter.open({"secret_key": "sk_test_sandbox"}, f"http://127.0.0.1:{port}"))
    assert error.failure == Failure.UNAVAILABLE
    assert str(port) not in str(error)


# -- the deadline ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hang_ends_at_the_deadline(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    sandbox.fault("hang", path=SESSIONS, seconds=200, when="before", count=2)
    began = time.monotonic()
    error = _failure(stripe_account)
    assert time.monotonic() - began < 200, "the deadline ended it, not the server"
    assert error.failure in (Failure.UNAVAILABLE, Failure.BUSY)


@contextmanager
def _dripping_server() -> Iterator[str]:
    """Sends headers at once, then one byte of the body every 0.3 s, so that no read timeout expires."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(200)
    stop = threading.Event()

    def serve() -> None:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.3):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        stop.set()
        server.close()
        thread.join(10)


@pytest.mark.slow
def test_a_slow_response_ends_at_the_deadline_too(adapter: StripeAdapter) -> None:
    with _dripping_server() as url:
        began = time.monotonic()
        with pytest.raises(ProcessorError) as caught:
            adapter.open({"secret_key": "sk_test_sandbox"}, url).fetch(References("cs_test_x"))
    assert caught.value.failure == Failure.UNAVAILABLE
    assert time.monotonic() - began < 200


# -- undelivered events ---------------------------------------------------------------------------------------------


def test_undelivered_events_come_oldest_first_and_page_by_page(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    sandbox.control(
        "POST", "/endpoints", {"url": "http://127.0.0.1:9/nobody", "secret": "whsec_of_nobody_at_all"}
    )
    since = now() - timedelta(minutes=5)
    requests = [checkout_request("MYR") for _ in range(3)]
    for request in requests:
        sandbox.pay(stripe_account.start(request, key=request.correlation.payment).reference)
        sandbox.control("POST", "/clock", {"advance": 1})
    events = list(stripe_account.undelivered(since))
    paid = [event for event in events if event.kind == EventKind.PAYMENT]
    assert [event.correlation for event in paid] == [request.correlation for request in requests]
    assert all(event.payment and event.payment.state == SnapshotState.PAID for event in paid)
    made = [event.created_at for event in events if event.created_at]
    assert made == sorted(made)
    assert {event.type for event in events} <= {name for name, _ in StripeAdapter.guide_events}


def test_a_long_list_is_read_whole(stripe_account: StripeProcessor, sandbox: SandboxProcess) -> None:
    request = checkout_request("MYR")
    session = stripe_account.start(request, key="key-1").reference
    sandbox.rule("drop", count=None)
    sandbox.control(
        "POST", "/endpoints", {"url": "http://127.0.0.1:9/nobody", "secret": "whsec_of_nobody_at_all"}
    )
    body = {"type": "checkout.session.completed", "object_id": session}
    for _ in range(103):
        sandbox.control("POST", "/events", body)
    assert len(list(stripe_account.undelivered(now() - timedelta(minutes=5)))) == 103


def test_a_refund_reason_is_kept_without_stripe_s_own(
    stripe_account: StripeProcessor, sandbox: SandboxProcess
) -> None:
    request = checkout_request("MYR")
    session = stripe_account.start(request, key="key-1").reference
    sandbox.pay(session)
    named = stripe_account.fetch(References(session)).references
    refund = stripe_account.refund(named, Money(500, "MYR"), "key-2", "our-refund", "fraudulent")
    assert refund.reason == "fraudulent"
    assert sandbox.listed("refunds")[0]["reason"] is None


# -- clocks and connections -------------------------------------------------------------------------------------------


def test_calls_of_all_accounts_share_a_connection(adapter: StripeAdapter, sandbox: SandboxProcess) -> None:
    other = sandbox.control("POST", "/accounts", {"name": "Another"})["secret_key"]
    adapter.open({"secret_key": other}, sandbox.url).check()
    pools = SANDBOX._session().get_adapter("http://").poolmanager.pools  # type: ignore[attr-defined]
    (pool,) = [pools[key] for key in pools.keys() if key.key_port == sandbox.port]  # noqa: SIM118 - it does not iterate
    connections, requests = pool.num_connections, pool.num_requests
    names = [
        adapter.open({"secret_key": key}, sandbox.url).check().name for key in (sandbox.secret_key, other) * 5
    ]
    assert names == ["Kopi Ujian", "Another"] * 5
    assert (pool.num_connections - connections, pool.num_requests - requests) == (0, 10)


def test_a_request_that_an_earlier_version_pinned_reads_the_same() -> None:
    request = checkout_request("MYR")
    pinned = request.to_json()
    pinned["mark"] = pinned.pop("correlation")
    assert CheckoutRequest.from_json(pinned) == request
