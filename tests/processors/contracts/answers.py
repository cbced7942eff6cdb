"""What an adapter makes of answers that say nothing, come from elsewhere, or say something new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.processors.base import Processor
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.references import References
from tests.processors.relay import Answer, Relay
from tests.processors.rig import Rig

Call = Callable[[], object]
ONE_TRY = 1.2
"""Seconds: too short for a second try of the same call."""
UNREADABLE = (b"", b"<html>Sorry</html>", b"{}", b"null", b'"ok"')


class AnswerContract:
    """Unclear answers to every call: nobody may conclude from one that something is so, or is not."""

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_an_error_of_the_server_is_no_refusal(self, rig: Rig, status: int) -> None:
        with _at_relay(rig) as (relay, processor):
            for body in UNREADABLE[:3]:
                relay.instead = Answer(status, body)
                for name, call in _calls(rig, processor):
                    assert _failure(call).failure in (Failure.UNAVAILABLE, Failure.BUSY), name

    def test_a_refusal_with_the_status_of_an_error_is_none(self, rig: Rig) -> None:
        started = rig.start()
        with _at_relay(rig) as (relay, processor):
            relay.change = lambda answer: replace(answer, status=503)
            for call in (
                lambda: processor.fetch(References(rig.unknown)),
                lambda: processor.refund(started.references, rig.money(100), "key", "ours", ""),
            ):
                assert _failure(call).failure in (Failure.UNAVAILABLE, Failure.BUSY)

    @pytest.mark.parametrize("body", UNREADABLE)
    def test_an_answer_that_cannot_be_read(self, rig: Rig, body: bytes) -> None:
        with _at_relay(rig) as (relay, processor):
            relay.instead = Answer(200, body)
            for name, call in _calls(rig, processor):
                assert _failure(call).failure == Failure.UNAVAILABLE, name

    @pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
    def test_a_look_up_that_was_not_answered(self, rig: Rig, status: int) -> None:
        """After None the guest may be sent to a second page."""
        if rig.adapter.can.can_find:
            with _at_relay(rig) as (relay, processor):
                relay.instead = Answer(status, b"{}")
                _failure(lambda: processor.find(rig.request().our_reference))

    def test_a_new_state_is_not_guessed(self, rig: Rig) -> None:
        """A new state may mean "paid, but …"."""
        request = rig.request()
        started = rig.start(request)
        calls: list[Callable[[Processor], object]] = [lambda one: one.fetch(started.references)]
        if rig.adapter.can.can_find:
            calls.append(lambda one: one.find(request.our_reference))
        old, new = f'"{rig.open_state}"'.encode(), b'"a_new_state"'
        with _at_relay(rig) as (relay, processor):
            for call in calls:
                assert call(processor), "it can be read as it is"
            seen: list[bytes] = []

            def renamed(answer: Answer) -> Answer:
                seen.append(answer.body)
                return replace(answer, body=answer.body.replace(old, new))

            relay.change = renamed
            for call in calls:
                assert _failure(lambda call=call: call(processor)).failure == Failure.UNAVAILABLE  # type: ignore[misc]
            assert all(old in body for body in seen), "Rig.open_state is in none of its answers"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_call_goes_where_an_answer_redirects_it(self, rig: Rig, status: int) -> None:
        """The credentials would go there, and its answers would be believed."""
        with Relay() as elsewhere, _at_relay(rig) as (relay, processor):
            elsewhere.instead = Answer(200, b"{}")
            # Another host name for the same machine.
            target = f"http://localhost:{elsewhere.port}/"
            relay.instead = Answer(status, b"{}", {"location": target})
            for name, call in _calls(rig, processor):
                error = _failure(call)
                assert elsewhere.received == [], name
                assert error.failure == Failure.UNAVAILABLE, name


@contextmanager
def _at_relay(rig: Rig) -> Iterator[tuple[Relay, Processor]]:
    with Relay(rig.endpoint) as relay:
        yield relay, rig.adapter.open(rig.credentials, relay.url)


def _failure(call: Call) -> ProcessorError:
    with within(ONE_TRY), pytest.raises(ProcessorError) as caught:
        call()
    return caught.value


def _calls(rig: Rig, processor: Processor) -> list[tuple[str, Call]]:
    """Every call that this processor has."""
    can, request, unknown = rig.adapter.can, rig.request(), References(rig.unknown)
    at = now()
    calls: list[tuple[str, bool, Call]] = [
        ("check", True, processor.check),
        ("start", True, lambda: processor.start(request, "key")),
        ("fetch", True, lambda: processor.fetch(unknown)),
        ("cancel", True, lambda: processor.cancel(unknown)),
        ("refund", True, lambda: processor.refund(unknown, rig.money(100), "key", "ours", "")),
        ("refunds_of", True, lambda: processor.refunds_of(unknown)),
        ("find", can.can_find, lambda: processor.find(request.our_reference)),
        ("disputes_of", can.has_disputes, lambda: processor.disputes_of(unknown)),
        ("disputes_since", can.lists_disputes, lambda: list(processor.disputes_since(at))),
        ("fees_between", can.lists_fees, lambda: list(processor.fees_between(at - timedelta(hours=1), at))),
        ("undelivered", can.events_kept is not None, lambda: list(processor.undelivered(at))),
        (
            "started_between",
            can.lists_started,
            lambda: list(processor.started_between(at - timedelta(hours=1), at)),
        ),
    ]
    return [(name, call) for name, has_it, call in calls if has_it]
