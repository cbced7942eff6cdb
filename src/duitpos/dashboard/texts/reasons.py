"""Why something failed: a sentence for every stored code (domain/reasons.py)."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from duitpos.domain.errors import Code
from duitpos.domain.reasons import Reason
from duitpos.kit.facts import Facts
from duitpos.web.sentences import Sentence, say
from duitpos.web.texts import SENTENCES

log = structlog.get_logger(__name__)

PROCESSOR: Mapping[str, Sentence] = {
    # How a call failed.
    "key_refused": _("%(processor)s refuses the key."),
    "not_permitted": _("%(processor)s does not permit this with the saved key."),
    "not_activated": _(
        "%(processor)s says that this account may not take payments yet. Finish its set-up there."
    ),
    "not_found": _("%(processor)s does not know it."),
    "refused": _("%(processor)s refuses the request."),
    "key_reused": _(
        "%(processor)s was asked two different things under one key. This is a fault of DuitPOS."
    ),
    "busy": _("%(processor)s is busy."),
    "unavailable": _("%(processor)s does not answer."),
    # Why there was no call, or why its answer is of no use.
    "key_missing": _("This account has no key yet."),
    "key_unreadable": _(
        "The stored key cannot be read with this installation's encryption keys. Paste it again."
    ),
    "live_key_at_sandbox": _("A live key is never sent to a sandbox address."),
    "address_not_allowed": _("%(address)s is not among the sandbox addresses that the operator allows."),
    "full": _("Too many are waiting for the payment service at this moment."),
    "no_reference": _("This payment has no page at the processor, so it cannot be looked up."),
    "amount_not_exact": _("%(processor)s cannot be asked for this amount of %(currency)s exactly."),
    "lines_do_not_add_up": _(
        "The lines of this order do not add up to its total. This is a fault of DuitPOS; nothing was charged."
    ),
    "address_not_usable": _(
        "%(processor)s made a payment page, but not at a secure web address. No guest was sent there."
    ),
}

OURS: Mapping[str, Sentence] = {
    Reason.UNPAID_AT_CLOSE: _("Nobody paid it before the trading day ended."),
    Reason.ORDER_ENDED: _("The order was paid another way, or canceled."),
    Reason.REPLACED_BY_NEWER_CART: _("The guest sent a newer cart."),
    Reason.NOT_STARTED_IN_TIME: _("The processor did not answer in time."),
    Reason.MAY_NOT_START: _("It may no longer be started."),
    Reason.START_UNANSWERED: _(
        "The processor did not say whether it made the page, and it is not asked twice. No guest was sent there."
    ),
    Reason.PAGE_STILL_OPEN: _(
        "It was ended here, but the processor cannot close its page. If somebody pays there, you are told."
    ),
    Reason.INTERNAL_ERROR: "%(error)s",
    Reason.PAYMENT_NOT_BOOKED: _("What the processor says about this payment could not be booked."),
    Reason.REFUND_NOT_BOOKED: _("What the processor says about this refund could not be booked."),
    Reason.REFUND_CANCELED: _("The processor canceled the refund."),
    Reason.REFUND_UNANSWERED: _(
        "The processor has not said for a day whether it makes this refund. It is asked again."
    ),
    Reason.REFUND_OVERDUE: _("The refund has been on its way for two weeks. Ask the processor or the guest."),
    Reason.REFUND_NOT_PERMITTED: _(
        "This key may not make refunds. Give it that right at the processor, or paste another."
    ),
    Reason.REFUND_UNSURE: _(
        "The processor says that %(back)s of %(paid)s went back, and does not say whether our refund is part of it."
        " Compare there before refunding again."
    ),
    Reason.REFUND_CAME_BACK: _("The processor no longer counts this refund as made: the money came back."),
    Reason.REFUND_OF_UNKNOWN_PAYMENT: _(
        "The processor does not know this payment. Was a key of another account pasted?"
    ),
}


def reason_text(reason: Facts) -> str:
    """The sentence of a stored reason, and the processor's own message; empty for no reason.

    A row from before codes were stored has a text.
    """
    said = str(reason.get("said", ""))
    if "code" not in reason:
        return said
    sentence = sentence_of(reason["code"])
    # The code may be unknown: the account's adapter was removed, or a later version wrote it. Show the code itself.
    about = {"processor": _now("The processor"), **reason}
    try:
        text = say(sentence, about) if sentence is not None else str(reason["code"])
    except KeyError:
        # Another version stored it with other facts. One row must not take a whole page away.
        log.warning("reason_lacks_a_fact", code=reason["code"])
        text = str(reason["code"])
    return f"{text} {_now('It says: “%(said)s”') % {'said': said}}" if said else text


def sentence_of(code: str) -> Sentence | None:
    """The sentence of a stored code, which may be a domain error's code; None when unknown."""
    known = OURS.get(code) or PROCESSOR.get(code)
    if known is not None or code not in {one.value for one in Code}:
        return known
    return SENTENCES.get(Code(code))
