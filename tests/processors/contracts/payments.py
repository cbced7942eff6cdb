"""An attempt's states, and what is read of a payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from duitpos.kit.clock import now
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import EventKind
from duitpos.processors.references import References
from duitpos.processors.snapshots import DisputeState, SnapshotState
from tests.processors.rig import Rig


class PaymentContract:
    """From open to paid, or not."""

    def test_paid(self, rig: Rig) -> None:
        paid = rig.paid()
        assert (paid.state, paid.amount) == (SnapshotState.PAID, rig.money(3185))
        assert paid.paid_at is not None
        assert paid.acted_at is not None
        assert abs(now() - paid.paid_at) < timedelta(minutes=10)
        assert paid.method["kind"]
        assert all(paid.method.values())
        assert bool(paid.guest_email) == rig.tells_guest_email
        assert paid.next_step is None
        assert paid.failure == ""
        assert rig.fetch(paid.reference) == paid

    def test_the_money_taken(self, rig: Rig) -> None:
        """`charges` may be empty where the processor does not list them; the first is this payment's."""
        open_one = rig.fetch(rig.start().reference)
        assert open_one.charges == ()
        paid = rig.paid()
        for charge in paid.charges:
            assert charge.reference in {one.value for one in paid.references.others} | {paid.reference}
            assert charge.amount == paid.amount
            assert charge.fee is None or charge.fee.currency == rig.currency
        assert len(paid.charges) <= 1

    def test_money_taken_again_is_a_charge_of_its_own(self, rig: Rig) -> None:
        rig.skip_unless("pay_again")
        paid = rig.paid()
        rig.pay_again(paid.reference)
        seen = rig.fetch(paid.reference)
        first, second = seen.charges
        assert (first,) == paid.charges
        assert first.reference != second.reference
        assert (seen.references, seen.amount, seen.paid_at) == (paid.references, paid.amount, paid.paid_at)
        further = rig.processor.fetch(References.named(second.reference, page=paid.reference))
        assert (further.state, further.amount) == (SnapshotState.PAID, second.amount)
        assert (further.reference, further.references.of("page")) == (second.reference, paid.reference)
        assert further.charges == (second,)
        assert rig.processor.cancel(further.references) == further

    def test_a_further_charge_that_does_not_exist_is_not_found(self, rig: Rig) -> None:
        rig.skip_unless("pay_again")
        with pytest.raises(ProcessorError) as caught:
            rig.processor.fetch(References.named("none", page=rig.paid().reference))
        assert caught.value.failure == Failure.NOT_FOUND

    def test_further_ids(self, rig: Rig) -> None:
        paid = rig.paid()
        others = References("", paid.references.others)
        if rig.is_found_by_further_ids:
            assert others
            assert rig.processor.fetch(others) == paid
            unknown = tuple(replace(one, value=one.value[:-4] + "none") for one in others.others)
            others = References("", unknown)
        with pytest.raises(ProcessorError) as caught:
            rig.processor.fetch(others)
        assert caught.value.failure == Failure.NOT_FOUND

    def test_an_unknown_reference_is_not_found(self, rig: Rig) -> None:
        rig.start()
        for reference in (rig.unknown, "", "../" + rig.unknown, "?"):
            with pytest.raises(ProcessorError) as caught:
                rig.fetch(reference)
            assert caught.value.failure == Failure.NOT_FOUND

    def test_a_decline_leaves_it_payable_and_is_listed_once(self, rig: Rig) -> None:
        rig.skip_unless("decline")
        reference = rig.start().reference
        rig.decline(reference)
        seen, again = (rig.fetch(reference) for _ in range(2))
        assert seen.state == SnapshotState.OPEN
        assert seen.next_step
        assert seen.declines
        assert seen.declines == again.declines
        assert seen.declines[0].message
        assert seen.charges == ()
        rig.pay(reference)
        assert rig.fetch(reference).state == SnapshotState.PAID

    def test_processing_is_not_paid(self, rig: Rig) -> None:
        rig.skip_unless("pay_later")
        started = rig.start()
        rig.pay_later(started.reference)
        assert rig.fetch(started.reference).state == SnapshotState.PROCESSING
        assert rig.processor.cancel(started.references).state == SnapshotState.PROCESSING

    def test_a_payment_that_fails_later_has_failed(self, rig: Rig) -> None:
        rig.skip_unless("pay_later")
        rig.skip_unless("bank_fails")
        started = rig.start()
        rig.pay_later(started.reference)
        rig.bank_fails(started.reference)
        failed = rig.fetch(started.reference)
        assert failed.state == SnapshotState.FAILED
        assert failed.next_step is None
        assert failed.charges == ()

    def test_held_money_is_never_paid(self, rig: Rig) -> None:
        rig.skip_unless("hold")
        started = rig.start()
        rig.hold(started.reference)
        held = rig.fetch(started.reference)
        assert held.state == SnapshotState.AUTHORIZED
        assert held.charges == ()
        assert held.paid_at is None
        assert rig.processor.cancel(started.references).state in (
            SnapshotState.AUTHORIZED,
            SnapshotState.EXPIRED,
        )

    def test_cancel_of_a_paid_attempt_returns_paid(self, rig: Rig) -> None:
        paid = rig.paid()
        assert rig.processor.cancel(paid.references) == paid

    def test_a_dispute_lists_the_banks_money_movements(self, rig: Rig) -> None:
        if not rig.adapter.can.has_disputes:
            return
        rig.skip_unless("pay_and_dispute")
        reference = rig.start().reference
        rig.pay_and_dispute(reference)
        named = rig.fetch(reference).references
        (dispute,) = rig.processor.disputes_of(named)
        assert (dispute.state, dispute.amount) == (DisputeState.NEEDS_RESPONSE, rig.money(3185))
        assert [movement.amount for movement in dispute.movements] == [rig.money(-3185)]
        found = rig.processor.payment_of(EventKind.DISPUTE, dispute.reference)
        assert found
        assert set(found.others) <= set(named.others)

    def test_new_disputes_are_listed_with_their_payments(self, rig: Rig) -> None:
        if not rig.adapter.can.lists_disputes:
            return
        rig.skip_unless("pay_and_dispute")
        request = rig.request()
        reference = rig.start(request).reference
        rig.pay_and_dispute(reference)
        named = rig.fetch(reference).references
        (dispute,) = rig.processor.disputes_since(now() - timedelta(hours=1))
        assert dispute.reference == rig.processor.disputes_of(named)[0].reference
        assert dispute.payment
        assert {one.value for one in dispute.payment.others} <= {one.value for one in named.others}
        assert dispute.correlation in (None, request.correlation)
        assert not list(rig.processor.disputes_since(now() + timedelta(hours=1)))

    def test_fees_of_a_period_are_listed(self, rig: Rig) -> None:
        """Of payments and of refunds, with ids that name the payment (M35)."""
        if not rig.adapter.can.lists_fees:
            return
        rig.skip_unless("tell_fees")
        paid, hour = rig.paid(), timedelta(hours=1)
        rig.processor.refund(paid.references, rig.money(1000), "key", "ours", "")
        rig.tell_fees()
        fees = list(rig.processor.fees_between(now() - hour, now() + 3 * hour))
        named = {one.value for one in paid.references.others} | {paid.reference}
        (fee,) = [one for one in fees if not one.refund]
        assert fee.fee.minor > 0
        assert {one.value for one in fee.payment.others} | {fee.payment.main} <= named | {""}
        assert fee.payment
        assert abs(now() - fee.charged_at) < 2 * hour
        assert fees == list(rig.processor.fees_between(now() - hour, now() + 3 * hour))
        assert not list(rig.processor.fees_between(now() - 3 * hour, now() - 2 * hour))
