"""A refund's result, for the person who pressed the button."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.payments.refunds.refund_result import RefundResult, refund_result
from duitpos.models import Refund
from duitpos.models.people import Role
from duitpos.models.refund import RefundReason
from duitpos.web.sentences import Text, say

REFUNDS: Mapping[RefundResult, Text] = {
    RefundResult.REFUNDED: _("%(amount)s refunded."),
    RefundResult.ON_ITS_WAY: _("Refund of %(amount)s is on its way."),
    RefundResult.UNANSWERED: _(
        "Refund of %(amount)s is written down, but the processor has not answered yet."
        " It is asked again by itself; do not refund anywhere else."
    ),
    RefundResult.UNSURE: _("It is not known yet whether the refund of %(amount)s was made."),
    RefundResult.GIVEN_UP: _(
        "The refund of %(amount)s counts as not made. What is left can be refunded now."
    ),
    RefundResult.DISPUTED: _(
        "No refund was made: the guest's bank has taken the money back in a dispute."
        " Do not pay it out another way."
    ),
    RefundResult.NOT_MADE: _("No refund of %(amount)s was made."),
    RefundResult.REFUSED: _("The processor refused the refund of %(amount)s."),
}

REASON_NAMES: Mapping[str, Text] = {
    RefundReason.SOLD_OUT: _("Sold out"),
    RefundReason.WRONG_DISH: _("Wrong dish"),
    RefundReason.LATE: _("Too late"),
    RefundReason.QUALITY: _("Quality"),
    RefundReason.DUPLICATE: _("Paid twice"),
    RefundReason.GUEST_LEFT: _("Guest left"),
    RefundReason.OTHER: _("Other"),
}

LIMIT_NAMES: Mapping[str, Text] = {
    Role.MANAGER: _("A manager refunds at most"),
    Role.CASHIER: _("A cashier refunds at most"),
}

LIMIT_HELPS: Mapping[str, Text] = {
    Role.MANAGER: _("Empty: no limit. 0: nothing."),
    Role.CASHIER: _("Empty or 0: nothing."),
}


def refund_text(refund: Refund, locale: str = "") -> str:
    """The refund's result with its failure reason. It never calls a failed refund "started"."""
    text = say(REFUNDS[refund_result(refund)], {"amount": refund.amount}, locale)
    return " ".join(part for part in (text, reason_text(refund.failure)) if part)
