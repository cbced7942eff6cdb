"""The processor interface: an adapter for each kind of processor, and an open account of one (docs/processors.md).

A new processor needs a folder of its own here, a line in `registry.py` and the contract tests. It gets and returns
frozen values only: no HTTP request, no model, no HTML, no sentence.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from duitpos.kit.money import Money
from duitpos.processors.account import (
    PaymentMethod,
    Permission,
    Place,
    ProcessorPage,
    Requirement,
    Restriction,
)
from duitpos.processors.capabilities import Capabilities
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    CurrencyProblem,
    Mode,
)
from duitpos.processors.endpoints import WebhookEndpoints
from duitpos.processors.events import Delivery, EventKind, ProcessorEvent
from duitpos.processors.guide import SetupGuide
from duitpos.processors.references import References
from duitpos.processors.snapshots import (
    DisputeSnapshot,
    FeeSnapshot,
    PaymentSnapshot,
    RefundSnapshot,
    RefundsSeen,
)
from duitpos.processors.start import CheckoutRequest, Started


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account that credentials belong to, and what an owner should know of it. None or empty: not told."""

    external_id: str
    """The processor's id of the account; empty when it does not tell."""
    name: str
    country: str
    currency: str
    mode: Mode | None
    """None: only the objects of a first payment tell."""
    can_charge: bool
    is_set_up: bool | None = None
    """Whether the owner has ever finished the processor's own set-up; before, real payments are not expected yet."""
    can_pay_out: bool | None = None
    """Whether money goes on to the owner's bank."""
    restriction: Restriction | None = None
    restriction_code: str = ""
    """The processor's own code for why it restricts the account."""
    requirements: tuple[Requirement, ...] | None = None
    methods: tuple[PaymentMethod, ...] | None = None
    missing: tuple[Permission, ...] | None = None
    """The permissions of Adapter.permissions that the credentials lack."""
    is_too_wide: bool | None = None
    """Whether the credentials may do much more than is needed, and narrower ones could be had."""
    clock_ahead: int | None = None
    """Seconds that our clock is ahead of the processor's; negative when it is behind."""
    event_version: str = ""
    """The API version of the account's newest event."""
    expires_at: datetime | None = None
    """When the credentials end."""


class Processor(ABC):
    """One processor account with its credentials, opened for one piece of work.

    All methods raise ProcessorError. Do not call them inside a database transaction. The optional ones are called only
    when the adapter's Capabilities say so.
    """

    endpoints: WebhookEndpoints | None = None
    """None: a person sets our address up at the processor, and only deliveries tell whether it works."""

    @abstractmethod
    def check(self) -> AccountFacts:
        """Fetch the account that the credentials belong to."""

    def review(self) -> AccountFacts:
        """Fetch all that an owner should know of the account, also what takes more calls. Once a day, and on saving."""
        return self.check()

    @abstractmethod
    def start(self, request: CheckoutRequest, key: str) -> Started:
        """Make a page where the guest can pay. `key` is the idempotency key, for processors that have them."""

    @abstractmethod
    def fetch(self, references: References) -> PaymentSnapshot:
        """Fetch an attempt by its main reference, or without one by any other. Raises NOT_FOUND."""

    @abstractmethod
    def cancel(self, references: References) -> PaymentSnapshot:
        """Make an unpaid attempt unpayable, and return its snapshot; idempotent, so it takes no key.

        A paid attempt, or one that cannot be canceled, is no error: the snapshot says what it is.
        """

    @abstractmethod
    def refund(
        self, references: References, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Refund a payment. `our_refund` is the tag to find it by, for processors that keep one."""

    @abstractmethod
    def refunds_of(self, references: References) -> RefundsSeen:
        """List all refunds of a payment, also those made at the processor, or tell their sum."""

    def find(self, our_reference: str) -> PaymentSnapshot | None:
        """Find an attempt by CheckoutRequest.our_reference; None when there is none (Capabilities.can_find)."""
        raise NotImplementedError

    def disputes_of(self, references: References) -> list[DisputeSnapshot]:
        """List all disputes of a payment (Capabilities.has_disputes)."""
        raise NotImplementedError

    def disputes_since(self, since: datetime) -> Iterable[DisputeSnapshot]:
        """List all disputes opened since then, also of other software's payments (Capabilities.lists_disputes)."""
        raise NotImplementedError

    def payment_of(self, kind: EventKind, object_reference: str) -> References:
        """Fetch the payment's references of an event's object; empty when it has none.

        Called only for events that name an object and no payment. Without this method such an event is acknowledged
        and not used, so an adapter has it if a refund's or dispute's event may come without the payment's references.
        """
        return References()

    def references_to(self, pasted: str) -> References:
        """Read an id of any kind that staff pasted, with a call where it names no payment itself; empty for no id.

        Without this method a payment is not looked up by the processor's id. Raises NOT_FOUND.
        """
        return References()

    def started_between(self, since: datetime, until: datetime) -> Iterable[PaymentSnapshot]:
        """List all attempts started from `since` (inclusive) to `until`, also by other software (lists_started)."""
        raise NotImplementedError

    def fees_between(self, since: datetime, until: datetime) -> Iterable[FeeSnapshot]:
        """List all fees charged from `since` (inclusive) to `until`, also for other software's money (lists_fees)."""
        raise NotImplementedError

    def undelivered(self, since: datetime) -> Iterable[ProcessorEvent]:
        """List undelivered events of our kinds, oldest first (Capabilities.events_kept)."""
        raise NotImplementedError


class Adapter(ABC):
    """A kind of processor: opens accounts, verifies and reads deliveries, checks pasted credentials."""

    name: str
    """Its key in the registry and in addresses: lower-case letters and digits."""
    label: str
    """What people read."""
    can: Capabilities
    credential_fields: tuple[CredentialField, ...]
    guide_events: tuple[tuple[str, bool], ...]
    """Event types to select at the processor; True marks the minimum set."""
    api_version: str
    """The processor's API version; every request is pinned to it."""
    permissions: tuple[Permission, ...] = ()
    """What credentials must be permitted, where the processor permits calls one by one."""
    guide: SetupGuide | None = None
    """Its own dashboard in words, for the page that leads an owner through the set-up; None: the page leaves it out."""

    def page(self, place: Place, mode: Mode | None) -> ProcessorPage | None:
        """Where an owner mends something at the processor; None when it is not known."""
        return None

    @abstractmethod
    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        """Open an account for one unit of work. `endpoint` is empty for the processor's own URL.

        It makes no call and raises nothing: the first call finds out that a credential is missing or wrong.
        """

    @abstractmethod
    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> Delivery:
        """Verify with any of the credentials and parse. Raises SignatureInvalid. Header names are lower-case.

        The first verifier is complete; former ones hold only the fields that verify.
        """

    @abstractmethod
    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        """The problems of pasted texts, by their form alone. A missing one is no problem of its form."""

    @abstractmethod
    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        """The mode of these credentials at this endpoint; None when only the processor's objects tell."""

    @abstractmethod
    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        """Why this currency's amounts cannot be charged exactly; None when they can."""

    def payment_page(self, references: References, endpoint: str, *, is_test: bool) -> str:
        """The address of a payment in the processor's dashboard, for staff; empty when it has none, or not yet."""
        return ""

    def dispute_page(self, reference: str, payment: References, endpoint: str, *, is_test: bool) -> str:
        """The address where staff answer a dispute at the processor; the payment's page when there is no other."""
        return self.payment_page(payment, endpoint, is_test=is_test)

    def object_page(self, value: str, endpoint: str, *, is_test: bool) -> str:
        """The address in the processor's dashboard of whatever has this id there, for staff; empty when it has none.

        The id may be a payment's, a refund's, a dispute's, a decline's or an event's.
        """
        return ""
