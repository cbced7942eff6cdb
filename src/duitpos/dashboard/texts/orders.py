"""The texts of an order's timeline, and of a payment check's result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.alerts import TITLES_AND_TEXTS
from duitpos.dashboard.texts.declines import decline_text
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.orders.attempts import Link
from duitpos.domain.orders.states import Because
from duitpos.domain.orders.timeline import EntryKind, TimelineEntry
from duitpos.domain.staff_actions.check_payment import CheckResult
from duitpos.models import Location
from duitpos.ui.when import day_and_second
from duitpos.web.sentences import Text, say

ORDER_MOVED: Mapping[str, Text] = {
    "held": _("Order made, waiting for payment"),
    "placed": _("Sent to the kitchen"),
    "back": _("Put back to new"),
    "preparing": _("Being prepared"),
    "ready": _("Ready"),
    "served": _("Served"),
    "canceled": _("Canceled"),
}
ORDER_MOVED_BECAUSE: Mapping[str, Text] = {
    "held": _("Order made, waiting for payment: %(reason)s"),
    "placed": _("Sent to the kitchen: %(reason)s"),
    "back": _("Put back to new: %(reason)s"),
    "preparing": _("Being prepared: %(reason)s"),
    "ready": _("Ready: %(reason)s"),
    "served": _("Served: %(reason)s"),
    "canceled": _("Canceled: %(reason)s"),
}
BECAUSE: Mapping[str, Text] = {
    Because.UNPAID: _("unpaid"),
    Because.REFUNDED: _("refunded"),
    Because.TEST_ORDER: _("test order"),
    Because.EARLIER_PAID: _("an earlier version of it was paid"),
    Because.LINKED: _("linked by staff"),
    Because.SERVED_AFTER_ALL: _("served after all"),
}
"""Our own reasons; a person's reason is shown unchanged."""

REFUND_ENDED: Mapping[str, Text] = {
    "succeeded": _("Refund sent to the guest's bank"),
    "failed": _("Refund failed"),
    "canceled": _("Refund canceled"),
}
REFUND_ENDED_BECAUSE: Mapping[str, Text] = {
    "succeeded": _("Refund sent to the guest's bank: %(reason)s"),
    "failed": _("Refund failed: %(reason)s"),
    "canceled": _("Refund canceled: %(reason)s"),
}

EVENTS: Mapping[str, Text] = {
    "settled": _("%(processor)s confirmed the payment (%(type)s)"),
    "already": _("%(processor)s sent what was known already (%(type)s)"),
    "declined": _("%(processor)s reported the decline (%(type)s)"),
    "processing": _("%(processor)s said that the bank is still at it (%(type)s)"),
    "still_open": _("%(processor)s said that nothing was paid yet (%(type)s)"),
    "ended": _("%(processor)s said that the payment ended unpaid (%(type)s)"),
    "failed": _("A notice of %(processor)s could not be handled; it is tried again (%(type)s)"),
    "free": _("%(processor)s said that nothing had to be paid (%(type)s)"),
    "refund_pending": _("%(processor)s said that the refund is on its way (%(type)s)"),
    "refund_failed": _("%(processor)s said that the refund was not made (%(type)s)"),
    "refunded": _("%(processor)s confirmed the refund (%(type)s)"),
    "refund_unsure": _("%(processor)s did not say whether the refund was made (%(type)s)"),
    "dispute_inquiry": _("%(processor)s reported that the bank asks about the payment (%(type)s)"),
    "dispute_needs_response": _("%(processor)s reported the dispute (%(type)s)"),
    "dispute_under_review": _("%(processor)s reported that the bank looks at the answer (%(type)s)"),
    "dispute_won": _("%(processor)s reported that the dispute is won (%(type)s)"),
    "dispute_lost": _("%(processor)s reported that the dispute is lost (%(type)s)"),
    "warning_fraud": _("%(processor)s reported probable fraud (%(type)s)"),
    "warning_review": _("%(processor)s holds the payment for review (%(type)s)"),
    "warning_over": _("%(processor)s reported that it need not be looked at any more (%(type)s)"),
    "dispute_closed": _("%(processor)s reported that the dispute is over (%(type)s)"),
}
OTHER_EVENT = _("A notice of %(processor)s changed nothing (%(type)s)")

HAPPENED: Mapping[EntryKind, Text] = {
    EntryKind.SCANNED: _("The phone loaded the menu"),
    EntryKind.PRICED: _("Priced at %(total)s from the menu of that moment"),
    EntryKind.SWAPPED: _("%(dish)s chosen instead of %(was)s"),
    EntryKind.NUMBERED: _("Receipt %(receipt)s numbered"),
    EntryKind.MAILED: _("Receipt is to be mailed to the guest"),
    EntryKind.SENT_TO_PROCESSOR: _("Sent to %(processor)s"),
    EntryKind.SENT_UNPAID: _("Sent unpaid, to be paid at the counter"),
    EntryKind.DECLINED: _("Card declined: %(reason)s"),
    EntryKind.GUEST_RETURNED: _("Guest came back from the payment page"),
    EntryKind.PAID: _("Paid %(amount)s, %(method)s"),
    EntryKind.ENDED_UNPAID: _("Payment ended unpaid"),
    EntryKind.DISPUTED: _("The guest's bank disputes %(amount)s"),
    EntryKind.REFUND_ASKED: _("Refund of %(amount)s asked for"),
}
WITH_REASON: Mapping[EntryKind, Text] = {
    EntryKind.ENDED_UNPAID: _("Payment ended unpaid: %(reason)s"),
    EntryKind.REFUND_ASKED: _("Refund of %(amount)s asked for: %(reason)s"),
}

ACTORS: Mapping[str, Text] = {
    "guest": _("guest"),
    "staff": _("staff"),
    "webhook": _("processor's notice"),
    "return": _("guest's return"),
    "sweep": _("periodic check"),
    "button": _("check by staff"),
    "policy": _("your rule, by itself"),
}

CHECKED: Mapping[CheckResult, Text] = {
    CheckResult.SETTLED: _("Paid. The order is settled."),
    CheckResult.ALREADY: _("Nothing new: the processor says what we knew."),
    CheckResult.STILL_OPEN: _("Not paid yet. The guest can still pay."),
    CheckResult.PROCESSING: _("The guest has done everything; the bank has not confirmed yet."),
    CheckResult.ENDED: _("Not paid, and it can no longer be paid."),
    CheckResult.FREE: _("The processor says that no payment was needed. Please look at “Needs attention”."),
    CheckResult.NEVER_STARTED: _(
        "This payment was never started at the processor, so nothing can have been paid with it."
    ),
    CheckResult.PAGE_MADE: _("The payment page is there now. The guest never reached it, and can still pay."),
    CheckResult.PAGE_UNANSWERED: _(
        "The guest never reached the payment page. The processor does not answer: it is asked again."
    ),
    CheckResult.PAGE_GIVEN_UP: _(
        "The guest never reached the payment page, and nothing was paid."
        " The order closes in 15 minutes unless the guest tries again."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A timeline entry's texts. `day` is set where a new day begins."""

    at: datetime
    day: str
    time: str
    text: str
    actor: str
    links: tuple[Link, ...] = ()


def shown_timeline(entries: Sequence[TimelineEntry], place: Location) -> list[ShownEntry]:
    """The timeline's texts, with the local times to the second."""
    shown: list[ShownEntry] = []
    before = ""
    for entry in entries:
        on, time = day_and_second(entry.at, place.time_zone, place.locale)
        actor = entry.name or str(ACTORS.get(entry.actor, entry.actor))
        text = entry_text(entry, place.locale)
        shown.append(ShownEntry(entry.at, "" if on == before else on, time, text, actor, entry.links))
        before = on
    return shown


def entry_text(entry: TimelineEntry, locale: str) -> str:
    """A timeline entry's text."""
    facts = entry.facts
    reason = _REASONS.get(entry.kind, str)(facts.get("reason") or "")
    if entry.kind == EntryKind.DECLINED:
        reason = str(decline_text(facts["code"], facts["decline_code"]).reason)
    match entry.kind:
        case EntryKind.ORDER_MOVED:
            to = "back" if facts["is_back"] else facts["to"]
            text = ORDER_MOVED_BECAUSE[to] if reason else ORDER_MOVED[to]
        case EntryKind.REFUND_ENDED:
            text = (REFUND_ENDED_BECAUSE if reason else REFUND_ENDED)[facts["status"]]
        case EntryKind.EVENT:
            text = EVENTS.get(facts["outcome"], OTHER_EVENT)
        case EntryKind.PAID if not facts["method"]:
            text = _("Paid %(amount)s")
        case EntryKind.GUEST_RETURNED if facts["is_done"]:
            text = _("Guest came back from the payment page: it was paid already")
        case EntryKind.MAILED if facts["is_sent"]:
            text = _("Receipt mailed to the guest")
        case kind:
            text = WITH_REASON[kind] if reason and kind in WITH_REASON else HAPPENED[kind]
    return say(text, {**facts, "reason": reason}, locale)


def order_reason(reason: str) -> str:
    """Why an order's status changed: one of our reasons, or a person's text."""
    return str(BECAUSE.get(reason, reason))


def refund_reason(reason: str) -> str:
    """Why a payment was refunded: a person's text, or the title of the alert that led to the refund."""
    return str(TITLES_AND_TEXTS[reason][0]) if reason in TITLES_AND_TEXTS else reason


_REASONS: Mapping[EntryKind, Callable[[Any], str]] = {
    EntryKind.ORDER_MOVED: order_reason,
    EntryKind.REFUND_ASKED: refund_reason,
    EntryKind.ENDED_UNPAID: lambda reason: reason_text(reason or {}),
    EntryKind.REFUND_ENDED: lambda reason: reason_text(reason or {}),
}


def check_text(result: CheckResult) -> str:
    """The result of "check payment now"."""
    return str(CHECKED[result])
