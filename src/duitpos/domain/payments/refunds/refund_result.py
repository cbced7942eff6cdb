"""What became of a refund that staff asked for, in words: never "started" for one that failed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.models import Refund
from duitpos.models.refund import RefundStatus


def refund_result(refund: Refund, locale: str = "en_MY") -> str:
    """One or two sentences for the person who pressed the button."""
    words = {"amount": refund.amount.format(locale), "why": refund.failure}
    if refund.status == RefundStatus.SUCCEEDED:
        return _("%(amount)s refunded.") % words
    if refund.status == RefundStatus.PENDING:
        return _("Refund of %(amount)s is on its way.") % words
    if refund.status == RefundStatus.CREATED:
        return (
            _(
                "Refund of %(amount)s is written down, but the processor has not answered yet."
                " It is asked again by itself; do not refund anywhere else."
            )
            % words
        )
    if taken_by_bank(refund.payment).minor:
        return (
            _(
                "No refund was made: the guest's bank has taken the money back in a dispute."
                " Do not pay it out another way. %(why)s"
            )
            % words
        )
    if refund.status == RefundStatus.CANCELED:  # such as one that somebody had made at the processor already
        return _("No refund of %(amount)s was made: %(why)s") % words
    return _("The processor refused the refund of %(amount)s: %(why)s") % words


def is_bad_news(refund: Refund) -> bool:
    """Whether no money goes back by it."""
    return refund.status in (RefundStatus.FAILED, RefundStatus.CANCELED)
