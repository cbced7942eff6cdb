"""What a processor can do, as facts. Domain and screens follow from them, never from a processor's name.

The limits are the processor's own; docs/processors.md explains each with an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class WebhookAddress(StrEnum):
    """The address that the processor delivers events to."""

    NONE = "none"  # it delivers none
    SHARED = "shared"  # one per restaurant: the secret that verifies a delivery tells the account
    OWN = "own"  # one per account


class StartRepeat(StrEnum):
    """What the same start call does a second time, after its first answer was lost."""

    SAME = "same"  # it returns the first page, for a time (Capabilities.start_repeat_for)
    REFUSED = "refused"  # it is refused as a duplicate of our reference
    UNSAFE = "unsafe"  # it makes a second page, which could be paid too


class GuestDetail(StrEnum):
    """Something that the processor needs to know about the guest."""

    EMAIL = "email"
    NAME = "name"


class PaysBy(StrEnum):
    """How guests pay, which they read before they press Pay."""

    PAGE = "page"  # on the processor's page: every next step is a Redirect or a FormPost
    CODE = "code"  # in another app, with a code on our page: every next step is a ShowCode


@dataclass(frozen=True, slots=True)
class Expiry:
    """How long a page may stay payable. `is_enforced`: after its end the processor takes no money for it."""

    least: timedelta
    most: timedelta
    is_enforced: bool = True


@dataclass(frozen=True, slots=True)
class LineLimits:
    """What the processor's page shows of an order: lines, and characters of a name and a description.

    The defaults are ours, for a processor that documents no limit.
    """

    most: int = 50
    name_length: int = 120
    description_length: int = 250


@dataclass(frozen=True, slots=True)
class RefundAbility:
    """How refunds are made and found again.

    `has_tag`: a refund carries our id. `is_listed`: a payment's refunds can be listed; otherwise only their sum is
    told. `least_minor`: the smallest refund per currency, in minor units. `keys_kept`: how long the idempotency key of
    a refund is remembered; None: refunds have no keys.
    """

    has_tag: bool = True
    is_listed: bool = True
    least_minor: Mapping[str, int] = field(default_factory=dict)
    keys_kept: timedelta | None = None

    @property
    def finds_ours(self) -> bool:
        """Whether a refund of ours is found for certain; otherwise only by its amount."""
        return self.has_tag and self.is_listed


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a processor can do. Raises ValueError when `start_repeat_for` does not fit `start_repeat`."""

    webhook_address: WebhookAddress
    start_repeat: StartRepeat
    start_repeat_for: timedelta | None = None
    """How long after the first start call the same one returns the first page; given with StartRepeat.SAME only."""
    can_find: bool = False
    """Whether find() looks an attempt up by our reference."""
    expiry: Expiry | None = None
    """None: a page stays payable until it is canceled, or for ever."""
    events_kept: timedelta | None = None
    """How long undelivered events can be listed; None: there is no such list."""
    lists_started: bool = False
    """Whether all attempts of a time can be listed, which finds payments that a restored backup lost."""
    has_disputes: bool = False
    lists_disputes: bool = False
    """Whether all disputes of a time can be listed; otherwise only events and a refused refund show one."""
    has_warnings: bool = False
    """Whether its events tell of suspected payments."""
    lists_fees: bool = False
    """Whether fees are told by a list of their own; otherwise Charge.fee may tell them with the payment."""
    refund: RefundAbility = field(default_factory=RefundAbility)
    lines: LineLimits = field(default_factory=LineLimits)
    needs: tuple[GuestDetail, ...] = ()
    pays_by: PaysBy | None = None
    """None: only the answer to each start call tells."""
    minimum_minor: Mapping[str, int] = field(default_factory=dict)
    """Smallest amount per currency, in minor units; a missing currency has no known minimum."""

    def __post_init__(self) -> None:
        is_same = self.start_repeat == StartRepeat.SAME
        if is_same != (self.start_repeat_for is not None):
            raise ValueError("start_repeat_for is needed with StartRepeat.SAME, and only with it")
