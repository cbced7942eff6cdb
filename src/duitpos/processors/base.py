"""The interface of a processor, and the values that cross it.

Adding a processor is one folder beside `stripe`, one line in `registry.py` and the contract tests. Everything here is
in our words and our units: whole minor units of ISO 4217 currencies, UTC times, our states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from duitpos.kit.facts import Facts
from duitpos.kit.money import Money


class Failure(StrEnum):
    """Why a call failed: one closed table. REFUSED and NOT_FOUND are definite answers (M9)."""

    KEY_REFUSED = "key_refused"  # 401, 403: the key is wrong, revoked or too narrow
    NOT_FOUND = "not_found"  # 404
    REFUSED = "refused"  # another definite 4xx
    KEY_REUSED = "key_reused"  # the idempotency key was used with other parameters: our bug (M10)
    BUSY = "busy"  # 409, 429: a twin is in flight, or too many calls
    UNAVAILABLE = "unavailable"  # 5xx, timeout, connection dropped: unknown whether it was done


NO_PERMISSION = "more_permissions_required"
"""The code of a key that lacks one right, and may be good for all else."""


class OwnCode(StrEnum):
    """Codes of errors that we make ourselves, before or instead of a call."""

    KEY_MISSING = "key_missing"
    KEY_UNREADABLE = "key_unreadable"  # sealed with an encryption key that this installation lacks
    LIVE_KEY_AT_SANDBOX = "live_key_at_sandbox"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    FULL = "full"  # too many wait for the processor (M78)
    NO_REFERENCE = "no_reference"
    AMOUNT_NOT_EXACT = "amount_not_exact"
    LINES_DO_NOT_ADD_UP = "lines_do_not_add_up"


class ProcessorError(Exception):
    """A call failed. `said` are the processor's own words, for staff, and hold no secret; `about` are facts of ours.

    `replayed`: the stored answer of an earlier call.
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
        """Its name for people."""
        self.about = dict(about or {})
        self.replayed = replayed
        self.is_about_request = is_about_request
        """A refusal of this very request, such as an amount too large: another would be taken."""

    @property
    def is_definite(self) -> bool:
        """Whether the processor said no, and will say it again."""
        return self.failure in (Failure.REFUSED, Failure.NOT_FOUND)


class SignatureProblem(StrEnum):
    """Why an inbound event was not believed."""

    MISSING = "missing"  # no signature header
    NO_SECRET = "no_secret"  # nothing to verify with yet (M26)
    MISMATCH = "mismatch"  # signed with another secret, or altered
    CLOCK = "clock"  # signed right, but too old or in the future: our clock or theirs (M25)
    MALFORMED = "malformed"  # verified, but not an event


class SignatureInvalid(Exception):
    """An inbound event was not believed; nothing but a counter changes.

    `skew`: seconds from our clock to the signature's time, for CLOCK; positive: it was signed in the future.
    """

    def __init__(self, problem: SignatureProblem, skew: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.skew = skew


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One secret the owner pastes. `label` is the processor's name for it; `hint`, the code of what it looks like."""

    name: str
    label: str
    hint: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What drives the screens."""

    webhooks: bool
    minimum_minor: Mapping[str, int] = field(default_factory=dict)
    """Smallest amount per currency, minor units; absent: no known minimum."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Who a key belongs to."""

    external_id: str
    name: str
    country: str
    currency: str
    mode: str
    """test or live, read off the key."""
    can_charge: bool
    warnings: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class Correlation:
    """What we write into everything we create at a processor, so that it can be told from others' (M19)."""

    installation: str
    tenant: str
    payment: str


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line the guest sees at the processor. `unit_minor` times `quantity` adds up, over all lines, to the amount."""

    name: str
    unit_minor: int
    quantity: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """Everything a start call says; pinned in the payment before the call, so that a repeat says the same (M10)."""

    correlation: Correlation
    amount_minor: int
    currency: str
    lines: tuple[LineItem, ...]
    success_url: str
    """Holds the literal {REFERENCE} where the processor puts its own session id."""
    cancel_url: str
    expires_at: int
    """Unix seconds."""
    description: str
    locale: str
    api_version: str = ""
    """The processor's API version the request was made for (Adapter.api_version); a repeat uses it again."""

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the payment's row."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CheckoutRequest:
        """The request as it was pinned."""
        plain = dict(value)
        # Rows from before migration 0009 call it "mark".
        plain["correlation"] = Correlation(**plain.pop("mark", None) or plain["correlation"])
        plain["lines"] = tuple(LineItem(**line) for line in plain["lines"])
        return cls(**plain)


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """The page made for one payment. `url` is empty when the session is no longer open."""

    reference: str
    url: str
    expires_at: datetime


class SnapshotState(StrEnum):
    """What the processor says of an attempt, in our words."""

    OPEN = "open"  # still payable
    PROCESSING = "processing"  # complete, money not yet there
    PAID = "paid"
    FAILED = "failed"  # complete, and the money will not come
    EXPIRED = "expired"  # can no longer be paid
    FREE = "free"  # complete without payment: impossible for us (docs/money-path.md, first table)


@dataclass(frozen=True, slots=True)
class Decline:
    """A refused card. `reference` is the failed charge, unique per try; `message` is the processor's, for staff."""

    reference: str
    at: datetime
    code: str
    decline_code: str
    message: str
    method: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """The truth about an attempt at one moment, from a fetch or a signed event."""

    reference: str
    state: SnapshotState
    amount: Money | None
    is_live: bool
    correlation: Correlation | None
    """None: not made by any DuitPOS."""
    intent_reference: str = ""
    charge_reference: str = ""
    url: str = ""
    paid_at: datetime | None = None
    acted_at: datetime | None = None
    """When the guest did what the money comes of, by the processor's clock: a bank's money may arrive a day later."""
    method: Mapping[str, str] = field(default_factory=dict)
    """For people: kind, brand, last4, wallet, bank …; only what is known."""
    guest_email: str = ""
    declines: tuple[Decline, ...] = ()
    failure: str = ""


class RefundState(StrEnum):
    """What the processor says of a refund."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """The truth about a refund. `our_refund` is our row's id where we made it, else empty."""

    reference: str
    state: RefundState
    amount: Money
    our_refund: str
    failure: str = ""
    reason: str = ""


class DisputeState(StrEnum):
    """How a dispute stands: the payer's bank doubts a payment."""

    INQUIRY = "inquiry"  # the bank asks; no money has moved
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # over without a judgement: an inquiry that led to nothing, or one that was prevented


DISPUTE_OVER = (DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED)


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that the bank took or gave back. `amount` is signed: taken is negative. `fee` is the processor's."""

    reference: str
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """The truth about a dispute at one moment. `movements` are all that it has moved so far."""

    reference: str
    state: DisputeState
    amount: Money
    reason: str
    opened_at: datetime
    respond_by: datetime | None
    movements: tuple[DisputeMovement, ...]


class EventKind(StrEnum):
    """What an inbound event is about, so far as we care."""

    PAYMENT = "payment"  # a checkout session changed
    DECLINE = "decline"  # a card was refused
    REFUND = "refund"  # a refund changed
    REFUNDED_CHARGE = "refunded_charge"  # a charge was refunded, here or at the processor's dashboard
    DISPUTE = "dispute"  # the payer's bank doubts a payment
    OTHER = "other"  # acknowledged and counted


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """A verified inbound event.

    `is_hint`: rendered in another API version, without its object, or lacking a field we need: fetch before acting
    (M11, M69). Then `payment`, `refund` and `dispute` are None and only the references can be used.
    """

    external_id: str
    type: str
    kind: EventKind
    is_live: bool
    created_at: datetime
    correlation: Correlation | None
    is_hint: bool = False
    reference: str = ""
    """The checkout session, where the event is about one."""
    intent_reference: str = ""
    charge_reference: str = ""
    object_reference: str = ""
    """The refund, charge or dispute itself, where the event is about one."""
    payment: PaymentSnapshot | None = None
    decline: Decline | None = None
    refund: RefundSnapshot | None = None
    dispute: DisputeSnapshot | None = None
    is_thin: bool = False
    """It came without its object, so that each one must be fetched."""
    body: str = ""
    """The event as it came, kept with its row."""


class Processor(Protocol):
    """One account at one processor, opened with its credentials for the calls of one piece of work.

    Calls raise ProcessorError. None of them may be made inside a transaction.
    """

    def check(self) -> AccountFacts:
        """Who the key belongs to."""
        ...

    def start(self, request: CheckoutRequest, key: str) -> CheckoutSession:
        """Make the page that `request` describes. For 24 hours the same key and request give the same session."""
        ...

    def fetch(self, reference: str) -> PaymentSnapshot:
        """The truth about an attempt."""
        ...

    def fetch_by_intent(self, intent_reference: str) -> PaymentSnapshot | None:
        """The truth about the attempt that a payment intent belongs to; None when no session has it."""
        ...

    def cancel(self, reference: str) -> PaymentSnapshot:
        """Expire what is not paid. "Already paid" is a snapshot, not an error. Idempotent, so it takes no key (M5)."""
        ...

    def refund(
        self, intent_reference: str, amount: Money, key: str, our_refund: str, reason: str
    ) -> RefundSnapshot:
        """Give money back. `our_refund` is written into the refund, so that it can be found again (M17)."""
        ...

    def refunds_of(self, intent_reference: str) -> list[RefundSnapshot]:
        """Every refund of a payment, also those made at the processor."""
        ...

    def disputes_of(self, intent_reference: str) -> list[DisputeSnapshot]:
        """Every dispute of a payment."""
        ...

    def intent_of(self, kind: EventKind, object_reference: str) -> str:
        """The payment intent that a refund, a charge or a dispute belongs to; empty when it has none."""
        ...

    def sessions_between(self, since: datetime, until: datetime) -> Iterable[PaymentSnapshot]:
        """Every attempt that was started with this account from `since` to before `until`, by whatever program."""
        ...

    def undelivered(self, since: datetime) -> Iterable[ProcessorEvent]:
        """Events of our kinds that the processor could not deliver, oldest first."""
        ...


class Adapter(Protocol):
    """A kind of processor: opens accounts, reads its webhooks, judges pasted credentials."""

    name: str
    label: str
    can: Capabilities
    credential_fields: tuple[CredentialField, ...]
    guide_events: tuple[tuple[str, bool], ...]
    """Event types to tick at the processor; True for those that are enough."""
    api_version: str
    """The version of the processor's API that it speaks; pinned in every request."""

    def open(self, secret_key: str, api_base: str) -> Processor:
        """An account, for the calls of one piece of work. `api_base` is empty for the processor's own address."""
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> ProcessorEvent:
        """Verify with any of the secrets and read; raises SignatureInvalid. Headers have lower-case names."""
        ...

    def credential_problem(self, field_name: str, value: str) -> str:
        """What is wrong with a pasted credential, as a code; empty when it looks right."""
        ...

    def mode_of(self, secret_key: str) -> str:
        """test or live."""
        ...

    def currency_problem(self, currency: str) -> str:
        """Why amounts of this currency cannot be sent exactly, as a code; empty when they can."""
        ...
