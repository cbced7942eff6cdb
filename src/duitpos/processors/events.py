"""What a processor delivers to our webhook address, verified and read (docs/money-path.md: M11, M17, M25, M69)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from duitpos.processors.references import Correlation, References
from duitpos.processors.snapshots import (
    Decline,
    DisputeSnapshot,
    PaymentSnapshot,
    RefundSnapshot,
    WarningSnapshot,
)


class EventKind(StrEnum):
    """What an event is about."""

    PAYMENT = "payment"  # an attempt changed
    DECLINE = "decline"  # a try was declined; the attempt goes on
    REFUND = "refund"  # one refund changed
    REFUNDS = "refunds"  # something about a payment's refunds changed: list them
    DISPUTE = "dispute"  # the payer's bank contests a payment
    WARNING = "warning"  # a payment is suspected: somebody should look at it
    OTHER = "other"  # acknowledged and counted


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """A verified event.

    `dedupe_key` is the processor's id of the event, or a hash of the verified body. `is_live` and `created_at` are None
    when the event does not say them: then the account's mode and our clock count.

    `is_hint`: a reduced event that lacks something we need. Then `payment`, `refund` and `dispute` are None: use the
    references to fetch before acting. `decline` may be set, and is used as it is.
    """

    dedupe_key: str
    type: str
    kind: EventKind
    is_live: bool | None
    created_at: datetime | None
    correlation: Correlation | None
    is_hint: bool = False
    references: References = field(default_factory=References)
    """The payment's ids that the event names. Further ones are enough: they are compared with those that are stored."""
    object_reference: str = ""
    """The refund's or dispute's id, or that of what was refunded, when the event is about one."""
    payment: PaymentSnapshot | None = None
    decline: Decline | None = None
    refund: RefundSnapshot | None = None
    dispute: DisputeSnapshot | None = None
    warning: WarningSnapshot | None = None
    """It is not fetched: an event without it, or that another account signed, is not used."""
    has_own_id: bool = True
    """False: `dedupe_key` is a hash. Then two different changes of a payment's refunds may have the same bytes."""
    is_thin: bool = False
    """It only names the object that changed, so the object must be fetched."""
    body: str = ""
    """The event's raw text, stored in its row."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Our answer after every event of a delivery was handled."""

    body: str = ""
    """Empty: our outcome code."""
    content_type: str = "text/plain"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified request to our webhook address: its events in order, and what its sender wants to read."""

    events: tuple[ProcessorEvent, ...]
    acknowledgement: Acknowledgement = field(default_factory=Acknowledgement)
