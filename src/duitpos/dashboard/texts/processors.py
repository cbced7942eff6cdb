"""The texts of payment types and processor accounts: keys, warnings, health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.core import Locale
from babel.lists import format_list
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from duitpos.dashboard.texts.account import said_of_account
from duitpos.dashboard.texts.reasons import reason_text, sentence_of
from duitpos.domain.processor_accounts.accounts import Removal
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import TypeProblem
from duitpos.domain.processor_accounts.view import AccountView, FieldView, Health
from duitpos.kit.facts import Facts
from duitpos.models import ProcessorAccount
from duitpos.web.sentences import ByFact, Sentence, Text, say

OWNERS: Mapping[str, Text] = {
    "live": _("%(name)s (%(country)s), live mode: real money"),
    "test": _("%(name)s (%(country)s), test mode: no real money"),
    "": _("%(name)s (%(country)s), mode not known yet: the first payment tells"),
}
OWNERS_SOMEWHERE: Mapping[str, Text] = {
    "live": _("%(name)s, live mode: real money"),
    "test": _("%(name)s, test mode: no real money"),
    "": _("%(name)s, mode not known yet: the first payment tells"),
}
OWNERS_UNNAMED: Mapping[str, Text] = {
    "live": _("An account whose name the key may not read, live mode: real money"),
    "test": _("An account whose name the key may not read, test mode: no real money"),
    "": _("An account whose name the key may not read, mode not known yet: the first payment tells"),
}
BELONGS: Mapping[str, Text] = {
    "live": _("The key belongs to %(name)s (%(country)s), live mode: real money."),
    "test": _("The key belongs to %(name)s (%(country)s), test mode: no real money."),
    "": _("The key belongs to %(name)s (%(country)s), mode not known yet: the first payment tells."),
}
BELONGS_SOMEWHERE: Mapping[str, Text] = {
    "live": _("The key belongs to %(name)s, live mode: real money."),
    "test": _("The key belongs to %(name)s, test mode: no real money."),
    "": _("The key belongs to %(name)s, mode not known yet: the first payment tells."),
}
BELONGS_UNNAMED: Mapping[str, Text] = {
    "live": _("The key belongs to an account whose name it may not read, live mode: real money."),
    "test": _("The key belongs to an account whose name it may not read, test mode: no real money."),
    "": _(
        "The key belongs to an account whose name it may not read, mode not known yet: the first payment tells."
    ),
}

FINDINGS: Mapping[str, Sentence] = {
    Finding.OTHER_ACCOUNT: _(
        "It is another account than before. The former one (%(old)s) takes no new payments; its keys are kept, because"
        " payments made with it may still come in or be refunded."
    ),
    Finding.NO_KEY_YET: _("There is no key yet that payments could be made with."),
    Finding.KEY_UNREADABLE: _(
        "What is stored cannot be read with this installation's encryption keys. Paste all of it again."
    ),
    Finding.KEPT_BESIDE_THE_OLD: _(
        "The new key is kept: press Check now in a minute, and it will be used. Until then the old key stays in use."
    ),
    Finding.KEPT_ALONE: _(
        "The new key is kept: press Check now in a minute, and it will be used. Until then guests cannot pay with it."
    ),
    Finding.THROWN_AWAY: _("The key that waited was thrown away."),
    Finding.MORE_ON_ITS_PAGE: ngettext_lazy(
        "%(count)d thing about this account should be mended: open “About this account”.",
        "%(count)d things about this account should be mended: open “About this account”.",
        "count",
    ),
    Finding.NOTHING_VERIFIES: _(
        "There is no %(field)s yet. Payments are found all the same, by the guest's return and by regular"
        " checks; with it, orders appear a little sooner."
    ),
    Finding.WEBHOOK_INSTALLED: _("The webhook was set up at %(processor)s."),
    Finding.WEBHOOK_NOT_INSTALLED: _(
        "The webhook could not be set up at %(processor)s. Press Check now to try again."
    ),
    Finding.TYPE_INACTIVE: _("“%(type)s” is not active yet: guests cannot choose it."),
}

PROBLEMS: Mapping[str, Sentence] = {
    "blank_inside": _("There is a space or a line break in it. Copy it again, alone."),
    "shortened": _(
        "This is the shortened form that %(processor)s shows. Reveal it there, and copy the whole of it."
    ),
    "part_missing": _("A part of it is missing. Copy the whole of it."),
    "another_field": _("This is the %(label)s: it belongs in its own field."),
    "something_else": ByFact(
        "what",
        {
            "public_key": _("This is the public key, which everybody may see."),
            "account_id": _("This is the id of the account."),
            "endpoint_id": _("This is the id of the webhook endpoint."),
            "managed_key": _("This is a key that %(processor)s manages for somebody else."),
            "address": _("This is an address."),
        },
    ),
    "wrong_form": _("This is no %(field)s."),
    "required": _("This is needed too. Nothing was saved."),
}
"""Problems of pasted credentials, by code."""

BEGINS = _("The %(field)s begins with %(begins)s.")
"""Added to a problem, where the field's beginnings are known."""
WHERE = _("At %(processor)s: %(where)s.")

STATES: Mapping[str, Text] = {
    "new": _("No usable key yet"),
    "active": _("Active"),
    "retired": _("Retired: takes no new payments, but may still receive and refund old ones"),
}

HEALTH: Mapping[str, Sentence] = {
    Health.KEY_PAUSED: _(
        "Paused since the key was refused: save a good key of the same account, and checking goes on."
    ),
    Health.START_REFUSED: _("The last payment could not be started."),
    Health.CANNOT_CHARGE: _(
        "The processor says that this account cannot take payments yet. Finish its set-up there, then press Check now."
    ),
    Health.NOT_OFFERED: _(
        "It was refused so often that guests are not offered it for a while. Press Check now to try at once."
    ),
    Health.KEY_WAITS: _("A new key waits, because nobody could say yet whose it is: press Check now."),
    Health.NOTHING_VERIFIES: _(
        "No %(field)s yet: payments are found by the guest's return and by regular checks."
    ),
    Health.NO_DELIVERY_YET: _("No delivery has arrived yet. Is the address above entered at the processor?"),
    Health.BAD_SIGNATURE: ByFact(
        "problem",
        {
            "missing": _("A delivery came without a signature: it was not from the processor."),
            "no_secret": _("A delivery came, but nothing is saved here to check it with."),
            "mismatch": _(
                "Deliveries are signed with something else than what is saved here. Compare it with the endpoint's."
            ),
            "clock": _(
                "A delivery was signed rightly, but more than five minutes ago: our clock or the sender's is wrong."
            ),
            "malformed": _("A delivery was signed rightly, but was no event."),
        },
    ),
    Health.CLOCK_BEHIND: _(
        "A delivery was signed rightly, but %(seconds)s seconds in the future:"
        " our clock is behind, or the sender's is ahead."
    ),
    Health.CLOCK_AHEAD: _(
        "A delivery was signed rightly, but %(seconds)s seconds ago:"
        " our clock is ahead, or the sender's is behind."
    ),
    Health.THIN_EVENTS: _(
        "Deliveries come as thin events, each of which must be looked up at the processor:"
        " choose snapshot payloads for the endpoint there."
    ),
    Health.UNKNOWN_EVENTS: ngettext_lazy(
        "%(count)d delivery was of a kind that need not be ticked.",
        "%(count)d deliveries were of kinds that need not be ticked.",
        "count",
    ),
    Health.FOREIGN_EVENTS: ngettext_lazy(
        "%(count)d delivery was about a payment made elsewhere with this account.",
        "%(count)d deliveries were about payments made elsewhere with this account.",
        "count",
    ),
}

TYPE_PROBLEMS: Mapping[TypeProblem, Text] = {
    TypeProblem.NO_PROCESSOR: _("No processor is set up: guests cannot choose it."),
    TypeProblem.KEY_REFUSED: _(
        "The processor refuses the key: guests cannot choose it until a good key is saved."
    ),
}

REMOVALS: Mapping[Removal, Text] = {
    Removal.REMOVED: _("The account was removed, with its keys."),
    Removal.RETIRED: _(
        "The account takes no new payments. Its keys are kept, because payments made with it may still come in or be"
        " refunded."
    ),
}


@dataclass(frozen=True, slots=True)
class AccountTexts:
    """The texts on one account's form. `owner` and `problem` may be empty."""

    owner: str
    state: str
    problem: str
    health: tuple[str, ...]


def account_texts(view: AccountView) -> AccountTexts:
    """The texts of an account's view."""
    return AccountTexts(
        owner=owner_text(view.owner),
        state=str(STATES[view.account.state]),
        problem=reason_text(view.problem),
        health=tuple(_with_reason(HEALTH[one["code"]], one) for one in view.health),
    )


def state_text(account: ProcessorAccount) -> str:
    """Whether new payments use an account."""
    return str(STATES[account.state])


def owner_text(owner: Facts) -> str:
    """The account's owner: "Warung Sedap (MY), test mode: no real money"; empty before the first check."""
    return say(_by_owner(owner, OWNERS, OWNERS_SOMEWHERE, OWNERS_UNNAMED), owner) if owner else ""


def _by_owner(
    owner: Facts, full: Mapping[str, Text], somewhere: Mapping[str, Text], unnamed: Mapping[str, Text]
) -> Text:
    if not owner["name"]:
        return unnamed[owner["mode"]]
    return (full if owner["country"] else somewhere)[owner["mode"]]


def finding_text(finding: Facts) -> str:
    """A result of saving or checking keys."""
    code = finding["code"]
    if code == Finding.NOT_CHECKED:
        return reason_text(finding["reason"])
    if code == Finding.KEY_BELONGS_TO:
        return say(_by_owner(finding, BELONGS, BELONGS_SOMEWHERE, BELONGS_UNNAMED), finding)
    if code in FINDINGS:
        return _with_reason(FINDINGS[code], finding, is_reason_first=True)
    return said_of_account(finding)


def _with_reason(sentence: Sentence, facts: Facts, *, is_reason_first: bool = False) -> str:
    """The sentence, joined with the reason's text."""
    texts = [say(sentence, facts), reason_text(facts.get("reason", {}))]
    return " ".join(text for text in (reversed(texts) if is_reason_first else texts) if text)


def problem_text(problem: Facts) -> str:
    """The problem of a pasted credential or a chosen address, and what the right one looks like."""
    code = problem["code"]
    if code not in PROBLEMS:
        return say(sentence_of(code) or code, problem)
    texts = [say(PROBLEMS[code], problem)]
    if code in ("another_field", "something_else", "wrong_form") and problem["begins_with"]:
        texts.append(say(BEGINS, {**problem, "begins": _either(problem["begins_with"])}))
    if code in ("something_else", "wrong_form") and problem["where"]:
        texts.append(say(WHERE, problem))
    return " ".join(texts)


def hint_text(view: FieldView) -> str:
    """The help text below a credential's field."""
    if view.is_unreadable:
        return str(_("What is saved cannot be read here: paste it again."))
    about = {
        "masked": view.masked,
        "processor": view.processor,
        "begins": _either(view.field.begins_with),
        "where": view.field.where,
    }
    if view.masked and view.field.is_secret:
        if view.field.is_long:
            return say(_("Saved, with the fingerprint %(masked)s. Leave empty to keep it."), about)
        return say(_("Saved: %(masked)s. Leave empty to keep it."), about)
    texts = [say(_("Begins with %(begins)s."), about)] if view.field.begins_with else []
    if view.field.where:
        texts.append(say(WHERE, about))
    return " ".join(texts)


def _either(beginnings: Sequence[str]) -> str:
    """The beginnings as a list: "live- or test-"."""
    page = Locale.parse(get_language() or "en", sep="-")
    return format_list(list(beginnings), style="or", locale=page) if beginnings else ""


def address_text(address: str) -> str:
    """Where test credentials may be used."""
    if not address:
        return str(_("The processor itself"))
    return say(_("Sandbox at %(address)s"), {"address": address})
