"""An imaginary processor in memory, for tests of what the domain does with a processor unlike Stripe.

Each test chooses what it can do, what goes wrong, and reads the calls that were made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

import pytest
from django.test import override_settings

from duitpos.domain.tenancy.installation import forget
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.models import PaymentType, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts, Adapter, Processor
from duitpos.processors.capabilities import Capabilities, StartRepeat, WebhookAddress
from duitpos.processors.credentials import CredentialProblem, Credentials, CurrencyProblem, Mode
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.events import Delivery
from duitpos.processors.references import Correlation, References
from duitpos.processors.registry import ADAPTERS
from duitpos.processors.snapshots import PaymentSnapshot, RefundSnapshot, RefundsSeen, SnapshotState
from duitpos.processors.start import CheckoutRequest, Redirect, Started
from tests.support.restaurant import a_restaurant, a_table, an_item, online_type
from tests.support.shop import Shop

LABEL = "Imaginary Pay"
UNSAFE = Capabilities(webhook_address=WebhookAddress.NONE, start_repeat=StartRepeat.UNSAFE, expiry=None)
"""It makes a second page of a second call, finds nothing, and its pages have no end."""


@dataclass
class Page:
    """A page where money can be paid."""

    reference: str
    our_reference: str
    amount: Money
    correlation: Correlation | None
    state: SnapshotState = SnapshotState.OPEN
    acted_at: datetime | None = None


@dataclass
class Pages:
    """The processor's data, and what goes wrong there."""

    can: Capabilities = UNSAFE
    can_cancel: bool = False
    address: str = "https://pay.example"
    """Where its pages are."""
    told_end: datetime | None = None
    """The end that a start call answers."""
    is_live: bool | None = False
    lose_answers: int = 0
    """So many start calls make their page, and their answer is lost."""
    lose_calls: int = 0
    """So many start calls never arrive."""
    answer: ProcessorError | None = None
    """The answer to every start call."""
    is_down: bool = False
    """Nothing but start calls is answered."""
    hides: bool = False
    """find() does not see any page yet."""
    path: str = ""
    """Where all pages are from now on: another one changes the addresses of open pages."""
    during_start: Callable[[], object] = lambda: None
    made: list[Page] = field(default_factory=list)
    by_key: dict[str, Page] = field(default_factory=dict)
    """The last page of each start call's key."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The name of each call and what it was about."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, name: str) -> int:
        """How many calls of this name were made."""
        return [call for call, _ in self.calls].count(name)

    def page(self, reference: str) -> Page:
        """The page with this reference. Raises NOT_FOUND."""
        for page in self.made:
            if page.reference == reference:
                return page
        raise ProcessorError(Failure.NOT_FOUND, processor=LABEL)

    def pay(self, reference: str, state: SnapshotState = SnapshotState.PAID) -> None:
        """Somebody pays, or the page takes another state."""
        page = self.page(reference)
        page.state, page.acted_at = state, now()

    def step(self, page: Page) -> Redirect:
        """How the guest goes on to a page now."""
        return Redirect(f"{self.address}/{self.path}{page.reference}")

    def snapshot(self, page: Page) -> PaymentSnapshot:
        """What a fetch answers."""
        return PaymentSnapshot(
            references=References(page.reference),
            state=page.state,
            amount=page.amount,
            is_live=self.is_live,
            correlation=page.correlation,
            next_step=self.step(page),
            acted_at=page.acted_at,
        )

    def make(self, request: CheckoutRequest, key: str) -> Page:
        """Make a page, or refuse a duplicate."""
        with self._lock:
            self.calls.append(("start", key))
            if self.answer is not None:
                raise self.answer
            if self.lose_calls:
                self.lose_calls -= 1
                raise ProcessorError(Failure.UNAVAILABLE, processor=LABEL)
            is_known = any(page.our_reference == request.our_reference for page in self.made)
            if key in self.by_key and self.can.start_repeat == StartRepeat.SAME:
                return self.by_key[key]
            if is_known and self.can.start_repeat == StartRepeat.REFUSED:
                raise ProcessorError(Failure.REFUSED, said="Duplicate reference.", processor=LABEL)
            amount = Money(request.amount_minor, request.currency)
            page = Page(f"page-{len(self.made) + 1}", request.our_reference, amount, request.correlation)
            self.made.append(page)
            self.by_key[key] = page
        self.during_start()
        with self._lock:
            if self.lose_answers:
                self.lose_answers -= 1
                raise ProcessorError(Failure.UNAVAILABLE, processor=LABEL)
        return page

    def ask(self, name: str, about: str) -> None:
        """Count a call that is no start."""
        with self._lock:
            self.calls.append((name, about))
        if self.is_down:
            raise ProcessorError(Failure.UNAVAILABLE, processor=LABEL)


class FakeProcessor(Processor):
    """An open account at the imaginary processor."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def check(self) -> AccountFacts:
        """Always well."""
        return AccountFacts("", "Imaginary", "MY", "MYR", Mode.TEST, True)

    def start(self, request: CheckoutRequest, key: str) -> Started:
        """Make a page."""
        page = self._pages.make(request, key)
        references = References(page.reference)
        return Started(references, self._pages.step(page), self._pages.told_end, self._pages.is_live)

    def fetch(self, references: References) -> PaymentSnapshot:
        """What is known of a page."""
        self._pages.ask("fetch", references.main)
        return self._pages.snapshot(self._pages.page(references.main))

    def cancel(self, references: References) -> PaymentSnapshot:
        """Close a page, where pages can be closed."""
        self._pages.ask("cancel", references.main)
        page = self._pages.page(references.main)
        if self._pages.can_cancel and page.state == SnapshotState.OPEN:
            page.state = SnapshotState.EXPIRED
        return self._pages.snapshot(page)

    def find(self, our_reference: str) -> PaymentSnapshot | None:
        """The newest page with our reference."""
        self._pages.ask("find", our_reference)
        found = [page for page in self._pages.made if page.our_reference == our_reference]
        return self._pages.snapshot(found[-1]) if found and not self._pages.hides else None

    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """No refunds here."""
        raise NotImplementedError

    def refunds_of(self, references: References) -> RefundsSeen:
        """No refunds here."""
        return RefundsSeen(())


class FakeAdapter(Adapter):
    """The kind of processor."""

    name = "imaginary"
    label = LABEL
    credential_fields = ()
    guide_events = ()
    api_version = ""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    @property
    def can(self) -> Capabilities:  # type: ignore[override]
        """What the test chose."""
        return self._pages.can

    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        """Open an account."""
        return FakeProcessor(self._pages)

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        """It delivers nothing."""
        raise NotImplementedError

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        """It has no credentials."""
        return ()

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        """All its accounts are for tests."""
        return Mode.TEST

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        """It takes all."""
        return None


@dataclass
class FakeShop(Shop):
    """A restaurant whose guests pay at the imaginary processor."""

    pages: Pages = field(default_factory=Pages)

    def can(self, **changes: Any) -> None:
        """Choose what the processor can do."""
        self.pages.can = replace(self.pages.can, **changes)


@contextmanager
def open_fake_shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    """A restaurant with an account at the imaginary processor; needs committed rows (a transactional test)."""
    pages = Pages()
    monkeypatch.setitem(ADAPTERS, FakeAdapter.name, FakeAdapter(pages))
    with override_settings(BASE_URL="http://127.0.0.1:9"):
        forget()
        restaurant = a_restaurant()
        item = an_item(restaurant.tenant, "Nasi lemak", 1250)
        kind = online_type(restaurant.tenant)
        PaymentType.objects.filter(tenant=restaurant.tenant, id=kind.id).update(is_active=True)
        account = ProcessorAccount(
            tenant=restaurant.tenant,
            payment_type=kind,
            processor=FakeAdapter.name,
            mode=Mode.TEST,
            state=AccountState.ACTIVE,
            currency="MYR",
            can_charge=True,
        )
        account.save()
        yield FakeShop(
            restaurant,
            a_table(restaurant.location),
            item,
            account,
            cast(Any, None),
            "http://127.0.0.1:9",
            pages=pages,
        )
    forget()
