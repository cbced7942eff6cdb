"""A payment's, refund's or dispute's data at one moment, in our terms (docs/money-path.md: M1, M2, M66).

Everything uses whole minor units of ISO 4217 currencies and UTC times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from duitpos.kit.money import Money
from duitpos.processors.references import Correlation, References
from duitpos.processors.start import NextStep


class SnapshotState(StrEnum):
    """An attempt's state at the processor."""

    OPEN = "open"  # still payable
    AUTHORIZED = "authorized"  # the money is held, not taken; handled like PROCESSING, never like PAID
    PROCESSING = "processing"  # the guest is done, money not yet received
    PAID = "paid"
    FAILED = "failed"  # the guest is done, and no money will be received
    EXPIRED = "expired"  # can no longer be paid
    FREE = "free"  # complete without payment: impossible for us (docs/money-path.md, first table)


@dataclass(frozen=True, slots=True)
class Decline:
    """A declined try. `reference` is unique per try; `message` is the processor's, for staff."""

    reference: str
    at: datetime
    code: str
    decline_code: str
    message: str
    method: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that was taken. One page may take money more than once; each time is a charge of its own."""

    reference: str
    amount: Money
    paid_at: datetime | None = None
    fee: Money | None = None


class RefundScope(StrEnum):
    """What of a payment can be refunded through the processor."""

    ANY = "any"
    FULL_ONLY = "full_only"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PaymentSnapshot:
    """An attempt's data, from a fetch or a verified event."""

    references: References
    state: SnapshotState
    amount: Money | None
    """What was asked or paid; None when it has no exact equal here, so that it differs from any that we asked for."""
    is_live: bool | None
    """None when the object does not say it; then the account's mode counts."""
    correlation: Correlation | None
    """None: no DuitPOS installation made it."""
    next_step: NextStep | None = None
    paid_at: datetime | None = None
    acted_at: datetime | None = None
    """When the guest confirmed the payment, by the processor's clock; bank money may arrive a day later."""
    method: Mapping[str, str] = field(default_factory=dict)
    """For display: kind, brand, last4, wallet, bank …; unknown values are left out."""
    guest_email: str = ""
    declines: tuple[Decline, ...] = ()
    failure: str = ""
    charges: tuple[Charge, ...] = ()
    """The money taken, oldest first, when the processor lists it. The first is this payment's."""
    refundable: RefundScope = RefundScope.ANY

    @property
    def reference(self) -> str:
        """The main reference."""
        return self.references.main


class RefundState(StrEnum):
    """A refund's state at the processor."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class RefundSnapshot:
    """A refund's data. `our_refund` is our row's id, or empty when we did not make it or the processor keeps no tag."""

    reference: str
    state: RefundState
    amount: Money
    our_refund: str
    failure: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FeeSnapshot:
    """What the processor charged for one movement of money: a payment, a refund, or a refund that came back.

    `reference` is the processor's id of the movement. `fee` is negative when a fee was given back, and in the currency
    of the account, which may not be the payment's.
    """

    reference: str
    payment: References
    fee: Money
    charged_at: datetime
    refund: str = ""
    """The refund's id at the processor; empty for the payment itself."""
    correlation: Correlation | None = None


@dataclass(frozen=True, slots=True)
class RefundsSeen:
    """What the processor tells of a payment's refunds, ours and others'.

    `refunds` is None when it lists none and tells only `total`, the sum that went back or is on its way.
    """

    refunds: tuple[RefundSnapshot, ...] | None
    total: Money | None = None


class DisputeState(StrEnum):
    """A dispute's state. In a dispute, the payer's bank contests a payment."""

    INQUIRY = "inquiry"  # the bank asks for information; no money has moved
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"  # ended without a decision: a closed inquiry, or a prevented dispute


class WarningKind(StrEnum):
    """Why somebody should look at a payment."""

    FRAUD = "fraud"  # the payer's bank reports that it was probably not the payer
    REVIEW = "review"  # the processor wants a person to look at it


@dataclass(frozen=True, slots=True)
class WarningSnapshot:
    """A warning about a payment whose money is here. It never opens again."""

    reference: str
    kind: WarningKind
    is_open: bool
    reason: str
    opened_at: datetime


DISPUTE_OVER = (DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED)


@dataclass(frozen=True, slots=True)
class DisputeMovement:
    """Money that the bank took (negative `amount`) or gave back (positive), in the dispute's currency.

    `fee` is the processor's fee, negative when it was given back, in the currency of the account.
    """

    reference: str
    amount: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class DisputeSnapshot:
    """A dispute's data. `movements` lists all its money movements so far."""

    reference: str
    state: DisputeState
    amount: Money
    reason: str
    opened_at: datetime
    respond_by: datetime | None
    movements: tuple[DisputeMovement, ...]
    payment: References = field(default_factory=References)
    """The payment's ids; needed in a list of all disputes."""
    correlation: Correlation | None = None
