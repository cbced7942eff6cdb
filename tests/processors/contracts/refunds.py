"""Give money back, once, and see what was given back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from duitpos.kit.money import Money
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.references import References
from duitpos.processors.snapshots import PaymentSnapshot, RefundScope, RefundSnapshot, RefundState
from tests.processors.rig import Rig

GIVEN_BACK = (RefundState.SUCCEEDED, RefundState.PENDING)


class RefundContract:
    """Refunds by us and by others."""

    def test_a_refund(self, rig: Rig) -> None:
        paid, ours = rig.paid(), str(uuid4())
        assert paid.refundable == RefundScope.ANY
        made = _refund(rig, paid, 1000, ours)
        assert made.reference
        assert made.amount == rig.money(1000)
        assert made.state in GIVEN_BACK
        assert made.our_refund == (ours if rig.adapter.can.refund.has_tag else "")
        if rig.adapter.can.refund.is_listed:
            assert rig.processor.refunds_of(paid.references).refunds == (made,)
        assert _given_back(rig, paid.references) == rig.money(1000)

    def test_none_yet(self, rig: Rig) -> None:
        seen = rig.processor.refunds_of(rig.paid().references)
        if rig.adapter.can.refund.is_listed:
            assert seen.refunds == ()
        else:
            assert (seen.refunds, seen.total) == (None, rig.money(0))

    def test_the_same_refund_again(self, rig: Rig) -> None:
        """One refund per key. Without keys each call is a refund: that is why we never repeat one blindly."""
        paid, ours = rig.paid(), str(uuid4())
        one, two = (_refund(rig, paid, 1000, ours) for _ in range(2))
        if rig.adapter.can.refund.keys_kept:
            assert one == two
            assert _given_back(rig, paid.references) == rig.money(1000)
        else:
            assert one.reference != two.reference
            assert _given_back(rig, paid.references) == rig.money(2000)

    def test_a_refund_whose_answer_was_lost_is_made_once_and_can_be_seen(self, rig: Rig) -> None:
        rig.skip_unless("lose_next")
        paid, ours, can = rig.paid(), str(uuid4()), rig.adapter.can.refund
        rig.lose_next("refund")
        try:
            _refund(rig, paid, 1000, ours)
            is_lost = False
        except ProcessorError as error:
            assert error.failure in (Failure.UNAVAILABLE, Failure.BUSY)  # noqa: PT017 - either is right
            is_lost = True
        assert is_lost or can.keys_kept, "only a safe call may be repeated by itself"
        assert rig.count("refund") == 1
        assert _given_back(rig, paid.references) == rig.money(1000)
        if can.keys_kept:
            assert _refund(rig, paid, 1000, ours).our_refund == ours
            assert rig.count("refund") == 1
        elif can.finds_ours:
            (seen,) = rig.processor.refunds_of(paid.references).refunds or ()
            assert seen.our_refund == ours

    def test_refunds_made_elsewhere_are_seen(self, rig: Rig) -> None:
        rig.skip_unless("refund_elsewhere")
        paid = rig.paid()
        _refund(rig, paid, 1000, str(uuid4()))
        rig.refund_elsewhere(paid.reference, 500)
        assert _given_back(rig, paid.references) == rig.money(1500)
        for one in rig.processor.refunds_of(paid.references).refunds or ():
            assert one.our_refund == "" or one.amount == rig.money(1000)

    def test_more_than_was_paid_is_refused(self, rig: Rig) -> None:
        paid = rig.paid()
        for minor in (3186, 9999):
            with pytest.raises(ProcessorError) as caught:
                _refund(rig, paid, minor, str(uuid4()))
            assert caught.value.is_definite
        assert rig.count("refund") == 0

    def test_an_unpaid_attempt_is_refused(self, rig: Rig) -> None:
        started = rig.start()
        with pytest.raises(ProcessorError) as caught:
            rig.processor.refund(started.references, rig.money(100), "key", "ours", "")
        assert caught.value.is_definite

    def test_another_currency_is_refused(self, rig: Rig) -> None:
        paid = rig.paid()
        with pytest.raises(ProcessorError) as caught:
            rig.processor.refund(paid.references, Money(1005, "KWD"), "key", "ours", "")
        assert caught.value.is_definite

    def test_less_than_the_least_amount_is_refused(self, rig: Rig) -> None:
        least = rig.adapter.can.refund.least_minor.get(rig.currency, 1)
        paid = rig.paid()
        assert _refund(rig, paid, least, str(uuid4())).amount == rig.money(least)
        with pytest.raises(ProcessorError) as caught:
            _refund(rig, paid, least - 1, str(uuid4()))
        assert caught.value.is_definite

    def test_a_further_charge_has_refunds_of_its_own(self, rig: Rig) -> None:
        rig.skip_unless("pay_again")
        paid = rig.paid()
        rig.pay_again(paid.reference)
        second = rig.fetch(paid.reference).charges[1]
        further = References.named(second.reference, page=paid.reference)
        made = rig.processor.refund(further, rig.money(700), "key", str(uuid4()), "")
        assert made.amount == rig.money(700)
        assert _given_back(rig, further) == rig.money(700)
        assert _given_back(rig, paid.references) == rig.money(0)


def _refund(rig: Rig, paid: PaymentSnapshot, minor: int, ours: str) -> RefundSnapshot:
    return rig.processor.refund(paid.references, rig.money(minor), ours, ours, "cold soup")


def _given_back(rig: Rig, references: References) -> Money:
    """The sum as the domain would read it."""
    seen = rig.processor.refunds_of(references)
    if seen.refunds is None:
        assert not rig.adapter.can.refund.is_listed
        assert seen.total is not None
        return seen.total
    listed = sum((one.amount.minor for one in seen.refunds if one.state in GIVEN_BACK), 0)
    assert seen.total is None or seen.total.minor == listed
    return rig.money(listed)
