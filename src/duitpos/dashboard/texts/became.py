"""What became of a guest's money, in one sentence; and what the processor said when staff asked it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from duitpos.dashboard.texts.declines import decline_text
from duitpos.dashboard.texts.reasons import reason_text
from duitpos.domain.payment_issues.ask import Asked
from duitpos.domain.payment_issues.became import Answer
from duitpos.domain.payment_issues.became import Became as B
from duitpos.ui.lists import listed
from duitpos.ui.when import exactly
from duitpos.web.sentences import Text, say

BECAME: Mapping[B, Text] = {
    B.IN_KITCHEN: _("Paid %(amount)s on %(paid_at)s, and order %(number)s is in the kitchen."),
    B.READY: _("Paid %(amount)s on %(paid_at)s, and order %(number)s is ready."),
    B.SERVED: _("Paid %(amount)s on %(paid_at)s, and order %(number)s was served."),
    B.PAID_NOT_PLACED: _(
        "Paid %(amount)s on %(paid_at)s, but the order is not in the kitchen: somebody must decide."
    ),
    B.PAID_CANCELED: _(
        "Paid %(amount)s on %(paid_at)s, but the order was canceled and the money is still here: refund it or"
        " serve it."
    ),
    B.PAID_NO_ORDER: _(
        "Paid %(amount)s on %(paid_at)s, but there is no order for it here: link it to an order or refund it."
    ),
    B.PAID_TWICE: _("Order %(number)s was paid twice: %(extra)s must go back to the guest."),
    B.REFUNDED: _("Paid %(amount)s, and all of it was refunded on %(refunded_at)s."),
    B.REFUND_ON_ITS_WAY: _("Paid %(amount)s; a refund of %(back)s is on its way since %(refunded_at)s."),
    B.REFUND_FAILED: _("Paid %(amount)s; a refund of %(back)s was tried and did not reach the guest."),
    B.PARTLY_REFUNDED: _(
        "Paid %(amount)s for order %(number)s; %(back)s of it was refunded on %(refunded_at)s."
    ),
    B.PROCESSING: _(
        "The guest has done everything for %(amount)s; the bank has not confirmed it since %(since)s. Do not let them"
        " pay again."
    ),
    B.DECLINED: _("Declined and not paid after: %(amount)s, %(tries)s, the last on %(last)s. %(reason)s"),
    B.DECLINED_OPEN: _(
        "Declined and not paid yet: %(amount)s, %(tries)s, the last on %(last)s. The guest can still pay. %(reason)s"
    ),
    B.PAGE_OPEN: _("Started on %(started)s and not paid yet: %(amount)s. The payment page is still open."),
    B.NOT_PAID: _("Started on %(started)s and never paid: %(amount)s. Nothing was taken."),
    B.NEVER_STARTED: _(
        "The guest pressed Pay on %(started)s, but the payment page was never made: %(amount)s was not taken."
    ),
}

NONE = "\u2013"
"""In place of a number that an order does not have."""
TRIES = ngettext_lazy("one try", "%(tries)d tries", "tries")

NOTHING_FOUND = _(
    "Nothing found. Ask the guest for the bank's message: it shows the exact amount, the time and the last four"
    " digits of the card."
)
NOTHING_ANYWHERE = _(
    "Nothing found, neither here nor at %(processors)s. Ask the guest for the bank's message: it shows the amount, the"
    " time and the name that was paid."
)
BOOKED = ngettext_lazy(
    "%(count)d payment was paid at the processor and unknown here. It is booked now.",
    "%(count)d payments were paid at the processor and unknown here. They are booked now.",
    "count",
)
ASKED = _("%(processors)s was asked just now; this is what is known.")
UNPAID_THERE = _("%(processors)s knows this id, and nothing was paid with it.")
PROCESSING_THERE = _("%(processors)s knows this id: the bank has not confirmed the payment yet.")


def became_text(answer: Answer, time_zone: str, locale: str) -> str:
    """What became of the money, in one sentence."""
    facts: dict[str, Any] = dict(answer.facts)
    for name, value in answer.facts.items():
        if isinstance(value, datetime):
            facts[name] = exactly(value, time_zone, locale)
    facts["number"] = facts.get("number") or NONE
    if "tries" in facts:
        decline = facts["decline"]
        facts["reason"] = decline_text(decline["code"], decline["decline_code"]).reason
        facts["tries"] = say(TRIES, {"tries": facts["tries"]})
    return say(BECAME[answer.code], facts, locale)


def asked_texts(asked: Asked, is_found: bool) -> list[tuple[str, str]]:
    """What the processors said: the meaning of each notice, and its text."""
    shown = [
        ("failed", f"{one['processor']}: {reason_text(one)}" if "processor" in one else reason_text(one))
        for one in asked.failures
    ]
    labels = {"processors": listed(asked.processors)}
    if asked.booked:
        return [("attention", say(BOOKED, {"count": asked.booked})), *shown]
    if asked.unpaid and not is_found:
        waits = any(state in ("processing", "authorized") for state in asked.unpaid)
        return [("waiting", say(PROCESSING_THERE if waits else UNPAID_THERE, labels)), *shown]
    if asked.processors:
        text = ASKED if is_found else NOTHING_ANYWHERE
        return [("ok" if is_found else "waiting", say(text, labels)), *shown]
    return shown
