"""Deliveries: trusted or not (M25, M26), complete or only a hint (M1, M2, M11). Signed by the official library."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from duitpos.kit.money import Money
from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import SignatureInvalid, SignatureProblem
from duitpos.processors.events import EventKind, ProcessorEvent
from duitpos.processors.references import References
from duitpos.processors.snapshots import RefundState, SnapshotState
from duitpos.processors.start import CheckoutRequest
from duitpos.processors.stripe.adapter import StripeAdapter, StripeProcessor
from duitpos.processors.stripe.snapshots import CHARGE, INTENT
from tests.processors.contract import checkout_request
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.pure
SECRET, OLD = "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o", "whsec_of_last_year_1234567890"
Json = dict[str, Any]


def _signed(body: str, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    header: str = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return {"stripe-signature": header}


def _verifiers(secrets: tuple[str, ...]) -> list[Credentials]:
    return [{"webhook_secret": secret} for secret in secrets]


def _read(event: Json, secrets: tuple[str, ...] = (SECRET,)) -> ProcessorEvent:
    body = json.dumps(event, indent=2)
    (read,) = StripeAdapter().read_event(body.encode(), _signed(body), _verifiers(secrets)).events
    return read


def _problem(body: bytes, headers: dict[str, str], *secrets: str) -> SignatureProblem:
    with pytest.raises(SignatureInvalid) as caught:
        StripeAdapter().read_event(body, headers, _verifiers(secrets))
    return caught.value.problem


# -- trusted or not ------------------------------------------------------------------------------------------

ODD = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1795456863,
        "livemode": False,
        "type": "customer.created",
        "data": {"object": {"id": "cus_1", "object": "customer"}},
    }
)


def test_any_of_the_secrets_will_do() -> None:
    for secret in (SECRET, OLD):
        read = StripeAdapter().read_event(ODD.encode(), _signed(ODD, secret), _verifiers((SECRET, OLD)))
        (event,) = read.events
        assert (event.dedupe_key, event.kind, event.body) == ("evt_1", EventKind.OTHER, ODD)


def test_a_secret_being_rolled_has_two_signatures() -> None:
    header = f"{_signed(ODD, OLD)['stripe-signature']},v1={_signed(ODD)['stripe-signature'].split('v1=')[1]},v0=fake"
    read = StripeAdapter().read_event(ODD.encode(), {"stripe-signature": header}, _verifiers((SECRET,)))
    assert [event.dedupe_key for event in read.events] == ["evt_1"]


@pytest.mark.parametrize(
    "headers, secrets, problem",
    [
        ({}, (SECRET,), SignatureProblem.MISSING),
        ({"stripe-signature": ""}, (SECRET,), SignatureProblem.MISSING),
        (_signed(ODD), (), SignatureProblem.NO_SECRET),
        (_signed(ODD), ("",), SignatureProblem.NO_SECRET),
        (_signed(ODD), (OLD,), SignatureProblem.MISMATCH),
        (_signed(ODD + " "), (SECRET,), SignatureProblem.MISMATCH),
        ({"stripe-signature": "t=,v1="}, (SECRET,), SignatureProblem.MISMATCH),
        ({"stripe-signature": "v1=abc"}, (SECRET,), SignatureProblem.MISMATCH),
        ({"stripe-signature": "t=1,v0=abc"}, (SECRET,), SignatureProblem.MISMATCH),
        ({"stripe-signature": "nonsense"}, (SECRET,), SignatureProblem.MISMATCH),
        ({"stripe-signature": f"t={'9' * 5000},v1=é"}, (SECRET,), SignatureProblem.MISMATCH),
    ],
)
def test_deliveries_that_are_not_trusted(
    headers: dict[str, str], secrets: tuple[str, ...], problem: SignatureProblem
) -> None:
    assert _problem(ODD.encode(), headers, *secrets) == problem


def test_an_old_signature_is_a_clock_problem_not_a_wrong_secret() -> None:
    now = int(time.time())
    assert _problem(ODD.encode(), _signed(ODD, at=now - 400), SECRET, OLD) == SignatureProblem.CLOCK
    assert _problem(ODD.encode(), _signed(ODD, OLD, now - 400), SECRET) == SignatureProblem.MISMATCH


def test_a_signature_of_the_future_is_a_clock_problem_too() -> None:
    """The official library checks only for old ones."""
    now = int(time.time())
    for skew in (400, 24 * 3600, -400):
        with pytest.raises(SignatureInvalid) as caught:
            StripeAdapter().read_event(ODD.encode(), _signed(ODD, at=now + skew), _verifiers((SECRET,)))
        assert caught.value.problem == SignatureProblem.CLOCK
        assert abs(caught.value.skew - skew) <= 5
    near = StripeAdapter().read_event(ODD.encode(), _signed(ODD, at=now + 200), _verifiers((SECRET,)))
    assert near.events[0].dedupe_key == "evt_1"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "3",
        "null",
        "{}",
        '{"object": "event"}',
        '{"object": "v2.core.event", "id": "evt_1"}',
        '{"object": "event", "id": 7, "type": "x", "created": 1}',
        '{"object": "event", "id": "e", "type": "x"}',
        '{"object": "event", "id": "e", "type": "x", "created": 99999999999999999999}',
    ],
)
def test_signed_but_no_event(body: str) -> None:
    assert _problem(body.encode(), _signed(body), SECRET) == SignatureProblem.MALFORMED


def test_a_body_that_is_no_text_is_not_trusted() -> None:
    assert _problem(b"\xff\xfe", _signed("x"), SECRET) == SignatureProblem.MISMATCH


# -- contents ---------------------------------------------------------------------------------------------------

Play = Callable[..., dict[str, Json]]


@pytest.fixture
def start_request() -> CheckoutRequest:
    return checkout_request("MYR")


@pytest.fixture
def play(stripe_account: StripeProcessor, sandbox: SandboxProcess, start_request: CheckoutRequest) -> Play:
    """Starts a session, runs steps on it, and returns the last event of each type."""

    def play_out(*steps: Callable[[str], object]) -> dict[str, Json]:
        session = stripe_account.start(start_request, key=start_request.correlation.payment)
        for step in steps:
            step(session.reference)
        return {event["type"]: event for event in reversed(sandbox.listed("events"))}

    return play_out


def _pay(sandbox: SandboxProcess, **how: Any) -> Callable[[str], object]:
    return lambda reference: sandbox.pay(reference, **how)


def test_paid(play: Play, sandbox: SandboxProcess, start_request: CheckoutRequest) -> None:
    event = _read(play(_pay(sandbox))["checkout.session.completed"])
    assert (event.kind, event.is_hint, event.is_live, event.correlation) == (
        EventKind.PAYMENT,
        False,
        False,
        start_request.correlation,
    )
    snapshot = event.payment
    assert snapshot is not None
    assert (snapshot.state, snapshot.amount, snapshot.correlation) == (
        SnapshotState.PAID,
        Money(3185, "MYR"),
        start_request.correlation,
    )
    assert snapshot.reference == event.references.main
    assert snapshot.references.of(INTENT) == event.references.of(INTENT) != ""
    assert snapshot.guest_email == "guest@example.com"
    assert snapshot.paid_at == event.created_at


def test_expired(play: Play, sandbox: SandboxProcess) -> None:
    events = play(lambda reference: sandbox.control("POST", f"/sessions/{reference}/expire"))
    event = _read(events["checkout.session.expired"])
    assert event.payment is not None
    assert event.payment.state == SnapshotState.EXPIRED


@pytest.mark.parametrize(
    "result, type_, state",
    [
        ("succeed", "checkout.session.async_payment_succeeded", SnapshotState.PAID),
        ("fail", "checkout.session.async_payment_failed", SnapshotState.FAILED),
    ],
)
def test_delayed_money(
    play: Play, sandbox: SandboxProcess, result: str, type_: str, state: SnapshotState
) -> None:
    events = play(
        _pay(sandbox, method="customer_balance", delayed_result=None),
        lambda reference: sandbox.control("POST", f"/sessions/{reference}/async_result", {"result": result}),
    )
    first, last = _read(events["checkout.session.completed"]), _read(events[type_])
    assert first.payment is not None
    assert last.payment is not None
    assert first.payment.state == SnapshotState.PROCESSING
    assert last.payment.state == state


def test_a_decline_has_the_same_reference_by_event_and_fetch(
    play: Play, sandbox: SandboxProcess, stripe_account: StripeProcessor, start_request: CheckoutRequest
) -> None:
    events = play(_pay(sandbox, card="4000000000009995"))
    event = _read(events["payment_intent.payment_failed"])
    assert (event.kind, event.correlation, event.payment) == (
        EventKind.DECLINE,
        start_request.correlation,
        None,
    )
    assert event.decline is not None
    assert (event.decline.code, event.decline.decline_code) == ("card_declined", "insufficient_funds")
    assert event.decline.method == {"kind": "card", "brand": "visa", "last4": "9995"} | {
        name: event.decline.method[name] for name in ("country", "funding")
    }
    fetched = stripe_account.fetch(References(sandbox.listed("sessions")[0]["id"]))
    assert [one.reference for one in fetched.declines] == [event.decline.reference]


def test_each_refusal_at_a_bank_is_a_separate_decline(play: Play, sandbox: SandboxProcess) -> None:
    leave = _pay(sandbox, method="fpx", outcome="fail")
    play(leave, leave)
    failed = [event for event in sandbox.listed("events") if event["type"] == "payment_intent.payment_failed"]
    declines = [_read(event).decline for event in failed]
    assert len({one.reference for one in declines if one}) == 2


def test_refunds(play: Play, sandbox: SandboxProcess, stripe_account: StripeProcessor) -> None:
    def refund(reference: str) -> None:
        named = stripe_account.fetch(References(reference)).references
        refund = stripe_account.refund(named, Money(1000, "MYR"), "key-r", "our-refund", "cold")
        settled = {"status": "failed", "failure_reason": "expired_or_canceled_card"}
        sandbox.control("POST", f"/refunds/{refund.reference}/settle", settled)

    events = play(_pay(sandbox), refund)
    made, failed = _read(events["refund.created"]), _read(events["refund.failed"])
    assert made.refund is not None
    assert failed.refund is not None
    assert (made.kind, made.refund.our_refund, made.refund.amount) == (
        EventKind.REFUND, "our-refund", Money(1000, "MYR"),
    )  # fmt: skip
    assert (failed.refund.state, failed.refund.failure) == (RefundState.FAILED, "expired_or_canceled_card")
    assert made.references.of(INTENT) != ""
    charge = _read(events["charge.refunded"])
    assert (charge.kind, charge.refund) == (EventKind.REFUNDS, None)
    assert charge.references.of(CHARGE) == made.references.of(CHARGE) != ""


def test_a_free_session_is_not_paid(play: Play, sandbox: SandboxProcess) -> None:
    event = play(_pay(sandbox))["checkout.session.completed"]
    event["data"]["object"]["payment_status"] = "no_payment_required"
    snapshot = _read(event).payment
    assert snapshot is not None
    assert snapshot.state == SnapshotState.FREE


def test_a_foreign_payment_has_no_correlation(sandbox: SandboxProcess) -> None:
    event = sandbox.control("POST", "/events", {"type": "checkout.session.completed", "foreign": True})
    read = _read(event)
    assert (read.correlation, read.is_hint) == (None, False)


# -- hints (M11) ------------------------------------------------------------------------------------------------


def test_another_version_is_a_hint_with_references(
    play: Play, sandbox: SandboxProcess, start_request: CheckoutRequest
) -> None:
    events = play(_pay(sandbox, card="4000000000009995"), _pay(sandbox))
    paid, declined = (
        _read({**events[type_], "api_version": "2020-08-27"})
        for type_ in ("checkout.session.completed", "payment_intent.payment_failed")
    )
    for event in (paid, declined):
        assert event.is_hint
        assert event.payment is None
        assert event.correlation == start_request.correlation
        assert event.references.of(INTENT).startswith("pi_")
    assert _read({**events["checkout.session.completed"], "api_version": None}).is_hint
    # A decline has only texts, which are the same in every version.
    assert declined.decline is not None


@pytest.mark.parametrize(
    "field", ["status", "payment_status", "amount_total", "currency", "livemode", "metadata"]
)
def test_a_session_that_lacks_a_field_is_a_hint(play: Play, sandbox: SandboxProcess, field: str) -> None:
    event = play(_pay(sandbox))["checkout.session.completed"]
    for odd in ("absent", 3.5, "?"):
        broken = json.loads(json.dumps(event))
        if odd == "absent":
            del broken["data"]["object"][field]
        else:
            broken["data"]["object"][field] = odd
        read = _read(broken)
        assert read.is_hint, (field, odd)
        assert read.payment is None
        assert read.references.main.startswith("cs_test_")


@pytest.mark.parametrize(
    "thing", [None, [], "x", {}, {"object": {}}, {"object": None}, {"object": {"id": 5}}]
)
def test_an_event_without_its_object_is_a_hint_without_references(thing: Any) -> None:
    event = {**json.loads(ODD), "data": thing}
    for type_ in ("checkout.session.completed", "refund.updated", "payment_intent.payment_failed"):
        read = _read({**event, "type": type_})
        assert (read.is_hint, read.references, read.correlation) == (True, References(), None)
