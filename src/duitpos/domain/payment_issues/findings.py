"""What a check of the payment issues found: codes and facts, whose sentences the dashboard has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Symptom(StrEnum):
    """What staff and guests notice. Each is one check."""

    PAID_NO_ORDER = "paid_no_order"
    DUPLICATE = "duplicate"
    NOT_OFFERED = "not_offered"
    KEY_REFUSED = "key_refused"
    PAGE_NOT_LOADING = "page_not_loading"
    CARD_DECLINED = "card_declined"
    WEBHOOK_FAILING = "webhook_failing"
    REFUND_MISSING = "refund_missing"


class CauseCode(StrEnum):
    """Why a check is red; each comment lists the cause's facts."""

    # Paid, but no order.
    MONEY_NOT_PLACED = "money_not_placed"  # amount, alert: the alert's kind, or empty when nobody was told
    NO_ANSWER = "no_answer"  # amount, reason
    # Suspected duplicates.
    PAID_TWICE = "paid_twice"  # amount, number
    ORDERED_TWICE = "ordered_twice"  # amount, number, earlier, table, seconds
    # A payment type is not shown to guests.
    NOTHING_OFFERED = "nothing_offered"  # location
    NO_PROCESSOR = "no_processor"  # type, location
    OFFER_KEY_REFUSED = "offer_key_refused"  # type, location
    STARTS_REFUSED = "starts_refused"  # type, location, until
    CURRENCY = "currency"  # type, location, currency
    # Invalid API key.
    PAUSED = "paused"  # type, processor, reason
    NO_KEY = "no_key"  # type, processor
    # The payment page does not load.
    START_REFUSED = "start_refused"  # type, count, last, reason
    START_UNANSWERED = "start_unanswered"  # type, count, last, reason
    # Declined, and not paid since.
    DECLINED_NOW = "declined_now"  # amount, table, tries, last
    # Webhook deliveries.
    WEBHOOK_DOWN = "webhook_down"  # type, since
    WEBHOOK_UNDELIVERED = "webhook_undelivered"  # type, count, since
    WEBHOOK_NO_SECRET = "webhook_no_secret"
    WEBHOOK_BAD_SIGNATURE = "webhook_bad_signature"  # type, count, last, problem
    WEBHOOK_SILENT = "webhook_silent"  # type, count, last: paid since and found in another way
    # Refunds.
    REFUND_NOT_MADE = "refund_not_made"  # amount, reason
    REFUND_SLOW = "refund_slow"  # amount, since
    REFUND_NOT_SENT = "refund_not_sent"  # amount, since
    REFUND_DUE = "refund_due"  # amount
    REFUND_FOR_WHAT = "refund_for_what"  # amount


class EvidenceCode(StrEnum):
    """Why a check is green, and what a red one saw besides; each comment lists the facts."""

    ALL_PLACED = "all_placed"  # count, last
    NOTHING_PAID = "nothing_paid"
    NO_DUPLICATE = "no_duplicate"  # count
    OFFERED = "offered"  # types, location
    HIDDEN_INACTIVE = "hidden_inactive"  # type
    HIDDEN_NOT_OFFERED = "hidden_not_offered"  # type, location
    HIDDEN_NO_UNPAID = "hidden_no_unpaid"  # type, location
    HIDDEN_NOT_AT_COUNTER = "hidden_not_at_counter"  # type, location
    HIDDEN_TEST = "hidden_test"  # type, location
    HIDDEN_CLOSED = "hidden_closed"  # location
    HIDDEN_PAUSED = "hidden_paused"  # location
    BELOW_MINIMUM = "below_minimum"  # type, amount
    KEY_ACCEPTED = "key_accepted"  # type, processor, last
    KEY_NOT_CHECKED = "key_not_checked"  # type, processor
    NO_ACCOUNT = "no_account"
    PAGES_MADE = "pages_made"  # count, last
    NOBODY_STARTED = "nobody_started"
    DECLINES_TODAY = "declines_today"  # count, paid
    NO_DECLINES = "no_declines"
    DELIVERED = "delivered"  # type, last
    NOT_DELIVERED_YET = "not_delivered_yet"  # type
    FOUND_BY = "found_by"  # webhook, others: counts of the last day
    REFUNDS_SENT = "refunds_sent"  # count, last
    NO_REFUNDS = "no_refunds"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason why a check is red, with the rows where it is put right."""

    code: CauseCode
    facts: Mapping[str, object]
    order_id: UUID | None = None
    payment_id: UUID | None = None
    alert_id: UUID | None = None
    type_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a check saw."""

    code: EvidenceCode
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check."""

    symptom: Symptom
    causes: tuple[Cause, ...]
    evidence: tuple[Evidence, ...]

    @property
    def is_red(self) -> bool:
        """Whether somebody must look at it."""
        return bool(self.causes)
