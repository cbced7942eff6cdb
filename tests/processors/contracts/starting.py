"""Start an attempt, once: what is asked for, what a second call does, and what if the answer is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from duitpos.kit.clock import now
from duitpos.kit.web_address import origin_of
from duitpos.processors.capabilities import PaysBy, StartRepeat
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from duitpos.processors.start import (
    CheckoutRequest,
    LineItem,
    Payer,
    ShowCode,
    next_step_from_json,
    next_step_to_json,
)
from tests.processors.rig import INSTALLATION, TENANT, Rig


class StartContract:
    """Starting, repeating and finding."""

    def test_a_new_attempt_is_open_and_as_requested(self, rig: Rig) -> None:
        request = rig.request()
        started = rig.start(request)
        seen = rig.fetch(started.reference)
        assert started.reference
        assert started.next_step
        if not isinstance(started.next_step, ShowCode):
            assert _is_web_address(started.next_step.url), "a page of ours opens it"
        assert seen.next_step == started.next_step
        assert (seen.reference, seen.state, seen.amount) == (
            started.reference, SnapshotState.OPEN, rig.money(3185),
        )  # fmt: skip
        assert_ours(seen, request)

    def test_the_next_step_survives_being_stored(self, rig: Rig) -> None:
        step = rig.start().next_step
        assert next_step_from_json(next_step_to_json(step)) == step

    def test_the_guest_pays_as_was_said_before_the_start(self, rig: Rig) -> None:
        """PAGE and CODE are read before Pay. None promises nothing."""
        said, step = rig.adapter.can.pays_by, rig.start().next_step
        if said is not None:
            assert isinstance(step, ShowCode) is (said is PaysBy.CODE)

    def test_the_end_of_a_page(self, rig: Rig) -> None:
        request, expiry = rig.request(), rig.adapter.can.expiry
        ends = rig.start(request).expires_at
        if expiry is None:
            assert ends is None, "a page without an end claims none"
            return
        assert expiry.least <= timedelta(minutes=45) <= expiry.most, "our usual wish"
        assert isinstance(ends, datetime)
        assert int(ends.timestamp()) == request.expires_at

    def test_the_processor_has_what_was_asked_for(self, rig: Rig) -> None:
        """A guest who has paid comes back to the order, and the page ends when we think that it does."""
        rig.skip_unless("stored")
        request = rig.request()
        started = rig.start(request)
        stored = rig.stored(started.reference)
        assert stored.return_url == request.return_url
        assert stored.ends == started.expires_at

    def test_the_same_call_again(self, rig: Rig) -> None:
        """SAME: the first page. REFUSED: a definite refusal. UNSAFE promises nothing, so we never do it."""
        request = rig.request()
        first = rig.start(request)
        again = CheckoutRequest.from_json(request.to_json())
        match rig.adapter.can.start_repeat:
            case StartRepeat.SAME:
                assert rig.start(again) == first
                assert rig.count("start") == 1
            case StartRepeat.REFUSED:
                with pytest.raises(ProcessorError) as caught:
                    rig.start(again)
                assert caught.value.failure == Failure.REFUSED
                assert rig.count("start") == 1
            case StartRepeat.UNSAFE:
                assert rig.count("start") == 1, "one call makes one page"

    def test_the_same_key_with_another_request_is_key_reused(self, rig: Rig) -> None:
        request = rig.request()
        rig.start(request)
        changed = replace(request, description="something else")
        if rig.adapter.can.start_repeat != StartRepeat.SAME:
            # Where a start has no key it is a call like any other: the key that we give has no effect.
            another = replace(rig.request(), description="something else")
            assert rig.processor.start(another, request.correlation.payment).reference
            return
        with pytest.raises(ProcessorError) as caught:
            rig.start(changed)
        assert caught.value.failure == Failure.KEY_REUSED
        assert not caught.value.is_definite

    def test_a_start_whose_answer_was_lost_is_never_made_twice(self, rig: Rig) -> None:
        rig.skip_unless("lose_next")
        request, can = rig.request(), rig.adapter.can
        rig.lose_next("start")
        lost = self._lost(rig, request)
        assert rig.count("start") == 1
        if can.start_repeat == StartRepeat.SAME:
            assert rig.start(request) == rig.start(request)
            assert rig.count("start") == 1
        if can.can_find:
            found = rig.processor.find(request.our_reference)
            assert found is not None
            assert (found.state, found.amount) == (SnapshotState.OPEN, rig.money(3185))
            assert found.next_step, "the guest goes on with it"
            assert_ours(found, request)
        assert lost or can.start_repeat == StartRepeat.SAME, "only a safe call may be repeated by itself"

    def test_what_was_never_started_is_not_found(self, rig: Rig) -> None:
        if rig.adapter.can.can_find:
            rig.start()
            assert rig.processor.find(rig.request().our_reference) is None

    def test_of_several_the_paid_one_is_found(self, rig: Rig) -> None:
        can, request = rig.adapter.can, rig.request()
        if not (can.can_find and can.start_repeat == StartRepeat.UNSAFE):
            return
        first, second, third = (rig.start(request).reference for _ in range(3))
        found = rig.processor.find(request.our_reference)
        assert found is not None
        assert found.reference in (first, second, third)
        rig.pay(second)
        found = rig.processor.find(request.our_reference)
        assert found is not None
        assert (found.reference, found.state) == (second, SnapshotState.PAID)

    def test_an_attempt_can_be_canceled_or_stays_open(self, rig: Rig) -> None:
        started = rig.start()
        first, second = (rig.processor.cancel(started.references).state for _ in range(2))
        after = rig.fetch(started.reference)
        assert first == second == after.state
        if first == SnapshotState.EXPIRED:
            assert after.next_step is None
            return
        assert first == SnapshotState.OPEN, "that it cannot be canceled is no error"
        assert after.next_step == started.next_step
        rig.pay(started.reference)
        assert rig.fetch(started.reference).state == SnapshotState.PAID

    def test_what_the_processor_needs_of_the_guest_is_really_needed(self, rig: Rig) -> None:
        request = replace(rig.request(), payer=Payer())
        if not rig.adapter.can.needs:
            assert rig.start(request).reference
            return
        with pytest.raises(ProcessorError) as caught:
            rig.start(request)
        assert caught.value.is_definite
        assert caught.value.is_about_request

    def test_less_than_the_least_amount_is_about_the_request(self, rig: Rig) -> None:
        least = rig.adapter.can.minimum_minor.get(rig.currency)
        if least is None:
            assert rig.start(_over(rig.request(), 1)).reference, "no minimum is known, so one sen is taken"
            return
        assert rig.start(_over(rig.request(), least)).reference
        with pytest.raises(ProcessorError) as caught:
            rig.start(_over(rig.request(), least - 1))
        assert caught.value.is_definite
        assert caught.value.is_about_request

    def test_as_many_lines_as_it_claims(self, rig: Rig) -> None:
        limits = rig.adapter.can.lines
        line = LineItem("N" * limits.name_length, 100, 1, "d" * limits.description_length)
        request = rig.request()
        most = replace(request, amount_minor=100 * limits.most, lines=(line,) * limits.most)
        assert rig.start(most).reference
        # A reference of its own, or it would be refused as a duplicate.
        more = replace(rig.request(), amount_minor=100 * (limits.most + 1), lines=(line,) * (limits.most + 1))
        try:
            reference = rig.start(more).reference
        except ProcessorError as error:
            assert error.is_definite  # noqa: PT017 - or it takes more than it says
        else:
            assert rig.fetch(reference).amount == rig.money(more.amount_minor), (
                "no line is left out of the sum"
            )

    def test_lines_that_do_not_add_up_are_never_sent(self, rig: Rig) -> None:
        with pytest.raises(ProcessorError) as caught:
            rig.start(replace(rig.request(), amount_minor=3186))
        assert caught.value.is_definite
        assert rig.count("start") == 0

    def test_a_currency_that_it_cannot_take_is_never_sent(self, rig: Rig) -> None:
        request = rig.request()
        odd = replace(_over(request, 1005), currency="KWD")
        assert rig.adapter.currency_problem("KWD") is not None, "three decimals: no processor takes each fils"
        with pytest.raises(ProcessorError) as caught:
            rig.start(odd)
        assert caught.value.is_definite
        assert rig.count("start") == 0

    def test_attempts_of_a_period_are_listed(self, rig: Rig) -> None:
        """Paid and open ones, with our correlation: only this finds payments lost by a restored backup (M74)."""
        if not rig.adapter.can.lists_started:
            return
        request = rig.request()
        paid, still_open = rig.start(request), rig.start()
        rig.pay(paid.reference)
        hour = timedelta(hours=1)
        listed = {one.reference: one for one in rig.processor.started_between(now() - hour, now() + hour)}
        assert listed[paid.reference].state == SnapshotState.PAID
        assert listed[still_open.reference].state == SnapshotState.OPEN
        assert_ours(listed[paid.reference], request)
        assert not list(rig.processor.started_between(now() - 3 * hour, now() - 2 * hour))

    def _lost(self, rig: Rig, request: CheckoutRequest) -> bool:
        """Whether the first call failed; an adapter may repeat a safe call by itself."""
        try:
            rig.start(request)
        except ProcessorError as error:
            assert error.failure in (Failure.UNAVAILABLE, Failure.BUSY)  # noqa: PT017 - either is right
            return True
        return False


def assert_ours(seen: PaymentSnapshot, request: CheckoutRequest) -> None:
    """The attempt names our payment, and ours only."""
    assert seen.correlation is not None
    assert seen.correlation.payment == request.correlation.payment
    assert seen.correlation.names(INSTALLATION, TENANT)
    assert not seen.correlation.names("0" * 8 + INSTALLATION[8:], TENANT)


def _is_web_address(url: str) -> bool:
    try:
        origin_of(url)
    except ValueError:
        return False
    return True


def _over(request: CheckoutRequest, minor: int) -> CheckoutRequest:
    return replace(request, amount_minor=minor, lines=(LineItem("Teh O", minor, 1),))
