"""Tests that every processor must pass. A new one subclasses `ProcessorContract` and provides a `Rig`.

The money path depends on this behaviour, so it is tested and not only documented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.processors.base import Adapter, Processor
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import EventKind
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import DisputeState, PaymentSnapshot, RefundState, SnapshotState
from duitpos.processors.start import CheckoutRequest, LineItem


class Rig(Protocol):
    """A working processor account, and actions of the payer and the bank."""

    adapter: Adapter
    processor: Processor
    other: Processor
    """The same processor opened with a key that it does not know."""
    currency: str
    unknown_reference: str
    """A valid session reference that does not exist."""

    def pay(self, reference: str) -> None: ...
    def decline(self, reference: str) -> None: ...
    def pay_later(self, reference: str) -> None:
        """Complete the session with a delayed payment method, whose result is pending."""
        ...

    def bank_fails(self, reference: str) -> None: ...
    def pay_and_dispute(self, reference: str) -> None:
        """Pay, and let the payer's bank dispute it at once."""
        ...

    def hang_next_start(self) -> None:
        """The next start call takes effect, but its response does not arrive in time."""
        ...


def checkout_request(currency: str) -> CheckoutRequest:
    """An order over 31.85: two dishes and a service charge."""
    return CheckoutRequest(
        correlation=Correlation(installation=str(uuid4()), tenant=str(uuid4()), payment=str(uuid4())),
        amount_minor=3185,
        currency=currency,
        lines=(
            LineItem("Nasi lemak ayam", 1250, 2, "extra sambal"),
            LineItem("Teh tarik", 450, 1),
            LineItem("Service charge", 235, 1),
        ),
        return_url="https://order.example/kopi/pay/return/token/",
        cancel_url="https://order.example/kopi/pay/cancel/token/",
        expires_at=int(now().timestamp()) + 45 * 60,
        description="Order at Kopi, Bangsar",
        locale="en",
    )


class ProcessorContract:
    """Subclass with a fixture `rig`."""

    def test_a_key_identifies_its_account(self, rig: Rig) -> None:
        facts = rig.processor.check()
        assert facts.external_id
        assert facts.name
        assert (facts.mode, facts.can_charge) == ("test", True)
        assert facts.currency == facts.currency.upper()

    def test_a_new_session_is_open_and_as_requested(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        session = rig.processor.start(request, key=request.correlation.payment)
        seen = rig.processor.fetch(session.references)
        assert session.next_step
        assert session.next_step == seen.next_step
        assert session.expires_at
        assert int(session.expires_at.timestamp()) == request.expires_at
        assert (seen.state, seen.amount, seen.correlation) == (
            SnapshotState.OPEN,
            Money(3185, rig.currency),
            request.correlation,
        )
        assert not seen.is_live

    def test_the_same_key_and_request_give_the_same_session(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        first = rig.processor.start(request, key=request.correlation.payment)
        pinned = CheckoutRequest.from_json(request.to_json())
        assert rig.processor.start(pinned, key=request.correlation.payment) == first

    def test_the_same_key_with_another_request_is_key_reused(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        rig.processor.start(request, key=request.correlation.payment)
        with pytest.raises(ProcessorError) as caught:
            rig.processor.start(
                replace(request, description="something else"), key=request.correlation.payment
            )
        assert caught.value.failure == Failure.KEY_REUSED
        assert not caught.value.is_definite

    def test_a_start_whose_response_was_lost_is_found_by_its_key(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        rig.hang_next_start()
        try:
            first = rig.processor.start(request, key=request.correlation.payment)
        except ProcessorError as error:
            assert error.failure in (Failure.UNAVAILABLE, Failure.BUSY)  # noqa: PT017 - either is right
            first = rig.processor.start(request, key=request.correlation.payment)
        assert rig.processor.start(request, key=request.correlation.payment) == first

    def test_paid(self, rig: Rig) -> None:
        paid = self._paid(rig)
        assert (paid.state, paid.amount) == (SnapshotState.PAID, Money(3185, rig.currency))
        assert paid.references.others
        assert paid.paid_at is not None
        assert paid.method["last4"] == "4242"
        assert paid.guest_email
        assert paid.next_step is None
        assert rig.processor.fetch(References("", paid.references.others)) == paid

    def test_an_unknown_further_id_is_not_found(self, rig: Rig) -> None:
        paid = self._paid(rig)
        unknown = tuple(replace(one, value=one.value[:-4] + "none") for one in paid.references.others)
        with pytest.raises(ProcessorError) as caught:
            rig.processor.fetch(References("", unknown))
        assert caught.value.failure == Failure.NOT_FOUND

    def test_a_decline_leaves_it_payable_and_is_listed_once(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        session = rig.processor.start(request, key=request.correlation.payment)
        rig.decline(session.reference)
        seen, again = (rig.processor.fetch(session.references) for _ in range(2))
        assert seen.state == SnapshotState.OPEN
        assert seen.declines
        assert seen.declines == again.declines
        assert seen.declines[0].message
        rig.pay(session.reference)
        assert rig.processor.fetch(session.references).state == SnapshotState.PAID

    def test_processing_and_failed_payments_are_distinguished(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        session = rig.processor.start(request, key=request.correlation.payment)
        rig.pay_later(session.reference)
        assert rig.processor.fetch(session.references).state == SnapshotState.PROCESSING
        assert rig.processor.cancel(session.references).state == SnapshotState.PROCESSING
        rig.bank_fails(session.reference)
        assert rig.processor.fetch(session.references).state == SnapshotState.FAILED

    def test_cancel_ends_an_open_session_and_may_be_repeated(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        session = rig.processor.start(request, key=request.correlation.payment)
        states = [rig.processor.cancel(session.references).state for _ in range(2)]
        assert states == [SnapshotState.EXPIRED, SnapshotState.EXPIRED]
        assert rig.processor.fetch(session.references).next_step is None

    def test_cancel_of_a_paid_session_returns_paid(self, rig: Rig) -> None:
        paid = self._paid(rig)
        assert rig.processor.cancel(paid.references) == paid

    def test_refunds_carry_our_id_and_are_one_per_key(self, rig: Rig) -> None:
        paid = self._paid(rig)
        ours = str(uuid4())
        one, same = (
            rig.processor.refund(paid.references, Money(1000, rig.currency), ours, ours, "cold soup")
            for _ in range(2)
        )
        assert one == same
        assert (one.our_refund, one.amount) == (ours, Money(1000, rig.currency))
        assert one.state in (RefundState.SUCCEEDED, RefundState.PENDING)
        assert rig.processor.refunds_of(paid.references).refunds == (one,)

    def test_refunding_more_than_was_paid_is_refused(self, rig: Rig) -> None:
        paid = self._paid(rig)
        with pytest.raises(ProcessorError) as caught:
            rig.processor.refund(paid.references, Money(9999, rig.currency), "key-1", "r-1", "")
        assert caught.value.is_definite

    def test_a_dispute_lists_the_banks_money_movements(self, rig: Rig) -> None:
        session = rig.processor.start(checkout_request(rig.currency), "key-disputed")
        rig.pay_and_dispute(session.reference)
        named = rig.processor.fetch(session.references).references
        (dispute,) = rig.processor.disputes_of(named)
        assert dispute.state == DisputeState.NEEDS_RESPONSE
        assert dispute.amount == Money(3185, rig.currency)
        assert [movement.amount for movement in dispute.movements] == [Money(-3185, rig.currency)]
        found = rig.processor.payment_of(EventKind.DISPUTE, dispute.reference)
        assert found
        assert set(found.others) <= set(named.others)

    def test_sessions_of_a_period_are_listed(self, rig: Rig) -> None:
        """Paid and open ones, with our correlation: only this finds payments lost by a restored backup (M74)."""
        request = checkout_request(rig.currency)
        paid, still_open = (rig.processor.start(request, f"key-{name}") for name in ("paid", "open"))
        rig.pay(paid.reference)
        hour = timedelta(hours=1)
        listed = {one.reference: one for one in rig.processor.started_between(now() - hour, now() + hour)}
        assert listed[paid.reference].state == SnapshotState.PAID
        assert listed[paid.reference].correlation == request.correlation
        assert listed[still_open.reference].state == SnapshotState.OPEN
        before = rig.processor.started_between(now() - 3 * hour, now() - 2 * hour)
        assert not {one.reference for one in before} & {paid.reference, still_open.reference}

    def test_an_unknown_reference_is_not_found(self, rig: Rig) -> None:
        for reference in (rig.unknown_reference, ""):
            with pytest.raises(ProcessorError) as caught:
                rig.processor.fetch(References(reference))
            assert caught.value.failure == Failure.NOT_FOUND

    def test_an_unknown_key_is_refused_everywhere(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        for call in (
            rig.other.check,
            lambda: rig.other.start(request, "key"),
            lambda: rig.other.fetch(References(rig.unknown_reference)),
            lambda: rig.other.cancel(References(rig.unknown_reference)),
            lambda: list(rig.other.undelivered(now())),
        ):
            with pytest.raises(ProcessorError) as caught:
                call()
            assert caught.value.failure == Failure.KEY_REFUSED
            assert not caught.value.is_definite

    def test_lines_that_do_not_add_up_are_never_sent(self, rig: Rig) -> None:
        request = checkout_request(rig.currency)
        with pytest.raises(ProcessorError) as caught:
            rig.processor.start(replace(request, amount_minor=3186), key=request.correlation.payment)
        assert caught.value.is_definite

    def test_the_adapter_describes_its_form(self, rig: Rig) -> None:
        fields = rig.adapter.credential_fields
        assert fields[0].required
        assert all(one.label and (one.begins_with or one.where) for one in fields)
        assert any(is_enough for _, is_enough in rig.adapter.guide_events)
        assert rig.adapter.currency_problem(rig.currency) is None

    def _paid(self, rig: Rig) -> PaymentSnapshot:
        request = checkout_request(rig.currency)
        session = rig.processor.start(request, key=request.correlation.payment)
        rig.pay(session.reference)
        return rig.processor.fetch(session.references)
