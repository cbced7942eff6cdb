"""What the contract needs to try a processor: a working account, and actions of its payers and banks.

One rig for each processor, with an empty account for each test, at the processor's test environment or at a server of
our own that behaves like it. The two that exist: `test_stripe_contract.py` and `example/test_contract.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

import pytest

from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.processors.base import Adapter, Processor
from duitpos.processors.capabilities import GuestDetail
from duitpos.processors.credentials import Credentials
from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import PaymentSnapshot
from duitpos.processors.start import CheckoutRequest, LineItem, Payer, Started

INSTALLATION, TENANT = str(uuid4()), str(uuid4())


@dataclass(frozen=True)
class Sent:
    """One delivery as it came: header names are in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Stored:
    """What the processor has stored of a start call."""

    return_url: str
    ends: datetime | None
    """The end of the page; None when it has none."""


class Rig(ABC):
    """A test account at a processor. Actions take the main reference, as start() answered it."""

    adapter: Adapter
    endpoint: str
    """Where the test environment is."""
    credentials: Credentials
    """All fields of the account, those that verify included."""
    wrong: Credentials
    """All fields again, each of the right form, but of nobody's or another's account."""
    currency = "MYR"
    unknown: str
    """A main reference of the right form that does not exist."""
    is_found_by_further_ids = False
    """Whether fetch() takes References without `main`."""
    tells_account_name = True
    """Whether the processor tells the account's name."""
    tells_guest_email = True
    """Whether the processor tells the address that a guest gave it."""
    open_state: str
    """The processor's word for the state of a page that can be paid, as its JSON answers have it."""
    cannot_happen: ClassVar[Mapping[str, str]] = {}
    """Names of actions below that cannot happen at this processor or cannot be done from here, and why.

    Their tests are skipped with the reason.
    """
    webhook_url = "https://order.example/kopi/webhooks/processor/1/"
    """An address for WebhookEndpoints."""
    hears_webhook_url = False
    """Whether the rig listens there, so that `deliveries_of` includes what arrives."""

    # -- the processor and ours ------------------------------------------------------------------------------

    @property
    def processor(self) -> Processor:
        """The account, opened."""
        return self.adapter.open(self.credentials, self.endpoint)

    def start(self, request: CheckoutRequest | None = None) -> Started:
        """Start an attempt."""
        request = request or self.request()
        return self.processor.start(request, request.correlation.payment)

    def fetch(self, reference: str) -> PaymentSnapshot:
        """Fetch an attempt by its main reference."""
        return self.processor.fetch(References(reference))

    def paid(self) -> PaymentSnapshot:
        """A paid attempt."""
        reference = self.start().reference
        self.pay(reference)
        return self.fetch(reference)

    def skip_unless(self, action: str) -> None:
        """Skip a test of an action that cannot happen here."""
        if action in self.cannot_happen:
            pytest.skip(f"{action}: {self.cannot_happen[action]}")

    def delivered(self, act: Callable[[Started], None]) -> list[Sent]:
        """What deliveries_of returns; skips the test where nothing can be delivered to here."""
        self.skip_unless("deliveries_of")
        return self.deliveries_of(act)

    def money(self, minor: int) -> Money:
        """An amount in the account's currency."""
        return Money(minor, self.currency)

    def request(self, webhook_url: str = "") -> CheckoutRequest:
        """An order over 31.85, of a guest who told what the processor needs."""
        needs = self.adapter.can.needs
        payer = Payer(
            email="guest@example.com" if GuestDetail.EMAIL in needs else "",
            name="Siti" if GuestDetail.NAME in needs else "",
        )
        return replace(checkout_request(self.currency), payer=payer, webhook_url=webhook_url)

    # -- what payers and banks do ----------------------------------------------------------------------------

    @abstractmethod
    def pay(self, reference: str) -> None:
        """Pay an attempt."""

    @abstractmethod
    def decline(self, reference: str) -> None:
        """Try to pay; the bank refuses, and the attempt stays payable (or name it in cannot_happen)."""

    @abstractmethod
    def pay_later(self, reference: str) -> None:
        """Pay with a method whose result comes later (or name it in cannot_happen)."""

    @abstractmethod
    def bank_fails(self, reference: str) -> None:
        """The result of pay_later: no money (or name it in cannot_happen)."""

    @abstractmethod
    def hold(self, reference: str) -> None:
        """The bank holds the money, and it is not taken (or name it in cannot_happen)."""

    @abstractmethod
    def pay_again(self, reference: str) -> None:
        """Pay a paid attempt once more, which takes the money again (or name it in cannot_happen)."""

    @abstractmethod
    def pay_and_dispute(self, reference: str) -> None:
        """Pay, and let the payer's bank contest it at once (Capabilities.has_disputes)."""

    @abstractmethod
    def pay_suspected(self, reference: str) -> None:
        """Pay in a way that a bank or the processor suspects (Capabilities.has_warnings, or in cannot_happen)."""

    @abstractmethod
    def tell_fees(self) -> None:
        """Let the time pass until fees are listed (Capabilities.lists_fees, or name it in cannot_happen)."""

    @abstractmethod
    def refund_elsewhere(self, reference: str, minor: int) -> None:
        """Give money back without DuitPOS, as at the processor's own pages (or name it in cannot_happen)."""

    # -- what happens to calls and deliveries ----------------------------------------------------------------

    @abstractmethod
    def lose_next(self, call: str) -> None:
        """The next `start` or `refund` takes effect, but its answer is lost, so often that no retry helps.

        Or name it in cannot_happen, as hang_next.
        """

    @abstractmethod
    def hang_next(self) -> None:
        """The next calls get no answer for minutes."""

    @abstractmethod
    def stored(self, reference: str) -> Stored:
        """What the processor has of the start call of this attempt (or name it in cannot_happen)."""

    @abstractmethod
    def count(self, what: str) -> int:
        """How many attempts (`start`) or refunds (`refund`) the account has."""

    @abstractmethod
    def deliveries_of(self, act: Callable[[Started], None]) -> list[Sent]:
        """Start an attempt whose events are delivered, act on it, and return what was delivered.

        `credentials` verify it. Several events may come in one delivery. Empty for a processor that delivers nothing.
        """


def checkout_request(currency: str) -> CheckoutRequest:
    """An order over 31.85: two dishes and a service charge."""
    return CheckoutRequest(
        correlation=Correlation(installation=INSTALLATION, tenant=TENANT, payment=str(uuid4())),
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
