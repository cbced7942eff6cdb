"""The Stripe adapter passes the tests for every processor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import stripe

from duitpos.processors.start import Started
from duitpos.processors.stripe.adapter import StripeAdapter
from duitpos.processors.stripe.snapshots import INTENT
from tests.processors.contract import ProcessorContract, Rig, Sent, Stored
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.pure

WEBHOOK_SECRET = "whsec_4Xk0yJzWq2bVn8RtLpE6sHcA1uDfGm3o"


class StripeRig(Rig):
    """Stripe at the sandbox."""

    unknown = "cs_test_" + "a1" * 29
    open_state = "open"
    # A thin event, and one of a refund, name the payment intent only.
    is_found_by_further_ids = True
    cannot_happen: ClassVar[Mapping[str, str]] = {
        "hold": "the money is taken at once",
        "pay_again": "a session is complete after one payment",
    }

    def __init__(self, adapter: StripeAdapter, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self.adapter = adapter
        self.endpoint = sandbox.url
        self.credentials = {"secret_key": sandbox.secret_key, "webhook_secret": WEBHOOK_SECRET}
        self.wrong = {
            "secret_key": "sk_test_of_an_unknown_account",
            "webhook_secret": "whsec_of_last_year_1234567890",
        }

    def pay(self, reference: str) -> None:
        assert self._sandbox.pay(reference)["result"] == "paid"

    def decline(self, reference: str) -> None:
        assert self._sandbox.pay(reference, card="4000000000009995")["result"] == "declined"

    def pay_later(self, reference: str) -> None:
        answer = self._sandbox.pay(reference, method="customer_balance", delayed_result=None)
        assert answer["result"] == "processing"

    def bank_fails(self, reference: str) -> None:
        self._sandbox.control("POST", f"/sessions/{reference}/async_result", {"result": "fail"})

    def hold(self, reference: str) -> None:
        raise AssertionError(self.cannot_happen["hold"])

    def pay_again(self, reference: str) -> None:
        self.pay(reference)

    def pay_and_dispute(self, reference: str) -> None:
        self._sandbox.pay(reference, card="4000000000000259")

    def pay_suspected(self, reference: str) -> None:
        self._sandbox.pay(reference, card="4000000000005423")

    def tell_fees(self) -> None:
        self._sandbox.advance(3600)

    def refund_elsewhere(self, reference: str, minor: int) -> None:
        intent = self.fetch(reference).references.of(INTENT)
        self._sandbox.control("POST", "/refunds", {"payment_intent": intent, "amount": minor})

    def lose_next(self, call: str) -> None:
        path = {"start": "/v1/checkout/sessions$", "refund": "/v1/refunds$"}[call]
        self._sandbox.fault("drop", path=path, method="POST", count=2)

    def hang_next(self) -> None:
        self._sandbox.fault("hang", path="/v1/account$", seconds=100, when="before", count=2)

    def stored(self, reference: str) -> Stored:
        (session,) = (one for one in self._sandbox.listed("sessions") if one["id"] == reference)
        return Stored(session["success_url"], datetime.fromtimestamp(session["expires_at"], UTC))

    def count(self, what: str) -> int:
        return len(self._sandbox.listed({"start": "sessions", "refund": "refunds"}[what]))

    def deliveries_of(self, act: Callable[[Started], None]) -> list[Sent]:
        before = {event["id"] for event in self._sandbox.listed("events")}
        act(self.start())
        made = [one for one in reversed(self._sandbox.listed("events")) if one["id"] not in before]
        return [self._signed(json.dumps(event, indent=2)) for event in made]

    def _signed(self, body: str) -> Sent:
        header = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET)
        return Sent(body.encode(), {"stripe-signature": header})


class TestStripe(ProcessorContract):
    @pytest.fixture
    def rig(self, adapter: StripeAdapter, sandbox: SandboxProcess) -> StripeRig:
        return StripeRig(adapter, sandbox)
