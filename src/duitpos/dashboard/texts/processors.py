"""The texts of payment types and processor accounts: keys, warnings, health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.reasons import reason_text, sentence_of
from duitpos.domain.processor_accounts.accounts import Removal
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.types import TypeProblem
from duitpos.domain.processor_accounts.view import AccountView, FieldView, Health
from duitpos.kit.facts import Facts
from duitpos.web.sentences import ByFact, Sentence, Text, say

OWNERS: Mapping[str, Text] = {
    "live": _("%(name)s (%(country)s), live mode: real money"),
    "test": _("%(name)s (%(country)s), test mode: no real money"),
}
OWNERS_SOMEWHERE: Mapping[str, Text] = {
    "live": _("%(name)s, live mode: real money"),
    "test": _("%(name)s, test mode: no real money"),
}
OWNERS_UNNAMED: Mapping[str, Text] = {
    "live": _("An account whose name the key may not read, live mode: real money"),
    "test": _("An account whose name the key may not read, test mode: no real money"),
}
BELONGS: Mapping[str, Text] = {
    "live": _("The key belongs to %(name)s (%(country)s), live mode: real money."),
    "test": _("The key belongs to %(name)s (%(country)s), test mode: no real money."),
}
BELONGS_SOMEWHERE: Mapping[str, Text] = {
    "live": _("The key belongs to %(name)s, live mode: real money."),
    "test": _("The key belongs to %(name)s, test mode: no real money."),
}
BELONGS_UNNAMED: Mapping[str, Text] = {
    "live": _("The key belongs to an account whose name it may not read, live mode: real money."),
    "test": _("The key belongs to an account whose name it may not read, test mode: no real money."),
}

FINDINGS: Mapping[str, Sentence] = {
    Finding.OTHER_ACCOUNT: _(
        "It is another account than before. The former one (%(old)s) takes no new payments; its keys are kept, because"
        " payments made with it may still come in or be refunded."
    ),
    Finding.NO_KEY_YET: _("There is no secret key yet."),
    Finding.KEY_UNREADABLE: _(
        "The stored key cannot be read with this installation's encryption keys. Paste it again."
    ),
    Finding.KEPT_BESIDE_THE_OLD: _(
        "The new key is kept: press Check in a minute, and it will be used. Until then the old key stays in use."
    ),
    Finding.KEPT_ALONE: _(
        "The new key is kept: press Check in a minute, and it will be used. Until then guests cannot pay with it."
    ),
    Finding.THROWN_AWAY: _("The key that waited was thrown away."),
    Finding.CURRENCY_IMPOSSIBLE: ByFact(
        "problem",
        {
            "steps_of_ten": _(
                "%(location)s: %(processor)s takes %(currency)s only in steps of 0.010, so that prices could not be"
                " charged exactly. Online payment is not possible in this currency."
            ),
            "no_small_change": _(
                "%(location)s: %(processor)s does not take the small change of %(currency)s, so that prices could not"
                " be charged exactly."
            ),
        },
    ),
    Finding.CURRENCY_CONVERTED: _(
        "%(location)s charges in %(charged)s, but the account is kept in %(kept)s:"
        " %(processor)s converts every payment, for a fee."
    ),
    Finding.MODES_MIXED: _(
        "Modes are mixed: “%(live)s” takes real money, “%(test)s” only test payments."
        " Before guests pay, use keys of one mode."
    ),
    Finding.ACCOUNT_SHARED: _("The same account also serves “%(there)s”."),
    Finding.NO_WEBHOOK_SECRET: _(
        "There is no webhook secret yet. Payments are found all the same, by the guest's return and by regular"
        " checks; with it, orders appear a little sooner."
    ),
    Finding.TYPE_INACTIVE: _("“%(type)s” is not active yet: guests cannot choose it."),
    # A processor's warnings about an account with a valid key.
    "account_unnamed": _(
        "This restricted key may not read its account, so its name is not known."
        " It works; to see the name, allow it to read the account at Stripe."
    ),
    "cannot_charge": _("This Stripe account cannot take payments yet: finish its set-up at Stripe."),
    "may_not_take_payments": _(
        "This restricted key may not make and expire Checkout Sessions: it cannot take payments."
    ),
    "may_not_refund": _("This restricted key may not make refunds."),
    "may_not_list_events": _("This restricted key may not list events: missed deliveries are not looked up."),
    "clock_differs": _(
        "Our clock and Stripe's differ by %(seconds)s seconds: please correct this computer's clock."
    ),
}

KEY_PROBLEMS: Mapping[str, Text] = {
    "blank_inside": _("There is a space or a line break in it. Copy it again, alone."),
    "shortened": _(
        "This is the shortened form that Stripe shows. Reveal it there, and copy the whole of it."
    ),
    "part_missing": _("A part of the key is missing. Copy the whole of it."),
    "publishable_key": _("This is the publishable key. The secret key is beside it and begins with sk_."),
    "webhook_secret": _(
        "This is a webhook secret: it belongs into the field below. The secret key begins with sk_."
    ),
    "endpoint_id": _("This is the id of a webhook endpoint. The secret key begins with sk_."),
    "account_id": _("This is the id of the account. The secret key begins with sk_."),
    "managed_key": _("This is a key that Stripe manages for somebody else. The secret key begins with sk_."),
    "broken_key": _("This is no whole secret key: it begins with sk_test_ or sk_live_. Copy it again."),
    "no_key": _("A secret key begins with sk_test_ or sk_live_ (or rk_ for a restricted key)."),
    "endpoint_id_as_webhook_secret": _(
        "This is the id of the endpoint. Its secret begins with whsec_:"
        " open the endpoint at Stripe and press Reveal beside “Signing secret”."
    ),
    "api_key": _(
        "This is an API key: it belongs into the field above. The webhook secret begins with whsec_."
    ),
    "webhook_part_missing": _("A part of the webhook secret is missing. Copy the whole of it."),
    "address": _("This is an address. The webhook secret begins with whsec_."),
    "no_webhook_secret": _("A webhook secret begins with whsec_."),
}
"""Problems of pasted credentials, by the adapter's code."""

HINTS: Mapping[str, Text] = {
    "stripe_secret_key": _("Begins with sk_test_ or sk_live_ (or rk_ for a restricted key)."),
    "stripe_webhook_secret": _("Begins with whsec_."),
}
"""Help texts for credentials, by the hint code of the adapter's field."""

STATES: Mapping[str, Text] = {
    "new": _("No usable key yet"),
    "active": _("In use"),
    "retired": _("Retired: takes no new payments, but may still receive and refund old ones"),
}

HEALTH: Mapping[str, Sentence] = {
    Health.KEY_PAUSED: _(
        "Paused since the key was refused: save a good key of the same account, and checking goes on."
    ),
    Health.START_REFUSED: _("The last payment could not be started."),
    Health.CANNOT_CHARGE: _(
        "The processor says that this account cannot take payments yet. Finish its set-up there, then press Check."
    ),
    Health.NOT_OFFERED: _(
        "It was refused so often that guests are not offered it for a while. Press Check to try at once."
    ),
    Health.KEY_WAITS: _("A new key waits, because nobody could say yet whose it is: press Check."),
    Health.NO_WEBHOOK_SECRET: _(
        "No webhook secret yet: payments are found by the guest's return and by regular checks."
    ),
    Health.NO_DELIVERY_YET: _("No delivery has arrived yet. Is the address above entered at the processor?"),
    Health.BAD_SIGNATURE: ByFact(
        "problem",
        {
            "missing": _("A delivery came without a signature: it was not from the processor."),
            "no_secret": _("A delivery came, but there is no webhook secret here to check it with."),
            "mismatch": _(
                "Deliveries are signed with another secret. Compare the webhook secret with the one of the endpoint."
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
    return _with_reason(FINDINGS[code], finding, is_reason_first=True)


def _with_reason(sentence: Sentence, facts: Facts, *, is_reason_first: bool = False) -> str:
    """The sentence, joined with the reason's text."""
    texts = [say(sentence, facts), reason_text(facts.get("reason", {}))]
    return " ".join(text for text in (reversed(texts) if is_reason_first else texts) if text)


def problem_text(problem: Facts) -> str:
    """The problem of a pasted key or a chosen address."""
    code = problem["code"]
    return say(KEY_PROBLEMS.get(code) or sentence_of(code) or code, problem)


def hint_text(field: FieldView) -> str:
    """The help text below a credential's field."""
    if field.is_unreadable:
        return str(_("What is saved cannot be read here: paste it again."))
    if field.masked:
        return say(_("Saved: %(masked)s. Leave empty to keep it."), {"masked": field.masked})
    return str(HINTS[field.hint])


def address_text(address: str) -> str:
    """Where a test key may be used."""
    if not address:
        return str(_("The processor itself"))
    return say(_("Sandbox at %(address)s"), {"address": address})
