"""The texts of the payment issues: symptoms, causes with what puts them right, and what a check saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.alerts import TITLES_AND_TEXTS
from duitpos.dashboard.texts.became import NONE
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.payment_issues.checks import Checked
from duitpos.domain.payment_issues.findings import Cause, Check, Evidence, Symptom
from duitpos.domain.payment_issues.findings import CauseCode as C
from duitpos.domain.payment_issues.findings import EvidenceCode as E
from duitpos.kit.clock import now
from duitpos.models import Location
from duitpos.ui.lists import listed
from duitpos.ui.when import ago, ahead, exactly
from duitpos.web.sentences import Text, say


class Mend(StrEnum):
    """Where a cause is put right. The template knows each one's address and who may go there."""

    ALERT = "alert"
    ORDER = "order"
    CHECK = "check"
    TYPE = "type"
    TYPES = "types"
    WEBHOOK = "webhook"
    DECLINES = "declines"
    WAIT = "wait"


class CauseText(NamedTuple):
    """The cause in words, and where it is put right."""

    text: Text
    mend: Mend


SYMPTOMS: Mapping[Symptom, tuple[Text, Text]] = {
    Symptom.PAID_NO_ORDER: (_("Paid, but no order"), "paid-but-no-order"),
    Symptom.DUPLICATE: (_("Duplicate orders or payments"), "duplicate-orders-or-payments"),
    Symptom.NOT_OFFERED: (_("Payment type not shown to guests"), "payment-type-not-shown-to-guests"),
    Symptom.KEY_REFUSED: (_("Invalid API Key"), "invalid-api-key"),
    Symptom.PAGE_NOT_LOADING: (_("Checkout page not loading"), "checkout-page-not-loading"),
    Symptom.CARD_DECLINED: (_("Card declined"), "card-declined"),
    Symptom.WEBHOOK_FAILING: (_("Webhook deliveries failing"), "webhook-deliveries-failing"),
    Symptom.REFUND_MISSING: (_("Refund not there"), "refund-not-there"),
}
"""Each symptom's title, and its id on the page, which is its heading in the guide."""

CAUSES: Mapping[C, CauseText] = {
    C.MONEY_NOT_PLACED: CauseText(
        _("%(amount)s was paid, and its order is not in the kitchen. %(told)s"), Mend.ALERT
    ),
    C.NO_ANSWER: CauseText(
        _("A guest came back from paying %(amount)s, and the processor has not said whether it was paid. %(why)s"),
        Mend.CHECK,
    ),
    C.PAID_TWICE: CauseText(
        _("Order %(number)s was paid twice: the second %(amount)s is still here."), Mend.ALERT
    ),
    C.ORDERED_TWICE: CauseText(
        _(
            "Orders %(earlier)s and %(number)s of table %(table)s are equal (%(amount)s), %(minutes)s min apart, and"
            " both are paid. Ask the table whether they want both; if not, cancel one with a refund."
        ),
        Mend.ORDER,
    ),
    C.NOTHING_OFFERED: CauseText(
        _("Guests at %(location)s cannot pay on their phones: no online payment type is active."), Mend.TYPES
    ),
    C.NO_PROCESSOR: CauseText(
        _("%(type)s is not shown at %(location)s: it has no processor with a key that works."), Mend.TYPE
    ),
    C.OFFER_KEY_REFUSED: CauseText(
        _("%(type)s is not shown at %(location)s: its key is refused. Save one that works."), Mend.TYPE
    ),
    C.STARTS_REFUSED: CauseText(
        _(
            "%(type)s is not shown at %(location)s until %(until)s: the processor refused several payments in a row."
            " It is tried again by itself then."
        ),
        Mend.TYPE,
    ),
    C.CURRENCY: CauseText(
        _("%(type)s is not shown at %(location)s: its processor cannot charge %(currency)s exactly."), Mend.TYPE
    ),
    C.PAUSED: CauseText(_("The key of %(type)s does not work. %(why)s"), Mend.TYPE),
    C.NO_KEY: CauseText(_("%(type)s has %(processor)s, but no key that works yet."), Mend.TYPE),
    C.START_REFUSED: CauseText(
        _(
            "The processor refused to make a payment page for %(type)s: %(times)s in the last hour, last %(last)s."
            " %(why)s"
        ),
        Mend.TYPE,
    ),
    C.START_UNANSWERED: CauseText(
        _(
            "The processor did not answer when %(type)s needed a payment page: %(times)s in the last hour, last"
            " %(last)s. Guests kept their cart and can press Pay again. Look at the processor's status page."
        ),
        Mend.WAIT,
    ),
    C.DECLINED_NOW: CauseText(
        _("Table %(table)s: %(amount)s is not paid, the card was declined %(last)s."), Mend.DECLINES
    ),
    C.WEBHOOK_DOWN: CauseText(
        _("The webhook of %(type)s has not worked since %(since)s. Payments are found within minutes all the same."),
        Mend.WEBHOOK,
    ),
    C.WEBHOOK_UNDELIVERED: CauseText(
        _(
            "The processor could not deliver %(events)s of %(type)s, the first one on %(since)s. It tries again, and"
            " they are fetched meanwhile."
        ),
        Mend.WEBHOOK,
    ),
    C.WEBHOOK_NO_SECRET: CauseText(
        _("%(type)s has no webhook secret, so no delivery can be believed. Paste it from the processor."), Mend.WEBHOOK
    ),
    C.WEBHOOK_BAD_SIGNATURE: CauseText(
        _("The last delivery for %(type)s, %(last)s, was not believed: %(problem)s"), Mend.WEBHOOK
    ),
    C.WEBHOOK_SILENT: CauseText(
        _(
            "%(payments)s of the last day were found by the guest's return or the periodic check, and no delivery for"
            " %(type)s has come since. Look at the webhook at the processor."
        ),
        Mend.WEBHOOK,
    ),
    C.REFUND_NOT_MADE: CauseText(_("A refund of %(amount)s has not reached the guest. %(why)s"), Mend.ALERT),
    C.REFUND_SLOW: CauseText(
        _("A refund of %(amount)s is on its way since %(since)s, which is longer than usual. Ask the processor."),
        Mend.ORDER,
    ),
    C.REFUND_NOT_SENT: CauseText(
        _(
            "The processor has not answered since %(since)s whether it makes a refund of %(amount)s. It is asked again"
            " by itself."
        ),
        Mend.ORDER,
    ),
    C.REFUND_FOR_WHAT: CauseText(
        _("%(amount)s was refunded at the processor, and nobody has said what it was for."), Mend.ALERT
    ),
    C.REFUND_DUE: CauseText(_("%(amount)s of a canceled order was not refunded yet."), Mend.ALERT),
}  # fmt: skip

EVIDENCE: Mapping[E, Text] = {
    E.ALL_PLACED: ngettext_lazy(
        "%(count)d payment in the last day, and it has its order or its refund. Paid %(last)s.",
        "%(count)d payments in the last day, each with its order or its refund. The last one %(last)s.",
        "count",
    ),
    E.NOTHING_PAID: _("Nobody has paid in the last day."),
    E.NO_DUPLICATE: ngettext_lazy(
        "%(count)d paid order in the last day, paid once.",
        "%(count)d paid orders in the last day: none paid twice, none sent twice by one table.",
        "count",
    ),
    E.OFFERED: _("Guests at %(location)s see: %(types)s."),
    E.HIDDEN_INACTIVE: _("%(type)s is inactive, so guests do not see it."),
    E.HIDDEN_NOT_OFFERED: _("%(type)s is switched off for %(location)s."),
    E.HIDDEN_NO_UNPAID: _(
        "%(type)s is not shown at %(location)s: guests cannot send orders unpaid there. Change that under Paying at"
        " the counter."
    ),
    E.HIDDEN_NOT_AT_COUNTER: _(
        "%(type)s is not shown at %(location)s: it is switched off at the counter, where guests would pay with it."
    ),
    E.HIDDEN_TEST: _("%(type)s is not shown at %(location)s: it takes test money, and you take real payments."),
    E.HIDDEN_CLOSED: _("%(location)s is closed now; guests see the menu and cannot order."),
    E.HIDDEN_PAUSED: _("%(location)s is paused; guests see the menu and cannot order."),
    E.BELOW_MINIMUM: _("%(type)s is not offered below %(amount)s, the processor's least."),
    E.KEY_ACCEPTED: _("%(processor)s accepted the key of %(type)s %(last)s."),
    E.KEY_NOT_CHECKED: _("The key of %(type)s has not been checked yet."),
    E.NO_ACCOUNT: _("No processor is set up."),
    E.PAGES_MADE: ngettext_lazy(
        "%(count)d payment page opened in the last hour, %(last)s.",
        "%(count)d payment pages opened in the last hour, the last one %(last)s.",
        "count",
    ),
    E.NOBODY_STARTED: _("Nobody has pressed Pay in the last hour."),
    E.DECLINES_TODAY: ngettext_lazy(
        "%(count)d order with a declined card today; paid after all: %(paid)d.",
        "%(count)d orders with a declined card today; paid after all: %(paid)d.",
        "count",
    ),
    E.NO_DECLINES: _("No card was declined today."),
    E.DELIVERED: _("The last signed delivery for %(type)s came %(last)s."),
    E.NOT_DELIVERED_YET: _("No delivery for %(type)s has come yet."),
    E.FOUND_BY: _(
        "Payments of the last day found by webhook: %(webhook)d; by the guest's return or the check: %(others)d."
    ),
    E.REFUNDS_SENT: ngettext_lazy(
        "%(count)d refund sent in 60 days, %(last)s. Guests see it at their bank after 5 to 10 working days.",
        "%(count)d refunds sent in 60 days, the last one %(last)s. Guests see them at their bank after 5 to 10"
        " working days.",
        "count",
    ),
    E.NO_REFUNDS: _("No refund was made in 60 days."),
}  # fmt: skip

SIGNATURES: Mapping[str, Text] = {
    "missing": _("it had no signature."),
    "no_secret": _("no secret was saved to verify it."),
    "mismatch": _("it was signed with another secret. Copy the secret again at the processor."),
    "clock": _("its time is too far from our clock."),
    "malformed": _("it was no event."),
}

UNTOLD = _("Nobody was told yet.")
TIMES = ngettext_lazy("%(count)d time", "%(count)d times", "count")
EVENTS = ngettext_lazy("%(count)d event", "%(count)d events", "count")
PAYMENTS = ngettext_lazy("%(count)d payment", "%(count)d payments", "count")


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A cause in words, with where it is put right."""

    text: str
    mend: Mend
    cause: Cause
    has_button: bool
    """False when a later cause of the check is put right at the same place."""


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check in words. `anchor`: its id on the page and its heading in the guide."""

    title: str
    anchor: str
    is_red: bool
    causes: tuple[ShownCause, ...]
    evidence: tuple[str, ...]


def shown_checks(checked: Checked) -> list[ShownCheck]:
    """All checks in words, the red ones first."""
    shown = [_shown(check, checked.home) for check in checked.checks]
    return sorted(shown, key=lambda check: not check.is_red)


def hidden_text(found: Cause | Evidence | None, home: Location) -> str:
    """Why guests do not see a payment type at a location; empty when they see it."""
    if found is None:
        return ""
    return cause_text(found, home) if isinstance(found, Cause) else evidence_text(found, home)


def _shown(check: Check, home: Location) -> ShownCheck:
    title, anchor = SYMPTOMS[check.symptom]
    places = [_place(one) for one in check.causes]
    causes = tuple(
        ShownCause(cause_text(one, home), _mend(one), one, places[number] not in places[number + 1 :])
        for number, one in enumerate(check.causes)
    )
    evidence = tuple(evidence_text(one, home) for one in check.evidence)
    return ShownCheck(str(title), str(anchor), check.is_red, causes, evidence)


def _place(cause: Cause) -> tuple[object, ...]:
    """Where a cause is put right: several may lead to the same page."""
    mend = _mend(cause)
    if mend in (Mend.TYPE, Mend.TYPES, Mend.DECLINES):
        return mend, cause.type_id
    return mend, cause.alert_id, cause.order_id, cause.payment_id


def cause_text(cause: Cause, home: Location) -> str:
    """The cause in words."""
    facts = dict(cause.facts)
    facts["why"] = reason_text(facts.get("reason") or {})  # type: ignore[arg-type]
    told = str(facts.get("alert") or "")
    facts["told"] = str(TITLES_AND_TEXTS[told][1]) if told in TITLES_AND_TEXTS else str(UNTOLD)
    facts["problem"] = SIGNATURES.get(str(facts.get("problem")), "")
    facts["table"] = facts.get("table") or NONE
    facts["number"] = facts.get("number") or NONE
    if "count" in facts:
        facts |= {name: say(text, facts) for name, text in _COUNTED.items()}
    return say(CAUSES[cause.code].text, _in_words(facts, home), home.locale).strip()


def evidence_text(seen: Evidence, home: Location) -> str:
    """What a check saw, in words."""
    return say(EVIDENCE[seen.code], _in_words(seen.facts, home), home.locale)


_COUNTED: Mapping[str, Text] = {"times": TIMES, "events": EVENTS, "payments": PAYMENTS}


def _in_words(facts: Mapping[str, object], home: Location) -> dict[str, Any]:
    """Times as they are read, lists as words; a missing amount is a dash."""
    at, words = now(), dict[str, Any](facts)
    for name, value in facts.items():
        match value:
            case datetime():
                read = {"until": ahead, "since": _on}.get(name, ago)
                words[name] = read(value, at, home.time_zone, home.locale)
            case tuple():
                words[name] = listed(value)
            case None:
                words[name] = NONE
    return words


def _on(at: datetime, now: datetime, time_zone: str, locale: str) -> str:
    """The exact time, after "since"; `now` is not needed."""
    return exactly(at, time_zone, locale)


def _mend(cause: Cause) -> Mend:
    """Where the cause is put right; on the order's page when no alert was opened."""
    mend = CAUSES[cause.code].mend
    if mend != Mend.ALERT or cause.alert_id is not None:
        return mend
    return Mend.ORDER
