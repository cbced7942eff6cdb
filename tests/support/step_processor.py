"""A processor in this process, whose capabilities, next step and answers a test chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest
from django.test import override_settings

from duitpos.domain.tenancy.installation import forget
from duitpos.kit.money import Money
from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import Capabilities, StartRepeat, WebhookAddress
from duitpos.processors.credentials import CredentialProblem, Credentials, CurrencyProblem, Mode
from duitpos.processors.errors import ProcessorError, SignatureInvalid, SignatureProblem
from duitpos.processors.events import Delivery
from duitpos.processors.references import References
from duitpos.processors.registry import ADAPTERS
from duitpos.processors.snapshots import PaymentSnapshot, RefundSnapshot, RefundsSeen, SnapshotState
from duitpos.processors.start import CheckoutRequest, NextStep, Redirect, ShowCode, Started
from tests.support.restaurant import Restaurant

NAME, LABEL = "fakepay", "Kedai Pay"
CAN = Capabilities(webhook_address=WebhookAddress.OWN, start_repeat=StartRepeat.UNSAFE, has_disputes=False)
QR = "00020101021226580014A000000615000101065887340210DUITNOWQR05204581253034585802MY5909KOPI KITA6304ABCD"


def a_code(**changes: Any) -> ShowCode:
    """A code as DuitNow's."""
    return replace(ShowCode(QR, "DuitNow QR", None, 5), **changes)


@dataclass
class FakeProcessor(Processor):
    """What the next start answers, and what became of all attempts since."""

    step: NextStep | None = field(default_factory=lambda: Redirect("https://pay.kedai.example/b/1"))
    state: SnapshotState = SnapshotState.OPEN
    problem: ProcessorError | None = None
    ends: datetime | None = None
    requests: list[CheckoutRequest] = field(default_factory=list)
    fetches: int = 0
    can_cancel: bool = True
    canceled: list[str] = field(default_factory=list)

    def check(self) -> AccountFacts:
        return AccountFacts("kedai-1", "Kedai", "MY", "MYR", Mode.TEST, can_charge=True)

    def start(self, request: CheckoutRequest, key: str) -> Started:
        self.requests.append(request)
        return Started(References(f"bill-{len(self.requests)}"), self.step, self.ends)

    def fetch(self, references: References) -> PaymentSnapshot:
        self.fetches += 1
        if self.problem is not None:
            raise self.problem
        return self._snapshot(references, self.state)

    def cancel(self, references: References) -> PaymentSnapshot:
        self.canceled.append(references.main)
        is_closed = self.can_cancel and self.state == SnapshotState.OPEN
        return self._snapshot(references, SnapshotState.EXPIRED if is_closed else self.state)

    def _snapshot(self, references: References, state: SnapshotState) -> PaymentSnapshot:
        request = self.requests[int(references.main.removeprefix("bill-")) - 1]
        amount = Money(request.amount_minor, request.currency)
        step = self.step if state == SnapshotState.OPEN else None
        return PaymentSnapshot(references, state, amount, False, request.correlation, step)

    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        raise NotImplementedError

    def refunds_of(self, references: References) -> RefundsSeen:
        return RefundsSeen(())


class FakeAdapter(Adapter):
    """Opens one processor, whatever the credentials."""

    name = NAME
    label = LABEL
    credential_fields = ()
    guide_events = ()
    api_version = ""

    def __init__(self, processor: FakeProcessor, can: Capabilities) -> None:
        self.processor, self.can = processor, can

    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        return self.processor

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        raise SignatureInvalid(SignatureProblem.MISSING)

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        return ()

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        return Mode.TEST

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        return None


def install(monkeypatch: pytest.MonkeyPatch, **can: Any) -> FakeProcessor:
    """Register the processor for this test; `can` are fields of its Capabilities."""
    processor = FakeProcessor()
    monkeypatch.setitem(ADAPTERS, NAME, FakeAdapter(processor, replace(CAN, **can)))
    return processor


def an_account_at_it(restaurant: Restaurant, code: str = "KEDAI", **fields: Any) -> ProcessorAccount:
    """An active account under an active payment type of its own."""
    values = {"name": "Kedai", "kind": "online", "is_active": True, "position": 5, **fields}
    kind, _ = PaymentType.objects.get_or_create(tenant=restaurant.tenant, code=code, defaults=values)
    account = ProcessorAccount(
        tenant=restaurant.tenant,
        payment_type=kind,
        processor=NAME,
        external_id=f"kedai-{code}",
        mode=Mode.TEST,
        state=AccountState.ACTIVE,
        name="Kedai",
        country="MY",
        currency="MYR",
        can_charge=True,
    )
    account.save()
    return account


@contextmanager
def served_at(url: str) -> Iterator[None]:
    """Our addresses begin with this URL."""
    with override_settings(BASE_URL=url):
        forget()
        yield
    forget()
