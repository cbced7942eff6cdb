"""Why something did not go as it should, as rows keep it: a code and facts (kit/facts.py). The dashboard says it."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.errors import DomainError
from duitpos.kit.facts import Facts, facts
from duitpos.processors.base import OwnCode, ProcessorError


class Reason(StrEnum):
    """Reasons of our own. Those of a processor's answer are `Failure` and `OwnCode` of processors/base.py."""

    # An attempt to pay that was never started.
    REPLACED_BY_NEWER_CART = "replaced_by_newer_cart"
    NOT_STARTED_IN_TIME = "not_started_in_time"
    MAY_NOT_START = "may_not_start"
    # What the processor says could not be written down.
    INTERNAL_ERROR = "internal_error"
    PAYMENT_NOT_BOOKED = "payment_not_booked"
    REFUND_NOT_BOOKED = "refund_not_booked"
    # A refund that has not arrived.
    REFUND_CANCELED = "refund_canceled"
    REFUND_UNANSWERED = "refund_unanswered"
    REFUND_OVERDUE = "refund_overdue"
    REFUND_NOT_PERMITTED = "refund_not_permitted"
    REFUND_OF_UNKNOWN_PAYMENT = "refund_of_unknown_payment"


def reason_of(error: ProcessorError | DomainError) -> Facts:
    """What an expected error says. Of one that a processor's error caused, the processor's own answer."""
    if isinstance(error, ProcessorError):
        return _of_processor(error)
    if isinstance(error.__cause__, ProcessorError):
        return _of_processor(error.__cause__)
    return facts(error.code, **error.facts)


def _of_processor(error: ProcessorError) -> Facts:
    is_ours = error.code in {code.value for code in OwnCode}
    told = {"processor": error.processor, "said": error.said}
    about = error.about | {name: words for name, words in told.items() if words}
    return facts(error.code if is_ours else error.failure, **about)
