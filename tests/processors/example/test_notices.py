"""Kedai Pay's notices: several in a body, without an id or a time, some of them unreadable."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from duitpos.processors.endpoints import EndpointTag
from duitpos.processors.errors import SignatureInvalid, SignatureProblem
from duitpos.processors.events import Acknowledgement, Delivery, EventKind
from duitpos.processors.references import References
from duitpos.processors.snapshots import SnapshotState
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Received, Receiver
from tests.processors.example.rig import ExampleRig

pytestmark = pytest.mark.pure


@pytest.fixture
def rig(kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
    return ExampleRig(kedai, receiver)


def _read(rig: ExampleRig, got: Received, *keys: str) -> Delivery:
    verifiers = [{"public_key": key} for key in keys or (rig.credentials["public_key"],)]
    return rig.adapter.read_event(got.body, {"x-kedai-signature": got.signature}, verifiers)


def _sent(rig: ExampleRig, kedai: ExampleServer, receiver: Receiver, *notices: Any) -> Delivery:
    kedai.send(receiver.url, list(notices))
    kedai.idle()
    return _read(rig, receiver.received[-1])


def test_several_notices_in_one_body(rig: ExampleRig, kedai: ExampleServer, receiver: Receiver) -> None:
    kedai.deliveries(by_hand=True)
    started = [rig.start(rig.request(receiver.url)) for _ in range(2)]
    kedai.refuse(started[0].reference)
    kedai.pay(started[1].reference)
    kedai.refund_externally(started[1].reference, "1.00")
    kedai.deliver()
    (got,) = receiver.received
    delivery = _read(rig, got)
    assert [event.kind for event in delivery.events] == [
        EventKind.PAYMENT, EventKind.PAYMENT, EventKind.REFUNDS,
    ]  # fmt: skip
    assert [event.references.main for event in delivery.events] == [
        started[0].reference, started[1].reference, started[1].reference,
    ]  # fmt: skip
    digest = hashlib.sha256(got.body).hexdigest()
    assert [event.dedupe_key for event in delivery.events] == [f"{digest}-{index}" for index in range(3)]
    first = delivery.events[0].payment
    assert first is not None
    assert (first.state, len(first.declines)) == (SnapshotState.OPEN, 1)
    assert delivery.acknowledgement == Acknowledgement("[accepted]")
    assert {(event.is_live, event.created_at) for event in delivery.events} == {(None, None)}


def test_two_refunds_of_a_bill_can_be_told_in_the_same_bytes(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver
) -> None:
    """A refund's notice has no facts of the refund, so the second looks like the first delivered again."""
    started = rig.start(rig.request(receiver.url))
    kedai.pay(started.reference)
    kedai.idle()
    for _ in range(2):
        kedai.refund_externally(started.reference, "1.00")
        kedai.idle()
    _, first, second = receiver.received
    assert first == second
    assert _read(rig, first) == _read(rig, second)


def test_a_ping_and_an_unknown_notice_are_other(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver
) -> None:
    events = _sent(rig, kedai, receiver, {"what": "ping"}, {"what": "party", "bill": "B-1"}, 7, None).events
    assert [(event.kind, event.type) for event in events] == [
        (EventKind.OTHER, "ping"),
        (EventKind.OTHER, "party"),
        (EventKind.OTHER, "unknown"),
        (EventKind.OTHER, "unknown"),
    ]


@pytest.mark.parametrize(
    "changed", [{"state": "unheard"}, {"test": None}, {"payments": {}}, {"amount": 31.85}, {"payments": [1]}]
)
def test_a_notice_that_lacks_something_is_a_hint_beside_the_others(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver, changed: dict[str, Any]
) -> None:
    reference = rig.paid().reference
    bill = {"what": "payment", **kedai.bill(reference)}
    odd, good = _sent(rig, kedai, receiver, {**bill, "payments": [], **changed}, bill).events
    assert (odd.is_hint, odd.payment, odd.references) == (True, None, References(reference))
    assert (good.is_hint, good.payment) == (False, rig.fetch(reference))


def test_a_payment_without_a_bill_is_other(rig: ExampleRig, kedai: ExampleServer, receiver: Receiver) -> None:
    (event,) = _sent(rig, kedai, receiver, {"what": "payment"}).events
    assert event.kind == EventKind.OTHER


@pytest.mark.parametrize("body", ["", "not JSON", "[]", "{}", '{"notices": {}}', "7", "[" * 100_000])
def test_a_body_that_is_no_delivery(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver, body: str
) -> None:
    kedai.send(receiver.url, body=body)
    kedai.idle()
    with pytest.raises(SignatureInvalid) as caught:
        _read(rig, receiver.received[-1])
    assert caught.value.problem == SignatureProblem.MALFORMED


def test_an_old_key_still_verifies_and_a_text_that_is_no_key_does_no_harm(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver
) -> None:
    old, new = rig.credentials["public_key"], kedai.new_key()
    kedai.send(receiver.url, [{"what": "ping"}])
    kedai.idle()
    (got,) = receiver.received
    assert _read(rig, got, "no key", "", new, old).events
    for keys in (("no key",), ("",)):
        with pytest.raises(SignatureInvalid) as caught:
            _read(rig, got, *keys)
        assert caught.value.problem == SignatureProblem.NO_SECRET
    with pytest.raises(SignatureInvalid) as caught:
        _read(rig, got, old)
    assert caught.value.problem == SignatureProblem.MISMATCH


def test_what_is_installed_verifies_both_ways_of_delivery(
    rig: ExampleRig, kedai: ExampleServer, receiver: Receiver
) -> None:
    """A bill's own address gets what the merchant's key signs, a callback what its own key signs."""
    endpoints = rig.processor.endpoints
    assert endpoints is not None
    installed = endpoints.create(receiver.url, EndpointTag("here", "kopi"), "key-callback").verifying
    rig.pay(rig.start(rig.request(receiver.url)).reference)
    kedai.idle()
    assert len({got.signature for got in receiver.received}) == 2
    for got in receiver.received:
        assert _read(rig, got, installed["public_key"]).events
