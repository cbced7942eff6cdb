"""The texts of alerts: what happened, details, actions and resolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.disputes import STATES as DISPUTES
from duitpos.dashboard.texts.disputes import time_left
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.dashboard.texts.refunds import refund_text
from duitpos.domain.alerts.offers import IN_KITCHEN, Action
from duitpos.domain.alerts.open import Resolution
from duitpos.domain.alerts.queries import NO_MONEY_YET, AlertRow
from duitpos.domain.staff_actions.resolve_alert import Done
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, money_among
from duitpos.kit.money import Money
from duitpos.models import Alert
from duitpos.models.alert import AlertKind as A
from duitpos.models.alert import PolicyAction
from duitpos.ui.when import at_time, exactly
from duitpos.web.sentences import Sentence, Text, say
from duitpos.web.texts import error_text as conflict_text

log = structlog.get_logger(__name__)

LABELS: Mapping[str, tuple[Text, Text]] = {
    Action.REFUND: (_("Refund all"), _("The whole payment goes back to the guest's card.")),
    Action.SERVE: (_("Serve it"), _("The order goes to the kitchen board, and the money stays.")),
    Action.REFUND_DISHES: (
        _("Refund those dishes"),
        _("What they cost goes back to the guest's card, with its share of tax and service charge."),
    ),
    Action.HOLD: (_("Stop the automatic refund"), ""),
    Action.LINK: (_("Link to an order"), _("The money is booked on the order whose number you give.")),
    Action.PUT_BACK: (_("Put back in stock"), _("Guests can order these dishes again.")),
    Action.DONE: (_("Mark as done"), ""),
}
"""Each action's button and confirmation text; an empty one needs no confirmation."""

SERVE_ANYWAY: Text = _("Serve it as it is")
DISMISS: tuple[Text, Text] = (
    _("Dismiss…"),
    _("Nothing is refunded and nothing is cooked by this. Your reason is kept with the entry."),
)
"""How "done" is called where money is at stake: staff say why nothing is to be done."""


TITLES_AND_TEXTS: Mapping[str, tuple[Text, Text]] = {
    A.AMOUNT_DIFFERS: (
        _("Paid amount differs"),
        _("The money that arrived is not what was asked for. The order is not in the kitchen."),
    ),
    A.MODE_DIFFERS: (
        _("Test and live money mixed up"),
        _(
            "The payment was made in another mode than the order, or with test money once you take real payments."
            " The order is not in the kitchen."
        ),
    ),
    A.ORDER_CANCELED: (
        _("Paid after the order was canceled"),
        _("The guest was told that it is being refunded or served."),
    ),
    A.DUPLICATE_PAYMENT: (
        _("Paid twice"),
        _(
            "This order was paid by another payment already. The guest was told that this one is being refunded."
        ),
    ),
    A.LATE_MONEY: (
        _("Paid late"),
        _(
            "The payment had ended, then the money came. The order is in the kitchen: is the guest still here?"
        ),
    ),
    A.LATE_FOOD: (
        _("Paid late: cook it?"),
        _(
            "The guest paid for this longer ago than your limit for cooking without asking, or at a location that is"
            " closed for good. The order is not in the kitchen. The guest was told that you will confirm."
        ),
    ),
    A.STOCK_BACK: (
        _("Canceled while it was being cooked"),
        _("Dishes of limited stock were taken for it. Can they still be sold?"),
    ),
    A.PAID_WHILE_CLOSED: (
        _("Paid while closed or paused"),
        _("The order is in the kitchen. The guest was told that you will confirm."),
    ),
    A.SOLD_OUT_AFTER_PAYMENT: (
        _("Sold out after payment"),
        _("Something in this paid order is sold out. The guest was told that you will confirm."),
    ),
    A.REPORT_NOT_SENT: (
        _("Day close not mailed"),
        _(
            "The mail server did not take the mail with the day close, eight times. The day close itself is under"
            " Reports, Day closes. Ask whoever runs this site to look at the mail server."
        ),
    ),
    A.REFUND_DUE: (
        _("Refund due"),
        _("A paid order was canceled and the money is still here."),
    ),
    A.REFUND_FAILED: (
        _("Refund has not arrived"),
        _("The money has not gone back to the guest. What the processor says is shown below."),
    ),
    A.REFUND_LINES: (
        _("What was this refund for?"),
        _(
            "It was made at the processor, which names no dishes. Say which ones it was for, so that reports are right,"
            " or mark it as done if it was for none. No money moves."
        ),
    ),
    A.UNKNOWN_PAYMENT: (
        _("Money without an order"),
        _(
            "Somebody paid through this system, but there is no order for it here, as after restoring a backup."
        ),
    ),
    A.NO_PAYMENT_REQUIRED: (
        _("Completed without payment"),
        _(
            "The processor says that nothing had to be paid, although the order costs something."
            " It is not in the kitchen."
        ),
    ),
    A.STILL_PROCESSING: (
        _("Payment on its way for 15 days"),
        _("The bank has neither confirmed nor refused it. Ask the processor."),
    ),
    A.NOT_AT_PROCESSOR: (
        _("Payment not found at the processor"),
        _("The processor does not know this payment. Was a key of another account pasted?"),
    ),
    A.KEY_REFUSED: (
        _("The processor refuses our key"),
        _(
            "Nobody can pay online with it, and open payments cannot be checked."
            " Paste a working key of the same account under Payment Types."
        ),
    ),
    A.EVENT_FAILED: (
        _("A notice could not be handled"),
        _("It is tried again by itself. If this stays, tell whoever runs the software."),
    ),
    A.DISPUTE: (
        _("A guest's bank disputes a payment"),
        _(
            "Answer or accept it at the processor, not here. Do not pay the money out another way:"
            " where the bank has taken it, the guest has it already."
        ),
    ),
    A.FRAUD_WARNING: (
        _("A bank reports probable fraud"),
        _(
            "The bank of the card says that its owner may not have made this payment. No money has moved yet. A dispute"
            " with a fee often follows: a refund now avoids it. If the guest is still here, ask for the card first."
        ),
    ),
    A.PAYMENT_REVIEW: (
        _("The processor holds a payment for review"),
        _(
            "The processor thinks that this payment may be fraud. The money is here, and the order is in the kitchen."
            " Approve it at the processor, or refund it."
        ),
    ),
    A.SWEEP_FAILED: (
        _("The periodic check does not get through"),
        _(
            "Lost notices and refunds of this restaurant may wait until this is mended. It is tried again by itself;"
            " tell whoever runs the software."
        ),
    ),
    A.WEBHOOK_DOWN: (
        _("The webhook does not arrive"),
        _(
            "The processor's notices of payments do not reach us. Orders still come in, by the guest's return or by the"
            " periodic check, but some minutes later. The webhook's page names the cause and mends it."
        ),
    ),
    A.ACCOUNT_RESTRICTED: (
        _("The processor has restricted your account"),
        _(
            "Payments or payouts are stopped, or will be, until you have done what it asks for in its own dashboard."
        ),
    ),
    A.START_REFUSED: (
        _("The processor refuses to start payments"),
        _(
            "Guests who press Pay are sent to the counter. What the processor says is shown below: fix it there."
            " After a few refusals guests are not offered this way to pay; it is tried again by itself."
        ),
    ),
    A.KEY_REUSED: (
        _("A payment could not be started"),
        _(
            "This is a fault of the software, not of the guest, who can pay again."
            " Tell whoever runs the software."
        ),
    ),
    A.DOUBLE_ORDER: (
        _("The same order twice"),
        _(
            "This table paid for the same dishes twice within 15 minutes. If the second order is a mistake, refund it:"
            " it is canceled as long as the kitchen has not begun."
        ),
    ),
}
"""Each kind's title (what happened) and text (what it means)."""


RESOLUTIONS: Mapping[str, Sentence] = {
    Resolution.LOOKED_AT: _("Looked at."),
    Resolution.SENT_TO_KITCHEN: _("Sent to the kitchen."),
    Resolution.PUT_BACK: _("Put back in stock."),
    Resolution.LINKED: _("Linked to order %(number)s."),
    Resolution.REFUND_STARTED: _("Refund of %(amount)s started."),
    Resolution.REFUND_UNDER_WAY: _(
        "Refund of %(amount)s is under way already; the processor is asked again."
    ),
    Resolution.REFUNDED_ALREADY: _("Refunded already, nothing is left to give back."),
    Resolution.LINES_SAID: _("Staff said what it was for."),
    Resolution.REFUND_NOT_MADE: _("The refund was not made after all."),
    Resolution.REFUND_ARRIVED: _("Refund arrived."),
    Resolution.REFUNDED_IN_FULL: _("Refunded in full."),
    Resolution.PROCESSOR_ANSWERED: _("The processor has answered."),
    Resolution.STARTED_AGAIN: _("A payment could be started again."),
    Resolution.EVENT_APPLIED: _("It ran when it came again."),
    Resolution.KEY_SAVED: _("A good key was saved."),
    Resolution.CHECK_WENT_THROUGH: _("The check went through again."),
    Resolution.WEBHOOK_WORKS: _("Deliveries arrive again."),
    Resolution.DISPUTE_OVER: _("The dispute is over, and the money is here."),
    Resolution.WARNING_OVER: _("It was decided at the processor, refunded or disputed."),
    Resolution.RESTRICTION_OVER: _("The processor restricts the account no longer."),
    Resolution.DISHES_REFUND_STARTED: _("Refund of %(amount)s for those dishes started."),
    Resolution.HELD_BACK: _("Nothing happens by itself any more: please decide."),
    Resolution.REFUNDED_BY_ITSELF: _("Nobody decided in time: %(amount)s refunded by your rule."),
    Resolution.GUEST_CHOSE_REFUND: _("The guest chose a refund of %(amount)s."),
    Resolution.GUEST_CHOSE_SWAP: _("The guest chose other dishes."),
    Resolution.ACCOUNT_NOT_USED: _("The account takes no new payments any more."),
}

POLICY_ACTIONS: Mapping[str, Text] = {
    PolicyAction.REFUND: _("Refund all"),
    PolicyAction.REFUND_DISHES: _("Refund those dishes"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An action's button. `confirm` says what will happen; an empty one needs no confirmation."""

    action: Action
    label: str
    is_first: bool
    confirm: str


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert's texts and buttons. `detail`, `why_no_refund` and `by_itself` may be empty."""

    alert: Alert
    title: str
    text: str
    detail: str
    why_no_refund: str
    offers: tuple[Offer, ...]
    at_stake: Money | None
    can_refund_part: bool
    by_itself: str
    """What happens when nobody decides."""


def shown_alert(row: AlertRow) -> ShownAlert:
    """The alert's texts and buttons."""
    alert = row.alert
    title, text = TITLES_AND_TEXTS[alert.kind]
    offers = tuple(
        Offer(action, str(label), position == 0, str(confirm))
        for position, action in enumerate(row.actions)
        for label, confirm in [_label(alert, action)]
    )
    locale = alert.order.location.locale if alert.order else ""
    refusal = row.no_refund or row.not_yours
    why_not = conflict_text(refusal, locale=locale) if refusal else ""
    return ShownAlert(
        alert,
        str(title),
        str(text),
        detail_text(alert),
        why_not,
        offers,
        row.at_stake,
        row.can_refund_part,
        _by_itself(alert),
    )


def _label(alert: Alert, action: Action) -> tuple[Text, Text]:
    if action != Action.DONE or alert.payment_id is None:
        return LABELS[action]
    if alert.kind in IN_KITCHEN:
        return SERVE_ANYWAY, ""
    return LABELS[action] if alert.kind in NO_MONEY_YET else DISMISS


def must_say_why(alert: Alert, action: Action) -> bool:
    """Whether the action needs a reason: money stays where it is, and nobody acts on it any more."""
    return action == Action.DONE and _label(alert, action) == DISMISS


def _by_itself(alert: Alert) -> str:
    if alert.policy_at is None:
        return ""
    place = alert.order.location if alert.order else None
    at = at_time(
        alert.policy_at, now(), place.time_zone if place else "UTC", place.locale if place else "en_MY"
    )
    if alert.policy_action == PolicyAction.REFUND_DISHES:
        text = _(
            "If nobody decides, those dishes are refunded by themselves at %(time)s; the guest reads it."
        )
    else:
        text = _("If nobody decides, all of it is refunded by itself at %(time)s; the guest reads it.")
    return say(text, {"time": at})


def detail_text(alert: Alert) -> str:
    """The alert's details. An alert from before facts were stored has a stored text."""
    facts: Facts = alert.facts
    if not facts or "said" in facts:
        return str(facts.get("said", ""))
    locale = alert.order.location.locale if alert.order else "en_MY"
    try:
        sentences = list(_DETAILS.get(alert.kind, _of_reason)(facts, locale))
    except (KeyError, TypeError, ValueError):
        # Another version stored other facts. One alert must not hide all others: title and buttons are shown.
        log.exception("alert_lacks_a_fact", alert=str(alert.id), kind=alert.kind)
        return ""
    return " ".join(sentence for sentence in sentences if sentence)


def _of_reason(facts: Facts, locale: str) -> Iterator[str]:
    yield reason_text(facts.get("reason", {}))


def _of_amount(facts: Facts, locale: str) -> Iterator[str]:
    is_same = money_among(facts["moved"]) == money_among(facts["asked"])
    text = _("%(moved)s moved.") if is_same else _("%(moved)s moved, %(asked)s was asked for.")
    yield say(text, facts, locale)


def _of_dishes(facts: Facts, locale: str) -> Iterator[str]:
    yield ", ".join(facts["dishes"])


def _of_duplicate(facts: Facts, locale: str) -> Iterator[str]:
    if "newer" in facts:
        yield say(
            _(
                "The guest sent order %(newer)s in its place and paid that too. This one is not in the kitchen."
            ),
            facts,
        )
    yield reason_text(facts.get("reason", {}))


def _of_taken(facts: Facts, locale: str) -> Iterator[str]:
    yield ", ".join(f"{dish['quantity']} × {dish['name']}" for dish in facts["taken"])


def _of_event(facts: Facts, locale: str) -> Iterator[str]:
    yield facts.get("event_type") or reason_text(facts.get("reason", {}))


def _of_key(facts: Facts, locale: str) -> Iterator[str]:
    if facts.get("waiting"):
        waiting = ngettext_lazy(
            "%(waiting)d payment waits for an answer.",
            "%(waiting)d payments wait for an answer.",
            "waiting",
        )
        yield say(waiting, facts)
    yield reason_text(facts["reason"])


def _of_start(facts: Facts, locale: str) -> Iterator[str]:
    if facts["refused"] > 1:
        yield say(_("Refused %(refused)s times in a row."), facts)
    yield reason_text(facts["reason"])


def _of_dispute(facts: Facts, locale: str) -> Iterator[str]:
    yield str(DISPUTES[facts["state"]])
    if facts["bank_reason"]:
        yield say(_("Reason: %(bank_reason)s."), facts)
    else:
        yield str(_("Reason: not said."))
    if facts["respond_by"] and facts["state"] in ("inquiry", "needs_response"):
        due = datetime.fromisoformat(facts["respond_by"])
        by = exactly(due, facts["time_zone"], locale)
        if due > now():
            about = {"day": by, "left": time_left(due - now())}
            yield say(_("Answer at the processor by %(day)s: %(left)s."), about)
        else:
            yield say(_("The time to answer ended on %(day)s."), {"day": by})
    if facts["state"] == "inquiry":
        yield str(_("If the guest is right, refund all: that ends it before money is taken."))


def _of_warning(facts: Facts, locale: str) -> Iterator[str]:
    if facts["bank_reason"]:
        yield say(_("Reason: %(bank_reason)s."), facts)


def _of_restriction(facts: Facts, locale: str) -> Iterator[str]:
    if facts["charges_stopped"]:
        yield say(_("%(processor)s takes no payments for this account."), facts)
    if facts["payouts_stopped"]:
        yield say(_("%(processor)s pays nothing out to your bank."), facts)
    if facts["requirements"]:
        yield say(_("It asks for: %(names)s."), {"names": ", ".join(facts["requirements"])})
    if facts["due_at"]:
        by = exactly(datetime.fromisoformat(facts["due_at"]), facts["time_zone"], locale)
        yield say(_("It wants that by %(day)s."), {"day": by})


def _of_double(facts: Facts, locale: str) -> Iterator[str]:
    yield say(_("Orders %(first)s and %(second)s. The money shown is the second one's."), facts)


_DETAILS: Mapping[str, Callable[[Facts, str], Iterator[str]]] = {
    A.AMOUNT_DIFFERS: _of_amount,
    A.MODE_DIFFERS: _of_amount,
    A.DUPLICATE_PAYMENT: _of_duplicate,
    A.SOLD_OUT_AFTER_PAYMENT: _of_dishes,
    A.STOCK_BACK: _of_taken,
    A.EVENT_FAILED: _of_event,
    A.KEY_REFUSED: _of_key,
    A.START_REFUSED: _of_start,
    A.DISPUTE: _of_dispute,
    A.FRAUD_WARNING: _of_warning,
    A.PAYMENT_REVIEW: _of_warning,
    A.ACCOUNT_RESTRICTED: _of_restriction,
    A.DOUBLE_ORDER: _of_double,
}


def resolution_text(how: Facts, locale: str = "") -> str:
    """How an alert was resolved. Staff notes, and texts from before codes were stored, are returned unchanged."""
    if "code" not in how:
        return str(how.get("said", ""))
    return say(RESOLUTIONS[how["code"]], how, locale)


def done_text(done: Done, locale: str = "") -> str:
    """The action's result, for the person who pressed the button."""
    return refund_text(done.refund, locale) if done.refund else resolution_text(done.how, locale)
