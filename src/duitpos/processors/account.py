"""What a processor tells of an account beyond its name, in closed tables: rights, methods, requirements (M25).

The processor's own names stand beside our codes, so that an owner finds the same words there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Right(StrEnum):
    """What DuitPOS does with credentials, where a processor permits it one by one."""

    TAKE_PAYMENTS = "take_payments"
    READ_PAYMENTS = "read_payments"
    REFUND = "refund"
    LIST_EVENTS = "list_events"
    SET_UP_WEBHOOK = "set_up_webhook"
    READ_DISPUTES = "read_disputes"
    READ_FEES = "read_fees"
    READ_ACCOUNT = "read_account"


@dataclass(frozen=True, slots=True)
class Permission:
    """A right by the processor's own names: `name` as its API has it, `label` as its pages show it."""

    right: Right
    name: str
    label: str


class Restriction(StrEnum):
    """Why an account may not do all that it could."""

    REQUIREMENTS = "requirements"  # something that the processor asked for is missing
    REVIEW = "review"  # the processor looks at what it was given
    REJECTED = "rejected"  # for good
    OTHER = "other"


class Urgency(StrEnum):
    """When a requirement must be met."""

    PAST_DUE = "past_due"
    DUE = "due"
    CHECKING = "checking"  # it was given, and the processor looks at it
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that the processor asks the owner for. `name` is its own; `said` are its own words on it."""

    name: str
    urgency: Urgency
    due_at: datetime | None = None
    said: str = ""


class MethodState(StrEnum):
    """Whether guests can pay with a method."""

    ACTIVE = "active"
    PENDING = "pending"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay on the processor's page. `currencies`: the only ones it takes; empty when it takes any."""

    name: str
    label: str
    state: MethodState
    currencies: tuple[str, ...] = ()


class Place(StrEnum):
    """Where at the processor an owner mends something."""

    ACCOUNT = "account"  # what it asks for
    PAYOUTS = "payouts"
    METHODS = "methods"
    KEYS = "keys"
    NEW_KEY = "new_key"  # the form for a key with no more rights than are needed


@dataclass(frozen=True, slots=True)
class ProcessorPage:
    """A page of the processor's: `where` in the words of its menus, and its address."""

    where: str
    url: str
