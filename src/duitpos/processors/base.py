"""The processor interface and its value types (docs/money-path.md: M5, M9 to M11, M17, M19, M25, M26, M69, M78).

A new processor needs a folder beside `stripe`, a line in `registry.py` and the contract tests. Everything here uses
our terms and units: whole minor units of ISO 4217 currencies, UTC times, our states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from duitpos.kit.facts import Facts
from duitpos.kit.money import Money
from duitpos.processors.credentials import (
    CredentialField,
    CredentialProblem,
    Credentials,
    CurrencyProblem,
    Mode,
)


class Failure(StrEnum):
    """Why a call failed. Only REFUSED and NOT_FOUND are definite answers."""

    KEY_REFUSED = "key_refused"  # 401, 403: the key is wrong, revoked or too narrow
    NOT_FOUND = "not_found"  # 404
    REFUSED = "refused"  # any other definite 4xx
    KEY_REUSED = "key_reused"  # the idempotency key was used with other parameters: our bug
    BUSY = "busy"  # 409, 429: a concurrent request with the same key, or too many calls
    UNAVAILABLE = "unavailable"  # 5xx, timeout, dropped connection: unknown whether the call took effect


NO_PERMISSION = "more_permissions_required"
"""Error code: the key is valid, but lacks the permission for this call."""


class OwnCode(StrEnum):
    """Error codes that we raise ourselves, before or instead of a call."""

    KEY_MISSING = "key_missing"
    KEY_UNREADABLE = "key_unreadable"  # encrypted with a key that this installation lacks
    LIVE_KEY_AT_SANDBOX = "live_key_at_sandbox"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    FULL = "full"  # too many calls already wait for the processor
    NO_REFERENCE = "no_reference"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    LINES_DO_NOT_ADD_UP = "lines_do_not_add_up"


class ProcessorError(Exception):
    """A call failed. `said` is the processor's message for staff, without secrets; `about` holds our own facts.

    `replayed`: the processor returned its stored response to an earlier call with the same idempotency key.
    """

    def __init__(
        self,
        failure: Failure,
        code: str = "",
        *,
        said: str = "",
        processor: str = "",
        about: Mapping[str, object] | None = None,
        replayed: bool = False,
        is_about_request: bool = False,
    ) -> None:
        super().__init__(" ".join(part for part in (failure.value, code, said) if part))
        self.failure = failure
        self.code = code
        self.said = said
        self.processor = processor
        """The processor's display name."""
        self.about = dict(about or {})
        self.replayed = replayed
        self.is_about_request = is_about_request
        """The processor refused this request only, such as an amount too large; it would accept others."""

    @property
    def is_definite(self) -> bool:
        """Whether the processor refused the call, so that a retry would be refused too."""
        return self.failure in (Failure.REFUSED, Failure.NOT_FOUND)


class SignatureProblem(StrEnum):
    """Why an inbound event was rejected."""

    MISSING = "missing"  # no signature header
    NO_SECRET = "no_secret"  # no webhook secret is saved yet
    MISMATCH = "mismatch"  # signed with another secret, or altered
    CLOCK = "clock"  # valid signature, but its time is too far from our clock
    MALFORMED = "malformed"  # valid signature, but the body is not an event


class SignatureInvalid(Exception):
    """An inbound event was rejected; only a counter changes.

    `skew`, for CLOCK: seconds from our clock to the signature's time; positive when it is in the future.
    """

    def __init__(self, problem: SignatureProblem, skew: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.skew = skew


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a processor supports. The screens depend on it."""

    webhooks: bool
    minimum_minor: Mapping[str, int] = field(default_factory=dict)
    """Smallest amount per currency, in minor units; a missing currency has no known minimum."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account that credentials belong to."""

    external_id: str
    """The processor's id of the account; empty when it does not tell."""
    name: str
    country: str
    currency: str
    mode: Mode | None
    """None: only the objects of a first payment tell."""
    can_charge: bool
    warnings: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class Correlation:
    """Our ids in the metadata of everything we create at a processor. They identify it as ours."""

    installation: str
    tenant: str
    payment: str


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line on the processor's page. The sum of `unit_minor` times `quantity` over all lines is the amount."""

    name: str
    unit_minor: int
    quantity: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """All parameters of a start call. The payment stores them before the call, so that a retry sends the same."""

    correlation: Correlation
    amount_minor: int
    currency: str
    lines: tuple[LineItem, ...]
    success_url: str
    """Contains the literal {REFERENCE}, which the processor replaces with its session id."""
    cancel_url: str
    expires_at: int
    """Unix seconds."""
    description: str
    locale: str
    api_version: str = ""
    """The processor's API version (Adapter.api_version) when the request was made; a retry uses it again."""

    def to_json(self) -> dict[str, Any]:
        """JSON values for the payment's row."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CheckoutRequest:
        """The stored request."""
        plain = dict(value)
        # Rows from before migration 0009 call it "mark".
        plain["correlation"] = Correlation(**plain.pop("mark", None) or plain["correlation"])
        plain["lines"] = tuple(LineItem(**line) for line in plain["lines"])
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """The processor's page for one payment. `url` is empty when the session is no longer open."""

    reference: str
    url: str
    expires_at: datetime


class SnapshotState(StrEnum):
    """An attempt's state at the processor, in our terms."""

    OPEN = "open"  # still payable
    PROCESSING = "processing"  # complete, money not yet received
    PAID = "paid"
    FAILED = "failed"  # complete, and no money will be received
    EXPIRED = "expired"  # can no longer be paid
    FREE = "free"  # complete without payment: impossible for us (docs/money-path.md, first table)


@dataclass(frozen=True, slots=True)
class Decline:
    """A declined card. `reference` is unique per try; `message` is the processor's, for staff."""

    reference: str
    at: datetime
    code: str
    decline_code: str
    message: str
    method: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """An attempt's data at one moment, from a fetch or a verified event."""

    reference: str
    state: SnapshotState
    amount: Money | None
    is_live: bool
    correlation: Correlation | None
    """None: no DuitPOS installation made it."""
    intent_reference: str = ""
    charge_reference: str = ""
    url: str = ""
    paid_at: datetime | None = None
    acted_at: datetime | None = None
    """When the guest confirmed the payment, by the processor's clock; bank money may arrive a day later."""
    method: Mapping[str, str] = field(default_factory=dict)
    """For display: kind, brand, last4, wallet, bank …; unknown values are left out."""
    guest_email: str = ""
    declines: tuple[Decline, ...] = ()
    failure: str = ""


class RefundState(StrEnum):
    """A refund's state at the processor."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """A refund's data at one moment. `our_refund` is our row's id, or empty when we did not make the refund."""

    reference: str
    state: RefundState
    amount: Money
    our_refund: str
    failure: str = ""
    reason: str = ""


class DisputeState(StrEnum):
    """A dispute's state. In a dispute, the payer's bank contests a payment."""

    INQUIRY = "inquiry"  # the bank asks for information; no money has moved
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # ended without a decision: a closed inquiry, or a prevented dispute


DISPUTE_OVER = (DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED)


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that the bank took (negative `amount`) or gave back (positive). `fee` is the processor's fee."""

    reference: str
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """A dispute's data at one moment. `movements` lists all its money movements so far."""

    reference: str
    state: DisputeState
    amount: Money
    reason: str
    opened_at: datetime
    respond_by: datetime | None
    movements: tuple[DisputeMovement, ...]


class EventKind(StrEnum):
    """What an inbound event is about."""

    PAYMENT = "payment"  # a checkout session changed
    DECLINE = "decline"  # a card was declined
    REFUND = "refund"  # a refund changed
    REFUNDED_CHARGE = "refunded_charge"  # a charge was refunded, by us or at the processor's dashboard
    DISPUTE = "dispute"  # the payer's bank contests a payment
    OTHER = "other"  # acknowledged and counted


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """A verified inbound event.

    `is_hint`: a reduced event, because it has another API version, no object, or lacks a field we need. Then
    `payment`, `refund` and `dispute` are None: use the references to fetch the object before acting. `decline` may be
    set, and is used as it is.
    """

    external_id: str
    type: str
    kind: EventKind
    is_live: bool
    created_at: datetime
    correlation: Correlation | None
    is_hint: bool = False
    reference: str = ""
    """The checkout session's id, when the event is about one."""
    intent_reference: str = ""
    charge_reference: str = ""
    object_reference: str = ""
    """The refund's, charge's or dispute's id, when the event is about one."""
    payment: PaymentSnapshot | None = None
    decline: Decline | None = None
    refund: RefundSnapshot | None = None
    dispute: DisputeSnapshot | None = None
    is_thin: bool = False
    """A thin event: it has no object, so the object must be fetched."""
    body: str = ""
    """The event's raw text, stored in its row."""


class Processor(Protocol):
    """One processor account with its credentials, opened for one unit of work.

    All methods raise ProcessorError. Do not call them inside a database transaction.
    """

    def check(self) -> AccountFacts:
        """Fetch the account that the key belongs to."""
        ...

    def start(self, request: CheckoutRequest, key: str) -> CheckoutSession:
        """Create a checkout session. For 24 hours the same key and request return the same session."""
        ...

    def fetch(self, reference: str) -> PaymentSnapshot:
        """Fetch an attempt by its checkout session's id."""
        ...

    def fetch_by_intent(self, intent_reference: str) -> PaymentSnapshot | None:
        """Fetch a payment intent's attempt; None when no session has that intent."""
        ...

    def cancel(self, reference: str) -> PaymentSnapshot:
        """Expire an unpaid session. For a paid one, return its snapshot, no error. Idempotent, so it takes no key."""
        ...

    def refund(
        self, intent_reference: str, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Refund a payment. `our_refund` goes into the refund's metadata, so that it can be found again."""
        ...

    def refunds_of(self, intent_reference: str) -> list[RefundSnapshot]:
        """List all refunds of a payment, also those made at the processor."""
        ...

    def disputes_of(self, intent_reference: str) -> list[DisputeSnapshot]:
        """List all disputes of a payment."""
        ...

    def intent_of(self, kind: EventKind, object_reference: str) -> str:
        """Fetch the payment intent's id of a refund, charge or dispute; empty when it has none."""
        ...

    def sessions_between(self, since: datetime, until: datetime) -> Iterable[PaymentSnapshot]:
        """List all attempts started in this account from `since` (inclusive) to `until`, also by other software."""
        ...

    def undelivered(self, since: datetime) -> Iterable[ProcessorEvent]:
        """List undelivered events of our kinds, oldest first."""
        ...


class Adapter(Protocol):
    """One processor's adapter: opens accounts, verifies and reads webhooks, checks pasted credentials."""

    name: str
    label: str
    can: Capabilities
    credential_fields: tuple[CredentialField, ...]
    guide_events: tuple[tuple[str, bool], ...]
    """Event types to select at the processor; True marks the minimum set."""
    api_version: str
    """The processor's API version; every request is pinned to it."""

    secret_pattern: str
    """A regular expression of its secrets, so that logs leave them out; empty when they have no form of their own."""

    def open(self, credentials: Credentials, endpoint: str) -> Processor:
        """Open an account for one unit of work. `endpoint` is empty for the processor's own URL."""
        ...

    def read_event(
        self, body: bytes, headers: Mapping[str, str], verifiers: Iterable[Credentials]
    ) -> ProcessorEvent:
        """Verify with any of the credentials and parse. Raises SignatureInvalid. Header names are lower-case.

        The first verifier is complete; former ones hold only the fields that verify.
        """
        ...

    def judge(self, credentials: Credentials) -> Sequence[CredentialProblem]:
        """The problems of pasted texts, by their form alone. A missing one is no problem of its form."""
        ...

    def mode(self, credentials: Credentials, endpoint: str) -> Mode | None:
        """The mode of these credentials at this endpoint; None when only the processor's objects tell."""
        ...

    def currency_problem(self, currency: str) -> CurrencyProblem | None:
        """Why this currency's amounts cannot be charged exactly; None when they can."""
        ...
