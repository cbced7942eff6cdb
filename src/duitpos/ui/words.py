"""How staff pages show states: a meaning (its colour and icon) and a word."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Meaning(StrEnum):
    """The four meanings of the design, and QUIET for none of them."""

    OK = "ok"
    WAITING = "waiting"
    ALERT = "attention"
    FAILED = "failed"
    QUIET = "quiet"


class Shown(NamedTuple):
    """The meaning and the word of a chip."""

    meaning: Meaning
    word: str | Promise


ORDER: dict[str, Shown] = {
    "held": Shown(Meaning.WAITING, _("Waiting for payment")),
    "placed": Shown(Meaning.ALERT, _("New")),
    "preparing": Shown(Meaning.WAITING, _("Preparing")),
    "ready": Shown(Meaning.OK, _("Ready")),
    "served": Shown(Meaning.QUIET, _("Served")),
    "canceled": Shown(Meaning.FAILED, _("Canceled")),
}

MONEY: dict[str, Shown] = {
    "waiting": Shown(Meaning.WAITING, _("Not paid yet")),
    "processing": Shown(Meaning.WAITING, _("Processing")),
    "paid": Shown(Meaning.OK, _("Paid")),
    "refunding": Shown(Meaning.WAITING, _("Refunding")),
    "partly_refunded": Shown(Meaning.ALERT, _("Partly refunded")),
    "refunded": Shown(Meaning.QUIET, _("Refunded")),
    "unpaid": Shown(Meaning.FAILED, _("Not paid")),
}

PAYMENT: dict[str, Shown] = {
    "created": Shown(Meaning.WAITING, _("Starting")),
    "pending": Shown(Meaning.WAITING, _("Waiting")),
    "succeeded": Shown(Meaning.OK, _("Paid")),
    "failed": Shown(Meaning.FAILED, _("Failed")),
    "canceled": Shown(Meaning.QUIET, _("Ended unpaid")),
}

REFUND: dict[str, Shown] = {
    "created": Shown(Meaning.WAITING, _("Being sent")),
    "pending": Shown(Meaning.WAITING, _("On its way")),
    "succeeded": Shown(Meaning.OK, _("Refunded")),
    "failed": Shown(Meaning.FAILED, _("Failed")),
    "canceled": Shown(Meaning.FAILED, _("Canceled")),
}

DISPUTE: dict[str, Shown] = {
    "inquiry": Shown(Meaning.ALERT, _("Bank asks")),
    "needs_response": Shown(Meaning.ALERT, _("Disputed")),
    "under_review": Shown(Meaning.WAITING, _("Dispute under review")),
    "won": Shown(Meaning.OK, _("Dispute won")),
    "lost": Shown(Meaning.FAILED, _("Dispute lost")),
    "closed": Shown(Meaning.QUIET, _("Dispute closed")),
}

KINDS = {"order": ORDER, "money": MONEY, "payment": PAYMENT, "refund": REFUND, "dispute": DISPUTE}
