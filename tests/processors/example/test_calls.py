"""Kedai Pay's adapter beyond the contract: its table of failures, its tries, and what only Kedai Pay has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duitpos.kit.money import Money
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.references import References
from duitpos.processors.snapshots import RefundScope, RefundState, SnapshotState
from duitpos.processors.start import FormPost
from tests.processors.contract import Rig
from tests.processors.example.errors import refusal
from tests.processors.example.process import ExampleServer
from tests.processors.example.receiver import Receiver
from tests.processors.example.rig import ExampleRig

pytestmark = pytest.mark.pure


@pytest.fixture
def rig(kedai: ExampleServer, receiver: Receiver) -> ExampleRig:
    return ExampleRig(kedai, receiver)


def _failed(rig: Rig) -> ProcessorError:
    with pytest.raises(ProcessorError) as caught:
        rig.start()
    return caught.value


# -- failures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "status, failure",
    [
        (429, Failure.BUSY),
        (500, Failure.UNAVAILABLE),
        (502, Failure.UNAVAILABLE),
        (503, Failure.UNAVAILABLE),
    ],
)
def test_a_status_has_its_failure(
    rig: ExampleRig, kedai: ExampleServer, status: int, failure: Failure
) -> None:
    kedai.fault("status", status=status)
    error = _failed(rig)
    assert (error.failure, error.is_definite, error.processor) == (failure, False, "Kedai Pay")


@pytest.mark.parametrize(
    "status, answer, failure",
    [
        (422, {"error": "LINES_INVALID"}, Failure.REFUSED),
        (404, {"error": "NOT_FOUND"}, Failure.NOT_FOUND),
        # Something on the way answers in a form of its own: a proxy, a firewall, a maintenance page.
        (403, None, Failure.UNAVAILABLE),
        (404, {"message": "no such page"}, Failure.UNAVAILABLE),
        (413, {"error": ""}, Failure.UNAVAILABLE),
        (302, {"error": "MOVED"}, Failure.UNAVAILABLE),
        (408, {"error": "TIMEOUT"}, Failure.UNAVAILABLE),
        (500, {"error": "DUPLICATE_REFERENCE"}, Failure.UNAVAILABLE),
    ],
)
def test_only_kedai_pays_own_answer_is_a_refusal(status: int, answer: object, failure: Failure) -> None:
    assert refusal(status, answer).failure == failure


def test_a_merchant_that_is_not_active(rig: ExampleRig, kedai: ExampleServer) -> None:
    kedai.merchant(is_active=False)
    error = _failed(rig)
    assert (error.failure, error.code) == (Failure.NOT_ACTIVATED, "MERCHANT_INACTIVE")
    assert error.is_definite
    assert not error.is_about_request


def test_a_merchant_that_may_not_refund(rig: ExampleRig, kedai: ExampleServer) -> None:
    paid = rig.paid()
    kedai.merchant(may_refund=False)
    with pytest.raises(ProcessorError) as caught:
        rig.processor.refund(paid.references, Money(100, "MYR"), "", "", "")
    assert caught.value.failure == Failure.NOT_PERMITTED
    assert caught.value.is_about_key


def test_a_merchant_that_cannot_find_is_not_told_that_there_is_none(
    rig: ExampleRig, kedai: ExampleServer
) -> None:
    kedai.merchant(finds_bills=False)
    with pytest.raises(ProcessorError):
        rig.processor.find(rig.request().our_reference)


@pytest.mark.parametrize("text", ["with a blank", "with\nline break", "ünïcode-password", ""])
def test_what_fits_no_header_is_refused_without_a_call(
    rig: ExampleRig, kedai: ExampleServer, text: str
) -> None:
    before = len(kedai.requests())
    with pytest.raises(ProcessorError) as caught:
        rig.adapter.open({**rig.credentials, "api_password": text}, rig.endpoint).check()
    assert caught.value.failure == Failure.KEY_REFUSED
    assert len(kedai.requests()) == before


# -- tries ---------------------------------------------------------------------------------------------------


def test_a_question_is_asked_twice_and_a_command_is_given_once(rig: ExampleRig, kedai: ExampleServer) -> None:
    kedai.fault("drop", method="GET")
    assert rig.processor.check().name
    kedai.fault("drop", method="POST", takes_effect=False)
    assert _failed(rig).failure == Failure.UNAVAILABLE
    assert rig.count("start") == 0
    paid = rig.paid()
    kedai.fault("drop", method="POST", takes_effect=False)
    with pytest.raises(ProcessorError):
        rig.processor.refund(paid.references, Money(100, "MYR"), "", "", "")
    assert rig.count("refund") == 0


def test_a_busy_kedai_pay_is_not_asked_again_at_once(rig: ExampleRig, kedai: ExampleServer) -> None:
    kedai.fault("status", status=429, method="GET")
    with pytest.raises(ProcessorError) as caught:
        rig.processor.check()
    assert caught.value.failure == Failure.BUSY


# -- a bill --------------------------------------------------------------------------------------------------


def test_the_way_to_the_page_is_a_form(rig: ExampleRig) -> None:
    started = rig.start()
    assert isinstance(started.next_step, FormPost)
    assert started.next_step.url == f"{rig.endpoint}/pay"
    assert dict(started.next_step.fields)["bill"] == started.reference
    assert started.expires_at is None


def test_what_is_asked_for(rig: ExampleRig, kedai: ExampleServer) -> None:
    request = replace(rig.request(), description="x" * 300)
    bill = kedai.bill(rig.start(request).reference)
    assert bill["reference"] == request.correlation.short
    assert bill["lines"][0] == {"name": "Nasi lemak ayam", "quantity": 2, "amount": "12.50"}


def test_real_money(rig: ExampleRig, kedai: ExampleServer) -> None:
    kedai.go_live()
    started = rig.start()
    assert started.is_live is True
    assert rig.fetch(started.reference).is_live is True


def test_another_amount_than_was_asked_for(rig: ExampleRig, kedai: ExampleServer) -> None:
    reference = rig.start().reference
    kedai.pay(reference, amount="5.00")
    paid = rig.fetch(reference)
    assert (paid.state, paid.amount) == (SnapshotState.PAID, Money(500, "MYR"))


def test_what_was_paid(rig: ExampleRig, kedai: ExampleServer) -> None:
    reference = rig.start().reference
    kedai.pay(reference, method="ewallet")
    paid = rig.fetch(reference)
    assert paid.method == {"kind": "ewallet"}
    assert paid.charges[0].fee == Money(60, "MYR")
    assert paid.references.of("payment") == paid.charges[0].reference


def test_a_failed_bill_says_why(rig: ExampleRig) -> None:
    reference = rig.start().reference
    rig.pay_later(reference)
    rig.bank_fails(reference)
    assert rig.fetch(reference).failure == "The bank refused the payment"


@pytest.mark.parametrize("word, scope", [("any", "any"), ("full", "full_only"), ("none", "none")])
def test_what_can_be_refunded(rig: ExampleRig, kedai: ExampleServer, word: str, scope: str) -> None:
    paid = rig.paid()
    kedai.set_refundable(paid.reference, word)
    assert rig.fetch(paid.reference).refundable == RefundScope(scope)


def test_a_queued_refund_that_fails_leaves_the_sum(rig: ExampleRig, kedai: ExampleServer) -> None:
    kedai.merchant(queues_refunds=True)
    paid = rig.paid()
    made = rig.processor.refund(paid.references, Money(1000, "MYR"), "", "", "")
    assert made.state == RefundState.PENDING
    assert rig.processor.refunds_of(paid.references).total == Money(1000, "MYR")
    kedai.settle_refund(made.reference, succeeds=False)
    assert rig.processor.refunds_of(paid.references).total == Money(0, "MYR")


def test_a_refund_without_a_reference_is_never_sent(rig: ExampleRig) -> None:
    for call in (
        lambda: rig.processor.refund(References(), Money(100, "MYR"), "", "", ""),
        lambda: rig.processor.refunds_of(References()),
    ):
        with pytest.raises(ProcessorError) as caught:
            call()
        assert caught.value.failure == Failure.NOT_FOUND
