"""Why something failed, as a stored code and facts (kit/facts.py). The dashboard writes the sentence."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.errors import DomainError
from duitpos.kit.facts import Facts, facts
from duitpos.processors.errors import OwnCode, ProcessorError


class Reason(StrEnum):
    """Our own reasons. The processor's are `Failure` and `OwnCode` in processors/base.py."""

    # An attempt to pay that was never started.
    REPLACED_BY_NEWER_CART = "replaced_by_newer_cart"
    NOT_STARTED_IN_TIME = "not_started_in_time"
    MAY_NOT_START = "may_not_start"
    # One whose money staff were to take.
    UNPAID_AT_CLOSE = "unpaid_at_close"
    ORDER_ENDED = "order_ended"
    START_UNANSWERED = "start_unanswered"
    # An attempt that we ended, not the processor.
    PAGE_STILL_OPEN = "page_still_open"
    # A processor's response could not be stored.
    INTERNAL_ERROR = "internal_error"
    PAYMENT_NOT_BOOKED = "payment_not_booked"
    REFUND_NOT_BOOKED = "refund_not_booked"
    # A refund has not reached the guest.
    REFUND_CANCELED = "refund_canceled"
    REFUND_UNANSWERED = "refund_unanswered"
    REFUND_OVERDUE = "refund_overdue"
    REFUND_NOT_PERMITTED = "refund_not_permitted"
    REFUND_OF_UNKNOWN_PAYMENT = "refund_of_unknown_payment"
    REFUND_UNSURE = "refund_unsure"
    REFUND_CAME_BACK = "refund_came_back"


def reason_of(error: ProcessorError | DomainError) -> Facts:
    """Return an expected error's code and facts; those of the processor's error, if one caused it."""
    if isinstance(error, ProcessorError):
        return _of_processor(error)
    if isinstance(error.__cause__, ProcessorError):
        return _of_processor(error.__cause__)
    return facts(error.code, **error.facts)


def _of_processor(error: ProcessorError) -> Facts:
    is_ours = error.code in {code.value for code in OwnCode}
    processor_facts = {"processor": error.processor, "said": error.said}
    about = error.about | {name: text for name, text in processor_facts.items() if text}
    return facts(error.code if is_ours else error.failure, **about)
