"""The texts of an account's page: each finding, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.processor_accounts.account_codes import AccountCode as C
from duitpos.domain.processor_accounts.account_codes import AccountFinding, Severity
from duitpos.kit.facts import Facts
from duitpos.ui.when import exactly
from duitpos.ui.words import Meaning
from duitpos.web.sentences import ByFact, Sentence, Text, say


class Told(NamedTuple):
    """A finding's sentence, why it matters, and what to do. What is fine has the sentence only."""

    says: Sentence
    why: Sentence = ""
    do: Sentence = ""


GROUPS: Mapping[Severity, tuple[Meaning, Text]] = {
    Severity.STOPS: (Meaning.FAILED, _("Stops payments")),
    Severity.MEND: (Meaning.WAITING, _("Should be mended")),
    Severity.KNOW: (Meaning.ALERT, _("Good to know")),
    Severity.FINE: (Meaning.OK, _("Fine")),
}

STOPS: Mapping[C, Told] = {
    C.KEY_REFUSED: Told(
        _("%(processor)s refuses the key: it was revoked, replaced by another one, or has expired."),
        _("Nobody can pay online with it, and open payments and refunds cannot be looked up."),
        _("Copy the present key of the same account, and paste it into the payment type."),
    ),
    C.CANNOT_CHARGE: Told(
        ByFact(
            "restriction",
            {
                "": _("%(processor)s takes no payments for this account."),
                "requirements": _(
                    "%(processor)s takes no payments for this account: something that it asked for is missing."
                ),
                "review": _(
                    "%(processor)s takes no payments for this account while it looks at what you gave it."
                ),
                "rejected": _("%(processor)s has rejected this account and takes no payments for it."),
                "other": _("%(processor)s has stopped payments for this account."),
            },
        ),
        _("Guests who press Pay are sent to the counter."),
        ByFact(
            "restriction",
            {
                "": _("Finish what it asks for there, then press Check now."),
                "requirements": _("Give it what it asks for, then press Check now."),
                "review": _(
                    "You can only wait: usually it takes a few days. Until then use another account."
                ),
                "rejected": _("Ask its support why. Until then use another account."),
                "other": _("Look there for the reason, or ask its support."),
            },
        ),
    ),
    C.MAY_NOT_TAKE_PAYMENTS: Told(
        _("This key may not make and end payment pages: it lacks “%(label)s” (%(name)s)."),
        _("Guests cannot pay with it."),
        _("Make a key with the right permissions, and paste it into the payment type."),
    ),
    C.CURRENCY_IMPOSSIBLE: Told(
        ByFact(
            "problem",
            {
                "steps_of_ten": _(
                    "%(location)s: %(processor)s takes %(currency)s only in steps of 0.010, so that prices could not"
                    " be charged exactly."
                ),
                "no_small_change": _(
                    "%(location)s: %(processor)s does not take the small change of %(currency)s, so that prices could"
                    " not be charged exactly."
                ),
                "not_taken": _("%(location)s: %(processor)s does not take %(currency)s."),
            },
        ),
        _("Guests there cannot pay online."),
        _("Take payment there at the counter, or use another processor."),
    ),
    C.NO_METHOD_FITS: Told(
        _("No payment method is active that takes %(currencies)s."),
        _("The payment page would have nothing to pay with."),
        _("Switch on cards, or a method that takes this currency."),
    ),
}

MEND: Mapping[C, Told] = {
    C.NOT_SET_UP: Told(
        _("This account is not set up for real money yet."),
        _("Test payments work. Real payments need it."),
        _("Before you go live, tell %(processor)s about your business and your bank."),
    ),
    C.CANNOT_PAY_OUT: Told(
        _("%(processor)s pays nothing out to your bank."),
        _("What guests pay stays at %(processor)s."),
        _("Look whether your bank account is entered there, and what else it asks for."),
    ),
    C.REQUIREMENTS_PAST_DUE: Told(
        ngettext_lazy(
            "%(processor)s still waits for %(count)d thing that was due.",
            "%(processor)s still waits for %(count)d things that were due.",
            "count",
        ),
        _("It stops payments or payouts until it has them."),
        _("Enter them there, then press Check now."),
    ),
    C.REQUIREMENTS_DUE: Told(
        ByFact(
            "when",
            {
                "dated": ngettext_lazy(
                    "%(processor)s asks for %(count)d thing by %(day)s.",
                    "%(processor)s asks for %(count)d things by %(day)s.",
                    "count",
                ),
                "undated": ngettext_lazy(
                    "%(processor)s asks for %(count)d thing.",
                    "%(processor)s asks for %(count)d things.",
                    "count",
                ),
            },
        ),
        _("Without them it stops payments or payouts."),
        _("Enter them there, then press Check now."),
    ),
    C.RIGHT_MISSING: Told(
        ByFact(
            "right",
            {
                "read_payments": _("This key may not look up payments: it lacks “%(label)s” (%(name)s)."),
                "refund": _("This key may not make refunds: it lacks “%(label)s” (%(name)s)."),
                "list_events": _("This key may not list events: it lacks “%(label)s” (%(name)s)."),
                "set_up_webhook": _("This key may not set the webhook up: it lacks “%(label)s” (%(name)s)."),
                "read_disputes": _("This key may not look up disputes: it lacks “%(label)s” (%(name)s)."),
                "read_fees": _("This key may not look up fees: it lacks “%(label)s” (%(name)s)."),
                "read_account": _("This key may not read its account: it lacks “%(label)s” (%(name)s)."),
            },
        ),
        ByFact(
            "right",
            {
                "read_payments": _(
                    "A payment that is still being processed, or was declined, stays unexplained."
                ),
                "refund": _("Refunds from here fail; staff would have to make them at %(processor)s."),
                "list_events": _("Deliveries that were missed are not looked up."),
                "set_up_webhook": _("Somebody has to make the webhook by hand, and to mend it by hand."),
                "read_disputes": _("When a guest's bank takes money back, you may not be told here."),
                "read_fees": _("What each payment cost you is not shown here."),
                "read_account": _(
                    "Its name, what %(processor)s asks for and which payment methods are active are not known here."
                ),
            },
        ),
        _("Give the key this permission, or make a new one and paste it into the payment type."),
    ),
    C.KEY_TOO_WIDE: Told(
        _("This is a full secret key: whoever has it can do everything with your account."),
        _("DuitPOS needs only these permissions. A restricted key that leaks does less harm."),
        _("Make a restricted key, tick the permissions below, and paste it into the payment type."),
    ),
    C.KEY_EXPIRES: Told(
        _("The key expires on %(day)s."),
        _("From then on nobody can pay online with it."),
        _("Make a new key of the same account before, and paste it into the payment type."),
    ),
    C.CLOCK_REFUSES: Told(
        ByFact(
            "is_ahead",
            {
                "True": _("This computer's clock is %(seconds)s seconds ahead of %(processor)s's."),
                "False": _("This computer's clock is %(seconds)s seconds behind %(processor)s's."),
            },
        ),
        _(
            "With more than 300 seconds every delivery is refused. Payments are then found by the guest's return and by"
            " regular checks, which takes longer."
        ),
        _("Have this computer's clock set by the network."),
    ),
    C.CLOCK_DIFFERS: Told(
        ByFact(
            "is_ahead",
            {
                "True": _("This computer's clock is %(seconds)s seconds ahead of %(processor)s's."),
                "False": _("This computer's clock is %(seconds)s seconds behind %(processor)s's."),
            },
        ),
        _("With more than 300 seconds every delivery is refused."),
        _("Have this computer's clock set by the network."),
    ),
    C.MODES_MIXED: Told(
        _("Modes are mixed: “%(live)s” takes real money, “%(test)s” only test payments."),
        _("Guests are offered no test payments beside real ones."),
        _("Before guests pay, use keys of one mode."),
    ),
}

KNOW: Mapping[C, Told] = {
    C.NOT_ANSWERED: Told(
        _("The last question was not answered."),
        _("What is below was true at the time of the last answer. It is asked again by itself."),
        _("Press Check now to ask at once."),
    ),
    C.NOT_REVIEWED: Told(
        _("%(processor)s has not been asked about this account yet."),
        _("It is asked when a key is saved, and once a day."),
        _("Press Check now to ask at once."),
    ),
    C.TEST_MODE: Told(
        _("Test mode: no real money moves."),
        _("Every order that is paid with it says TEST, and counts in no report."),
        _("For real money paste a live key of the same account."),
    ),
    C.MODE_UNKNOWN: Told(
        _("It is not known yet whether this is test money or real money."),
        _("Until then its orders count as test orders."),
        _("The first payment tells."),
    ),
    C.CURRENCY_CONVERTED: Told(
        _("%(location)s charges in %(charged)s, but the account is kept in %(kept)s."),
        _("%(processor)s converts every payment, for a fee."),
        _("An account that is kept in %(charged)s avoids it."),
    ),
    C.METHODS_PENDING: Told(
        _("Not active yet: %(methods)s."),
        _("%(processor)s is still looking at it. Guests are not offered it until then."),
        _("Look there whether it waits for something."),
    ),
    C.METHODS_INACTIVE: Told(
        _("Switched off: %(methods)s."),
        _("Guests could pay with it in your currency."),
        _("Switch it on there, if you want it."),
    ),
    C.METHODS_UNFIT: Told(
        _("%(method)s is active, but takes %(takes)s only, and your prices are in %(charged)s."),
        _("Guests are not offered it."),
        _("Nothing needs to be done."),
    ),
    C.REQUIREMENTS_CHECKED: Told(
        ngettext_lazy(
            "%(processor)s is looking at %(count)d thing that you gave it.",
            "%(processor)s is looking at %(count)d things that you gave it.",
            "count",
        ),
        _("It may ask for more."),
        _("Nothing needs to be done now."),
    ),
    C.REQUIREMENTS_LATER: Told(
        ngettext_lazy(
            "%(processor)s will ask for %(count)d more thing one day.",
            "%(processor)s will ask for %(count)d more things one day.",
            "count",
        ),
        _("Some are asked for only when you have taken a certain amount."),
        _("You can enter them now, so that nothing stops later."),
    ),
    C.SHARED_WITH_ANOTHER: Told(
        _("Another restaurant of this installation uses the same account."),
        _("The money of both goes to the same bank account."),
        _("If that is not meant so, paste a key of your own account."),
    ),
    C.VERSION_DIFFERS: Told(
        _("The account's events have the API version %(theirs)s; DuitPOS reads %(ours)s."),
        _(
            "Nothing is lost: an event in another version is looked up at %(processor)s first, which takes a little"
            " longer."
        ),
        _("Let DuitPOS make the webhook: then its deliveries have the right version."),
    ),
}

FINE: Mapping[C, Told] = {
    C.LIVE_MODE: Told(_("Live mode: real money.")),
    C.CAN_CHARGE: Told(_("It may take payments.")),
    C.CAN_PAY_OUT: Told(_("It pays out to your bank.")),
    C.NOTHING_REQUIRED: Told(_("%(processor)s asks for nothing now.")),
    C.METHODS_ACTIVE: Told(_("Guests can pay with: %(methods)s.")),
    C.CURRENCY_SAME: Told(_("Menu and account have the same currency: %(currency)s.")),
    C.RIGHTS_ENOUGH: Told(_("The key has the permissions that are needed, and no others that we know of.")),
    C.CLOCK_SAME: Told(_("This computer's clock agrees with %(processor)s's.")),
    C.VERSION_SAME: Told(_("The account's events have the API version that DuitPOS reads: %(ours)s.")),
    C.SHARED_TYPES: Told(
        _(
            "The same account also serves “%(there)s”: payments from all locations settle to the same bank account."
        )
    ),
}

METHOD_STATES: Mapping[str, Text] = {
    "active": _("active"),
    "pending": _("not active yet"),
    "inactive": _("switched off"),
}

ACCOUNT: Mapping[C, Told] = {**STOPS, **MEND, **KNOW, **FINE}


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding's texts. `items` are what it lists: a name of the processor's, and words on it."""

    says: str
    why: str
    do: str
    reason: str
    items: tuple[Facts, ...]
    where: str
    url: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one severity."""

    severity: Severity
    meaning: Meaning
    title: str
    findings: tuple[ShownFinding, ...]


def finding_groups(
    findings: tuple[AccountFinding, ...], time_zone: str, locale: str
) -> tuple[FindingGroup, ...]:
    """The findings by severity, without empty groups."""
    groups = []
    for severity, (meaning, title) in GROUPS.items():
        some = tuple(_shown(one, time_zone, locale) for one in findings if one.severity == severity)
        if some:
            groups.append(FindingGroup(severity, meaning, str(title), some))
    return tuple(groups)


def said_of_account(about: Facts, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """A finding's sentence alone."""
    return say(ACCOUNT[C(about["code"])].says, _with_day(about, time_zone, locale))


def _shown(finding: AccountFinding, time_zone: str, locale: str) -> ShownFinding:
    told, about = ACCOUNT[finding.code], _with_day(finding.about, time_zone, locale)
    return ShownFinding(
        says=say(told.says, about),
        why=say(told.why, about),
        do=say(told.do, about),
        reason=reason_text(about.get("reason", {})),
        items=finding.items,
        where=finding.page.where if finding.page else "",
        url=finding.page.url if finding.page else "",
    )


def _with_day(about: Facts, time_zone: str, locale: str) -> Facts:
    """The facts, with their date written as `day`, and whether there is one as `when`."""
    due_at = about.get("due_at")
    if not due_at:
        return {**about, "when": "undated"}
    return {**about, "when": "dated", "day": exactly(datetime.fromisoformat(due_at), time_zone, locale)}
