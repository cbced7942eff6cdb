"""Disputes in words: what a state means, how much time is left, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from duitpos.domain.payments.disputes.read import TO_ANSWER
from duitpos.models import Dispute
from duitpos.models.ledger import LedgerKind
from duitpos.ui.when import exactly
from duitpos.web.sentences import Text

STATES: Mapping[str, Text] = {
    "inquiry": _("The bank asks about it; no money has moved."),
    "needs_response": _("The bank has taken the money back."),
    "under_review": _("Your answer is with the bank."),
    "won": _("Won: the money came back to you."),
    "lost": _("Lost: the money stays with the guest."),
    "closed": _("Closed: the money is with you."),
}

MOVEMENTS: Mapping[str, Text] = {
    LedgerKind.DISPUTE: _("Taken by the bank"),
    LedgerKind.DISPUTE_RETURN: _("Given back by the bank"),
    LedgerKind.DISPUTE_FEE: _("Fee of the payment processor"),
}

_STEPS: Mapping[str, tuple[Text, ...]] = {
    "inquiry": (
        _("Look at the order: was it served, and was it paid once?"),
        _("If the guest is right, refund the payment now: that ends the inquiry, and costs no dispute fee."),
        _("If not, download the evidence and send it at the processor."),
    ),
    "needs_response": (
        _("Look at the order: was it served, and was it paid once?"),
        _(
            "If the guest is right, accept the dispute at the processor. Do not refund: the guest has the money."
        ),
        _("If not, download the evidence and send it at the processor. It can be sent only once."),
    ),
    "under_review": (_("There is nothing to do. Banks take up to three months to decide."),),
}


def steps_of(status: str) -> list[str]:
    """What staff can do about a dispute in this state; empty when it is over."""
    return [str(step) for step in _STEPS.get(status, ())]


def reason_words(dispute: Dispute) -> str:
    """The bank's reason, as far as it was told."""
    return dispute.reason.replace("_", " ") or _now("not said")


def can_be_answered(dispute: Dispute) -> bool:
    """Whether the bank waits for an answer."""
    return dispute.status in TO_ANSWER


def deadline_text(dispute: Dispute, now: datetime, time_zone: str, locale: str) -> str:
    """Until when it can be answered, and how long that is; empty when nobody waits for an answer."""
    due = dispute.respond_by
    if due is None or not can_be_answered(dispute):
        return ""
    by = exactly(due, time_zone, locale)
    if due <= now:
        return _now("The time to answer ended on %(day)s.") % {"day": by}
    return _now("Answer by %(day)s: %(left)s.") % {"day": by, "left": time_left(due - now)}


def time_left(left: timedelta) -> str:
    """How much time is left: "2 days left"."""
    hours = int(left.total_seconds() // 3600)
    if hours >= 48:
        days = hours // 24
        return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    if hours:
        return ngettext("only %(n)d hour left", "only %(n)d hours left", hours) % {"n": hours}
    return _now("less than an hour left")


def is_urgent(dispute: Dispute, now: datetime) -> bool:
    """Whether less than three days are left to answer."""
    due = dispute.respond_by
    return due is not None and can_be_answered(dispute) and due - now < timedelta(days=3)
