"""What the processor delivers: verified with any of our verifiers, read into events, and the same each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.credentials import Credentials
from duitpos.processors.endpoints import EndpointTag
from duitpos.processors.errors import Failure, ProcessorError, SignatureInvalid, SignatureProblem
from duitpos.processors.events import Delivery, EventKind, ProcessorEvent
from duitpos.processors.references import References
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import Started
from tests.processors.rig import Rig, Sent

LONGEST_KEY = 80
TAG = EndpointTag("installation", "tenant")


class DeliveryContract:
    """Deliveries and their set-up."""

    def test_whether_it_delivers(self, rig: Rig) -> None:
        delivers = rig.adapter.can.webhook_address != WebhookAddress.NONE
        assert delivers == any(one.verifies for one in rig.adapter.credential_fields)
        assert bool(rig.delivered(lambda started: rig.pay(started.reference))) == delivers

    def test_a_payment_is_told(self, rig: Rig) -> None:
        started: list[Started] = []

        def act(one: Started) -> None:
            started.append(one)
            rig.pay(one.reference)

        events = [one for one in _events(rig, act) if one.kind == EventKind.PAYMENT]
        paid = rig.fetch(started[0].reference)
        assert events
        for event in events:
            named = event.references
            is_found = rig.is_found_by_further_ids and named
            assert named.main == paid.reference or is_found or event.correlation == paid.correlation
            assert event.is_hint == (event.payment is None)
            # As the domain does when its correlation names our payment.
            asked = named if is_found else References(paid.reference, named.others)
            seen = event.payment or rig.processor.fetch(asked)
            assert (seen.reference, seen.state, seen.amount) == (
                paid.reference, SnapshotState.PAID, paid.amount,
            )  # fmt: skip
            assert seen.correlation == paid.correlation
            assert event.correlation in (None, paid.correlation)

    def test_a_decline_is_told_or_listed(self, rig: Rig) -> None:
        rig.skip_unless("decline")
        for event in _events(rig, lambda started: rig.decline(started.reference)):
            if event.kind == EventKind.DECLINE:
                assert event.decline is None or event.decline.message
            elif event.kind == EventKind.PAYMENT and event.payment:
                assert event.payment.state == SnapshotState.OPEN
                assert event.payment.declines

    def test_a_suspicion_is_told_with_its_payment(self, rig: Rig) -> None:
        if not rig.adapter.can.has_warnings:
            return
        rig.skip_unless("pay_suspected")
        paid: list[References] = []

        def act(started: Started) -> None:
            rig.pay_suspected(started.reference)
            paid.append(rig.fetch(started.reference).references)

        (event,) = [one for one in _events(rig, act) if one.kind == EventKind.WARNING]
        assert event.warning is not None
        assert event.warning.is_open
        assert not event.is_hint
        assert {one.value for one in event.references.others} <= {one.value for one in paid[0].others}
        assert event.references

    def test_a_refund_is_told(self, rig: Rig) -> None:
        """It names its payment, by any of the ids that a snapshot has, or payment_of() finds it."""
        paid: list[References] = []

        def act(started: Started) -> None:
            rig.pay(started.reference)
            paid.append(rig.fetch(started.reference).references)
            rig.processor.refund(paid[0], rig.money(1000), "key-told", str(uuid4()), "cold soup")

        kinds = (EventKind.REFUND, EventKind.REFUNDS)
        told = [one for one in _events(rig, act) if one.kind in kinds]
        assert told
        for event in told:
            named = event.references or rig.processor.payment_of(event.kind, event.object_reference)
            assert named.main == paid[0].main or set(named.others) & set(paid[0].others)
            assert event.kind == EventKind.REFUNDS or event.is_hint == (event.refund is None)

    def test_facts_of_every_event(self, rig: Rig) -> None:
        def act(started: Started) -> None:
            if "decline" not in rig.cannot_happen:
                rig.decline(started.reference)
            rig.pay(started.reference)

        events = _events(rig, act)
        keys = [event.dedupe_key for event in events]
        assert all(0 < len(key) <= LONGEST_KEY for key in keys)
        assert len(set(keys)) == len(keys)
        for event in events:
            assert event.type
            assert event.kind != EventKind.DISPUTE or rig.adapter.can.has_disputes
            assert event.is_live in (False, None)
            assert event.created_at is None or event.created_at.tzinfo is not None

    def test_a_redelivery_has_the_same_keys(self, rig: Rig) -> None:
        for sent in rig.delivered(lambda started: rig.pay(started.reference)):
            first, again = (_read(rig, sent) for _ in range(2))
            assert first == again
            assert [one.dedupe_key for one in first.events] == [one.dedupe_key for one in again.events]

    def test_the_answer_is_a_success(self, rig: Rig) -> None:
        for sent in rig.delivered(lambda started: rig.pay(started.reference)):
            answer = _read(rig, sent).acknowledgement
            assert 200 <= answer.status < 300
            assert "/" in answer.content_type

    def test_what_is_altered_or_signed_by_another_is_refused(self, rig: Rig) -> None:
        for sent in rig.delivered(lambda started: rig.pay(started.reference)):
            altered = sent.body.replace(b"3", b"4", 1)
            assert altered != sent.body
            for body in (altered, sent.body[:-1], sent.body + b" ", b""):
                with pytest.raises(SignatureInvalid):
                    _read(rig, Sent(body, sent.headers))
            assert _problem(rig, sent, [rig.wrong]) == SignatureProblem.MISMATCH
            assert _problem(rig, Sent(sent.body, {}), [rig.credentials]) == SignatureProblem.MISSING
            for headers in (dict.fromkeys(sent.headers, "é"), dict.fromkeys(sent.headers, "t=1,v1=")):
                with pytest.raises(SignatureInvalid):
                    _read(rig, Sent(sent.body, headers))

    def test_nothing_to_verify_with(self, rig: Rig) -> None:
        checked = {one.name for one in rig.adapter.credential_fields if not one.verifies}
        only_checked = {name: text for name, text in rig.credentials.items() if name in checked}
        for sent in rig.delivered(lambda started: rig.pay(started.reference)):
            nothing: list[list[Credentials]] = [[], [{}], [only_checked]]
            for verifiers in nothing:
                assert _problem(rig, sent, verifiers) == SignatureProblem.NO_SECRET

    def test_any_verifier_will_do(self, rig: Rig) -> None:
        """Former ones hold only the fields that verify. One that is no verifier at all does no harm."""
        verifying = [one.name for one in rig.adapter.credential_fields if one.verifies]
        former = {name: rig.credentials[name] for name in verifying}
        broken = dict.fromkeys(verifying, "nonsense")
        for sent in rig.delivered(lambda started: rig.pay(started.reference)):
            expected = _read(rig, sent)
            for verifiers in ([rig.wrong, former], [former, rig.wrong], [broken, rig.wrong, former]):
                assert rig.adapter.read_event(sent.body, sent.headers, verifiers) == expected

    def test_endpoints_are_made_listed_and_removed(self, rig: Rig) -> None:
        endpoints, form = rig.processor.endpoints, rig.adapter.credential_fields
        if endpoints is None:
            if rig.adapter.can.webhook_address != WebhookAddress.NONE:
                assert any(one.verifies and one.where for one in form), "a person must know where to find it"
            return
        before = endpoints.list()
        made = endpoints.create(rig.webhook_url, TAG, "key-endpoint")
        assert set(made.verifying) <= {one.name for one in form if one.verifies}
        assert list(rig.adapter.judge(made.verifying)) == []
        assert (made.endpoint.url, made.endpoint.is_enabled) == (rig.webhook_url, True)
        assert made.endpoint.tag == (TAG if endpoints.keeps_tags else None)
        assert set(made.endpoint.events) >= {name for name, _ in rig.adapter.guide_events} - {"*"}
        assert endpoints.list() == (*before, made.endpoint), "the oldest first"
        if rig.hears_webhook_url:
            delivered = rig.delivered(lambda started: rig.pay(started.reference))
            assert any(_is_verified(rig, sent, made.verifying) for sent in delivered)
        for _ in range(2):
            endpoints.remove(made.endpoint.id)
            assert endpoints.list() == before

    def test_an_endpoint_is_mended(self, rig: Rig) -> None:
        endpoints = rig.processor.endpoints
        if endpoints is None or not endpoints.can_mend:
            return
        made = endpoints.create(rig.webhook_url, TAG, "key-mend").endpoint
        mended = endpoints.mend(made.id, rig.webhook_url + "2/")
        assert mended == replace(made, url=rig.webhook_url + "2/")
        endpoints.remove(made.id)
        with pytest.raises(ProcessorError) as caught:
            endpoints.mend(made.id, rig.webhook_url)
        assert caught.value.failure == Failure.NOT_FOUND

    def test_a_proof_is_no_payment_and_can_be_ended(self, rig: Rig) -> None:
        endpoints = rig.processor.endpoints
        if endpoints is None or not endpoints.can_prove:
            return
        started = [
            endpoints.start_proof(rig.money(1000), rig.webhook_url, TAG, "key-proof") for _ in range(2)
        ]
        assert started[0] == started[1], "the same key is the same proof"
        seen = rig.processor.cancel(References(started[0]))
        assert seen.state == SnapshotState.EXPIRED
        assert seen.correlation is None


def _is_verified(rig: Rig, sent: Sent, verifier: Credentials) -> bool:
    try:
        rig.adapter.read_event(sent.body, sent.headers, [verifier])
    except SignatureInvalid:
        return False
    return True


def _read(rig: Rig, sent: Sent) -> Delivery:
    return rig.adapter.read_event(sent.body, sent.headers, [rig.credentials])


def _events(rig: Rig, act: Callable[[Started], None]) -> list[ProcessorEvent]:
    sent = rig.delivered(act)
    return [event for one in sent for event in _read(rig, one).events]


def _problem(rig: Rig, sent: Sent, verifiers: list[Credentials]) -> SignatureProblem:
    with pytest.raises(SignatureInvalid) as caught:
        rig.adapter.read_event(sent.body, sent.headers, verifiers)
    return caught.value.problem
