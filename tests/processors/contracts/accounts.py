"""An account: what its credentials tell, which calls they allow, and what the adapter claims about it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.money import Money
from duitpos.processors.base import Processor
from duitpos.processors.credentials import Mode
from duitpos.processors.errors import Failure, ProcessorError, SignatureInvalid
from duitpos.processors.references import References
from tests.processors.rig import Rig


class AccountContract:
    """The account, the adapter, and what is the same for all calls."""

    def test_the_credentials_name_their_account(self, rig: Rig) -> None:
        facts = rig.processor.check()
        assert bool(facts.name) == rig.tells_account_name
        assert facts.can_charge
        assert facts.currency == facts.currency.upper()
        assert not facts.external_id or rig.processor.check().external_id == facts.external_id

    def test_something_tells_test_money_from_real_money(self, rig: Rig) -> None:
        """The credentials, or else the first attempt; they never contradict each other."""
        by_form, checked = rig.adapter.mode(rig.credentials, rig.endpoint), rig.processor.check().mode
        started = rig.start()
        seen = rig.fetch(started.reference)
        assert {by_form, checked} <= {Mode.TEST, None}
        assert {started.is_live, seen.is_live} <= {False, None}
        assert Mode.TEST in (by_form, checked) or False in (started.is_live, seen.is_live)

    def test_the_adapter_describes_itself(self, rig: Rig) -> None:
        adapter = rig.adapter
        assert re.fullmatch(r"[a-z0-9]+", adapter.name)
        assert adapter.label
        assert adapter.currency_problem(rig.currency) is None
        needed = [name for name, is_enough in adapter.guide_events if is_enough]
        assert bool(needed) == bool(adapter.guide_events)

    def test_only_calls_use_the_network(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        def connect(*_: object) -> None:
            raise AssertionError("a connection was made")

        monkeypatch.setattr(socket.socket, "connect", connect)
        rig.adapter.open(rig.credentials, rig.endpoint)
        rig.adapter.judge(rig.credentials)
        rig.adapter.mode(rig.credentials, rig.endpoint)
        rig.adapter.currency_problem("KWD")
        with pytest.raises(SignatureInvalid):
            rig.adapter.read_event(b"{}", {}, [rig.credentials])

    def test_wrong_credentials_are_refused_everywhere(self, rig: Rig) -> None:
        can, request = rig.adapter.can, rig.request()
        other = rig.adapter.open(rig.wrong, rig.endpoint)
        unknown = References(rig.unknown)
        calls: list[Callable[[], object]] = [
            other.check,
            lambda: other.start(request, "key"),
            lambda: other.fetch(unknown),
            lambda: other.cancel(unknown),
            lambda: other.refunds_of(unknown),
        ]
        if can.can_find:
            calls.append(lambda: other.find(request.our_reference))
        if can.events_kept:
            calls.append(lambda: list(other.undelivered(now())))
        for call in calls:
            with pytest.raises(ProcessorError) as caught:
                call()
            assert caught.value.failure == Failure.KEY_REFUSED
            assert not caught.value.is_definite
            _assert_no_secret(rig, caught.value)

    def test_a_call_ends_at_the_deadline(self, rig: Rig) -> None:
        rig.skip_unless("hang_next")
        rig.hang_next()
        began = time.monotonic()
        with within(1), pytest.raises(ProcessorError) as caught:
            rig.processor.check()
        assert time.monotonic() - began < 60, "the deadline ended it, not the server"
        assert caught.value.failure in (Failure.UNAVAILABLE, Failure.BUSY)
        _assert_no_secret(rig, caught.value)

    def test_nobody_listens(self, rig: Rig) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        nobody = rig.adapter.open(rig.credentials, f"http://127.0.0.1:{port}")
        with pytest.raises(ProcessorError) as caught:
            nobody.start(rig.request(), "key")
        assert caught.value.failure == Failure.UNAVAILABLE
        assert not caught.value.is_definite
        assert str(port) not in str(caught.value)

    def test_what_it_cannot_do_is_not_there(self, rig: Rig) -> None:
        can, processor = rig.adapter.can, rig.processor
        hour = timedelta(hours=1)
        optional: dict[str, tuple[bool, Callable[[Processor], object]]] = {
            "find": (can.can_find, lambda one: one.find(rig.request().our_reference)),
            "undelivered": (can.events_kept is not None, lambda one: list(one.undelivered(now()))),
            "disputes_since": (can.lists_disputes, lambda one: list(one.disputes_since(now() - hour))),
            "fees_between": (can.lists_fees, lambda one: list(one.fees_between(now() - hour, now()))),
            "started_between": (
                can.lists_started,
                lambda one: list(one.started_between(now(), now() + hour)),
            ),
        }
        for name, (has_it, call) in optional.items():
            if has_it:
                assert not call(processor), name
            else:
                with pytest.raises((NotImplementedError, ProcessorError)):
                    call(processor)
        if not can.has_disputes:
            with pytest.raises(NotImplementedError):
                processor.disputes_of(References(rig.unknown))

    def test_limits_are_in_the_currencys_minor_units(self, rig: Rig) -> None:
        can = rig.adapter.can
        for amounts in (can.minimum_minor, can.refund.least_minor):
            for currency, minor in amounts.items():
                assert Money(minor, currency).minor > 0
        assert can.lines.most > 0
        assert can.lines.name_length > 0


def _assert_no_secret(rig: Rig, error: ProcessorError) -> None:
    shown = f"{error} {error!r} {error.said} {error.about}"
    for field in rig.adapter.credential_fields:
        for credentials in (rig.credentials, rig.wrong):
            if field.is_secret:
                assert credentials[field.name] not in shown
