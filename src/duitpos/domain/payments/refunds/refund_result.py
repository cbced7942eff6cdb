"""Describe a staff refund's result, so that a failed one is never shown as started."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.domain.reasons import Reason
from duitpos.models import Refund
from duitpos.models.refund import RefundStatus


class RefundResult(StrEnum):
    """The result for the staff member who requested the refund."""

    REFUNDED = "refunded"
    ON_ITS_WAY = "on_its_way"
    UNANSWERED = "unanswered"  # stored; the sweep retries it
    UNSURE = "unsure"  # stored; the processor's sum does not say whether it was made
    GIVEN_UP = "given_up"  # staff decided that an unsure one was not made
    DISPUTED = "disputed"  # not made: the guest's bank has taken the money
    NOT_MADE = "not_made"  # such as after a refund in the processor's dashboard
    REFUSED = "refused"


def refund_result(refund: Refund) -> RefundResult:
    """Return the refund's result. Makes one query if the refund was not made."""
    if refund.failure.get("code") == Reason.REFUND_UNSURE:
        ended = is_bad_news(refund)
        return RefundResult.GIVEN_UP if ended else RefundResult.UNSURE
    known = {
        RefundStatus.SUCCEEDED: RefundResult.REFUNDED,
        RefundStatus.PENDING: RefundResult.ON_ITS_WAY,
        RefundStatus.CREATED: RefundResult.UNANSWERED,
    }.get(RefundStatus(refund.status))
    if known is not None:
        return known
    if taken_by_bank(refund.payment).minor:
        return RefundResult.DISPUTED
    return RefundResult.NOT_MADE if refund.status == RefundStatus.CANCELED else RefundResult.REFUSED


def is_bad_news(refund: Refund) -> bool:
    """Whether the refund returns no money."""
    return refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED)
