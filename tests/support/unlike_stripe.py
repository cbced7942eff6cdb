"""An in-memory processor for the domain's tests, whose abilities a test chooses; its answers can be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, cast

import pytest
from django.test import override_settings

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.tenancy.installation import forget
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import Payment, PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import Capabilities, RefundAbility, StartRepeat, WebhookAddress
from duitpos.processors.credentials import CredentialProblem, Credentials, CurrencyProblem, Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import Delivery, ProcessorEvent
from duitpos.processors.references import PAGE, References
from duitpos.processors.registry import ADAPTERS
from duitpos.processors.snapshots import (
    Charge,
    PaymentSnapshot,
    RefundScope,
    RefundSnapshot,
    RefundsSeen,
    RefundState,
    SnapshotState,
)
from duitpos.processors.start import CheckoutRequest, Redirect, Started
from tests.sandbox_process import SandboxProcess
from tests.support.restaurant import a_restaurant, a_table, an_item, online_type
from tests.support.shop import Shop

NAME = "unlike"
ONLY_TOTAL = RefundAbility(has_tag=False, is_listed=False)
WITHOUT_TAGS = RefundAbility(has_tag=False)


@dataclass
class FakeRefund:
    """A refund there; `our_refund` is only told by a processor with tags."""

    reference: str
    charge: str
    minor: int
    state: RefundState
    our_refund: str = ""

    @property
    def is_counted(self) -> bool:
        return self.state in (RefundState.PENDING, RefundState.SUCCEEDED)


@dataclass
class Page:
    """A page there, with the money that it took."""

    request: CheckoutRequest
    charges: list[Charge] = field(default_factory=list)


@dataclass
class Bank:
    """All that the processor knows, and what goes wrong next."""

    can: Capabilities
    pages: dict[str, Page] = field(default_factory=dict)
    refunds: list[FakeRefund] = field(default_factory=list)
    refund_calls: int = 0
    looks: int = 0
    refundable: RefundScope = RefundScope.ANY
    queues: bool = False
    """Refunds are answered as pending."""
    gives_ids: bool = True
    by_key: dict[str, FakeRefund] = field(default_factory=dict)
    """What each key has made, where refunds have keys."""
    next_calls: list[str] = field(default_factory=list)
    """For the next refund calls: "lost before" or "lost after" the effect, "busy", or "" for none."""
    is_silent: bool = False
    """Looks are not answered."""
    on_call: Callable[[], None] = lambda: None
    on_look: Callable[[], None] = lambda: None
    """Runs between the look and its answer."""
    lock: Lock = field(default_factory=Lock)

    def pay(self, payment: Payment, minor: int = 0) -> str:
        """The guest pays on the page, once more if it was paid; returns the charge's id."""
        page = self.pages[payment.reference]
        reference = f"ch-{payment.reference}-{len(page.charges) + 1}"
        amount = Money(minor or page.request.amount_minor, page.request.currency)
        page.charges.append(Charge(reference, amount, now()))
        return reference

    def made(self, charge: str) -> int:
        """The sum of a charge's refunds."""
        return sum(one.minor for one in self.refunds if one.charge == charge and one.is_counted)

    def refund(self, charge: str, minor: int, our_refund: str = "") -> FakeRefund:
        """Refund a part of a charge, as staff do in the processor's dashboard. Raises REFUSED."""
        with self.lock:
            paid = next(
                one for page in self.pages.values() for one in page.charges if one.reference == charge
            )
            if minor > paid.amount.minor - self.made(charge):
                raise ProcessorError(Failure.REFUSED, "amount_too_large", said="Too much.")
            state = RefundState.PENDING if self.queues else RefundState.SUCCEEDED
            refund = FakeRefund(f"re-{len(self.refunds) + 1}", charge, minor, state, our_refund)
            self.refunds.append(refund)
            return refund


class FakeProcessor(Processor):
    """One account at the bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def check(self) -> AccountFacts:
        return AccountFacts("U1", "Unlike", "MY", "MYR", Mode.TEST, True)

    def start(self, request: CheckoutRequest, key: str) -> Started:
        reference = f"page-{len(self._bank.pages) + 1}"
        self._bank.pages[reference] = Page(request)
        return Started(References(reference), Redirect(f"https://pay.example/{reference}"), None)

    def fetch(self, references: References) -> PaymentSnapshot:
        page = self._bank.pages.get(references.main)
        if page is None:
            raise ProcessorError(Failure.NOT_FOUND)
        return PaymentSnapshot(
            references=References.named(
                references.main, charge=page.charges[0].reference if page.charges else ""
            ),
            state=SnapshotState.PAID if page.charges else SnapshotState.OPEN,
            amount=Money(page.request.amount_minor, page.request.currency),
            is_live=False,
            correlation=page.request.correlation,
            paid_at=page.charges[0].paid_at if page.charges else None,
            method={"kind": "wallet"} if page.charges else {},
            charges=tuple(page.charges),
            refundable=self._bank.refundable,
        )

    def cancel(self, references: References) -> PaymentSnapshot:
        return self.fetch(references)

    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        self._bank.refund_calls += 1
        self._bank.on_call()
        fault = self._bank.next_calls.pop(0) if self._bank.next_calls else ""
        if fault == "busy":
            raise ProcessorError(Failure.BUSY)
        if fault == "lost before":
            raise ProcessorError(Failure.UNAVAILABLE)
        made = self._bank.by_key.get(key) or self._bank.refund(
            self._charge(references), amount.minor, our_refund
        )
        if self._bank.can.refund.keys_kept:
            self._bank.by_key[key] = made
        if fault == "lost after":
            raise ProcessorError(Failure.UNAVAILABLE)
        return self._snapshot(made, amount.currency)

    def refunds_of(self, references: References) -> RefundsSeen:
        if self._bank.is_silent:
            raise ProcessorError(Failure.UNAVAILABLE)
        self._bank.looks += 1
        charge = self._charge(references)
        currency = next(iter(self._bank.pages.values())).request.currency
        total = Money(self._bank.made(charge), currency)
        listed = tuple(self._snapshot(one, currency) for one in self._bank.refunds if one.charge == charge)
        self._bank.on_look()
        return RefundsSeen(listed if self._bank.can.refund.is_listed else None, total)

    def _charge(self, references: References) -> str:
        if references.of(PAGE):
            return references.main
        charges = self._bank.pages[references.main].charges if references.main in self._bank.pages else []
        if not charges:
            raise ProcessorError(Failure.NOT_FOUND)
        return charges[0].reference

    def _snapshot(self, made: FakeRefund, currency: str) -> RefundSnapshot:
        return RefundSnapshot(
            reference=made.reference if self._bank.gives_ids else "",
            state=made.state,
            amount=Money(made.minor, currency),
            our_refund=made.our_refund if self._bank.can.refund.has_tag else "",
        )


class FakeAdapter(Adapter):
    """Opens the bank's account."""

    name = NAME
    label = "Unlike Pay"
    credential_fields = ()
    guide_events = ()
    api_version = ""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.can = bank.can
        self.event: ProcessorEvent | None = None

    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        return FakeProcessor(self.bank)

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        return Delivery((self.event,) if self.event else ())

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        return ()

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        return Mode.TEST

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        return None


@dataclass
class FakeShop(Shop):
    """A restaurant at the in-memory processor."""

    bank: Bank = field(default_factory=lambda: Bank(capabilities(ONLY_TOTAL)))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For Hypothesis, which would print every page of every example."""
        printer.text("shop")

    def paid(self, **changes: object) -> Payment:
        """A payment that the guest has paid and that is settled."""
        payment = self.start(**changes)
        self.bank.pay(payment)
        return self.look(payment)

    def look(self, payment: Payment) -> Payment:
        """Fetch the payment and settle it."""
        fetch_and_settle(self.fresh(payment), Actor("sweep"))
        return self.fresh(payment)


def capabilities(refund: RefundAbility, **changes: Any) -> Capabilities:
    """A processor whose starts have no keys, unless `changes` say otherwise."""
    can = Capabilities(webhook_address=WebhookAddress.SHARED, start_repeat=StartRepeat.UNSAFE, refund=refund)
    return replace(can, **changes)


@contextmanager
def fake_shop(monkeypatch: pytest.MonkeyPatch, can: Capabilities, slug: str = "kopi") -> Iterator[FakeShop]:
    """A shop at a processor that can do `can`."""
    bank = Bank(can)
    monkeypatch.setitem(ADAPTERS, NAME, FakeAdapter(bank))
    with override_settings(BASE_URL="http://127.0.0.1:9"):
        forget()
        restaurant = a_restaurant(slug)
        kind = online_type(restaurant.tenant)
        PaymentType.objects.filter(tenant=restaurant.tenant, id=kind.id).update(is_active=True)
        account = ProcessorAccount(
            tenant=restaurant.tenant,
            payment_type=kind,
            processor=NAME,
            external_id="U1",
            state=AccountState.ACTIVE,
            currency="MYR",
            can_charge=True,
        )
        account.save()
        item = an_item(restaurant.tenant, "Nasi lemak", 1250)
        yield FakeShop(
            restaurant,
            a_table(restaurant.location),
            item,
            account,
            cast(SandboxProcess, None),
            "http://127.0.0.1:9",
            bank=bank,
        )
    forget()
