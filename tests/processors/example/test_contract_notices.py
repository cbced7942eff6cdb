"""The contract notices these mistakes of an adapter: each is made on purpose, and the named test must fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import Delivery
from duitpos.processors.references import References
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from duitpos.processors.start import CheckoutRequest, FormPost, Started
from tests.processors.contract import ProcessorContract
from tests.processors.example import client, snapshots
from tests.processors.example.adapter import ExampleAdapter, ExampleProcessor
from tests.processors.example.errors import kedai_error
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver
from tests.processors.example.rig import ExampleRig

pytestmark = pytest.mark.pure
CONTRACT = ProcessorContract()


class FindsNothingWhenItFails(ExampleProcessor):
    def find(self, our_reference: str) -> PaymentSnapshot | None:
        try:
            return super().find(our_reference)
        except ProcessorError:
            return None


class ReturnsElsewhere(ExampleProcessor):
    def start(self, request: CheckoutRequest, key: str) -> Started:
        return super().start(replace(request, return_url="https://order.example/"), key)


class SaysAnotherEnd(ExampleProcessor):
    def start(self, request: CheckoutRequest, key: str) -> Started:
        return replace(
            super().start(request, key), expires_at=datetime.fromtimestamp(request.expires_at, UTC)
        )


class GivesNoWebAddress(ExampleProcessor):
    def start(self, request: CheckoutRequest, key: str) -> Started:
        return replace(super().start(request, key), next_step=FormPost("/pay", ()))

    def fetch(self, references: References) -> PaymentSnapshot:
        return replace(super().fetch(references), next_step=FormPost("/pay", ()))


@pytest.fixture
def rig(kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
    return ExampleRig(kedai, receiver)


def with_processor(rig: ExampleRig, kind: type[ExampleProcessor]) -> ExampleRig:
    """The rig, with an adapter that opens this processor."""

    class Opens(ExampleAdapter):
        def open(self, pasted: Credentials, endpoint: str) -> ExampleProcessor:
            return kind(pasted, endpoint)

    rig.adapter = Opens()
    return rig


@pytest.mark.parametrize(
    "kind, test",
    [
        (FindsNothingWhenItFails, lambda rig: CONTRACT.test_a_look_up_that_was_not_answered(rig, 403)),
        (FindsNothingWhenItFails, lambda rig: CONTRACT.test_a_look_up_that_was_not_answered(rig, 500)),
        (FindsNothingWhenItFails, lambda rig: CONTRACT.test_an_answer_that_cannot_be_read(rig, b"{}")),
        (ReturnsElsewhere, CONTRACT.test_the_processor_has_what_was_asked_for),
        (SaysAnotherEnd, CONTRACT.test_the_processor_has_what_was_asked_for),
        (SaysAnotherEnd, CONTRACT.test_the_end_of_a_page),
        (GivesNoWebAddress, CONTRACT.test_a_new_attempt_is_open_and_as_requested),
    ],
)
def test_a_wrong_processor(
    rig: ExampleRig, kind: type[ExampleProcessor], test: Callable[[ExampleRig], None]
) -> None:
    assert_fails(lambda: test(with_processor(rig, kind)))


def test_an_error_of_the_server_as_a_refusal(rig: ExampleRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "refusal", lambda status, answer: kedai_error(Failure.REFUSED))
    assert_fails(lambda: CONTRACT.test_an_error_of_the_server_is_no_refusal(rig, 500))
    assert_fails(lambda: CONTRACT.test_a_refusal_with_the_status_of_an_error_is_none(rig))


def test_a_new_state_that_is_read_as_open(rig: ExampleRig, monkeypatch: pytest.MonkeyPatch) -> None:
    class Guess(dict[str, SnapshotState]):
        def get(self, key: str, default: Any = None) -> Any:
            return super().get(key, SnapshotState.OPEN)

    monkeypatch.setattr(snapshots, "_STATES", Guess(snapshots._STATES))
    assert_fails(lambda: CONTRACT.test_a_new_state_is_not_guessed(rig))


def test_a_word_that_no_answer_has(rig: ExampleRig) -> None:
    """Then the test of new states would test nothing."""
    rig.open_state = "waiting"
    assert_fails(lambda: CONTRACT.test_a_new_state_is_not_guessed(rig))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_followed(rig: ExampleRig, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    request = requests.Session.request
    monkeypatch.setattr(
        requests.Session,
        "request",
        lambda self, *args, **kwargs: request(self, *args, **{**kwargs, "allow_redirects": True}),
    )
    assert_fails(lambda: CONTRACT.test_no_call_goes_where_an_answer_redirects_it(rig, status))


def test_a_refunds_event_that_names_nothing(rig: ExampleRig) -> None:
    class NamesNothing(ExampleAdapter):
        def read_event(
            self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
        ) -> Delivery:
            read = super().read_event(body, headers, verifiers)
            return replace(
                read,
                events=tuple(
                    replace(one, references=References(), object_reference="R-1") for one in read.events
                ),
            )

    rig.adapter = NamesNothing()
    assert_fails(lambda: CONTRACT.test_a_refund_is_told(rig))


def test_a_pattern_that_is_not_the_secrets(rig: ExampleRig) -> None:
    _, password, _ = fields = rig.adapter.credential_fields
    changed = [replace(one, secret_pattern="kp_[0-9]+") if one is password else one for one in fields]
    rig.adapter.credential_fields = tuple(changed)
    assert_fails(lambda: CONTRACT.test_logs_can_recognize_secrets(rig))


@pytest.mark.parametrize("told", ["tells_account_name", "tells_guest_email"])
def test_a_rig_that_denies_what_the_processor_tells(rig: ExampleRig, told: str) -> None:
    setattr(rig, told, False)
    if told == "tells_account_name":
        assert_fails(lambda: CONTRACT.test_the_credentials_name_their_account(rig))
    else:
        assert_fails(lambda: CONTRACT.test_paid(rig))


def assert_fails(test: Callable[[], None]) -> None:
    """The test fails, by an assertion of its own or because nothing was raised."""
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test()
