"""The Stripe adapter passes the tests for every processor."""

from __future__ import annotations

import pytest

from duitpos.processors.stripe.adapter import StripeAdapter, StripeProcessor
from tests.processors.contract import ProcessorContract
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.pure


class StripeRig:
    """Stripe at the sandbox."""

    currency = "MYR"
    unknown_reference = "cs_test_" + "a1" * 29

    def __init__(self, adapter: StripeAdapter, processor: StripeProcessor, sandbox: SandboxProcess) -> None:
        self.adapter = adapter
        self.processor = processor
        self.other = adapter.open({"secret_key": "sk_test_of_an_unknown_account"}, sandbox.url)
        self._sandbox = sandbox

    def pay(self, reference: str) -> None:
        assert self._sandbox.pay(reference)["result"] == "paid"

    def decline(self, reference: str) -> None:
        assert self._sandbox.pay(reference, card="4000000000009995")["result"] == "declined"

    def pay_later(self, reference: str) -> None:
        answer = self._sandbox.pay(reference, method="customer_balance", delayed_result=None)
        assert answer["result"] == "processing"

    def bank_fails(self, reference: str) -> None:
        self._sandbox.control("POST", f"/sessions/{reference}/async_result", {"result": "fail"})

    def pay_and_dispute(self, reference: str) -> None:
        self._sandbox.pay(reference, card="4000000000000259")

    def hang_next_start(self) -> None:
        self._sandbox.fault("drop", path="/v1/checkout/sessions$", method="POST", count=2)


class TestStripe(ProcessorContract):
    @pytest.fixture
    def rig(
        self, adapter: StripeAdapter, stripe_account: StripeProcessor, sandbox: SandboxProcess
    ) -> StripeRig:
        return StripeRig(adapter, stripe_account, sandbox)
