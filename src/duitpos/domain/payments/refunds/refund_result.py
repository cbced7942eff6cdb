"""What became of a refund that staff asked for: never "started" for one that failed."""

from __future__ import annotations

from enum import StrEnum

from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.models import Refund
from duitpos.models.refund import RefundStatus


class RefundResult(StrEnum):
    """For the person who pressed the button."""

    REFUNDED = "refunded"
    ON_ITS_WAY = "on_its_way"
    UNANSWERED = "unanswered"  # written down, and asked again by itself
    DISPUTED = "disputed"  # not made: the guest's bank has taken the money
    NOT_MADE = "not_made"  # such as one that somebody had made at the processor already
    REFUSED = "refused"


def refund_result(refund: Refund) -> RefundResult:
    """How it stands; one query for a refund that was not made."""
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
    """Whether no money goes back by it."""
    return refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED)
