"""Bills with their payments and refunds, and how they look in the API."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from .amounts import from_sen
from .messages import Json

_MALAYSIA = timezone(timedelta(hours=8))
# Without letters and digits that are easily mistaken for others.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_id(kind: str) -> str:
    """An id such as B-7F3K9QWM2XTC."""
    return f"{kind}-{''.join(secrets.choice(_SIGNS) for _ in range(12))}"


def now() -> str:
    """The time in ISO 8601, in Malaysian time."""
    return datetime.now(_MALAYSIA).isoformat(timespec="milliseconds")


class BillState(StrEnum):
    DUE = "due"
    HELD = "held"
    WAITING_BANK = "waiting_bank"
    PAID = "paid"
    FAILED = "failed"


class Refundable(StrEnum):
    ANY = "any"
    FULL = "full"
    NONE = "none"


@dataclass(slots=True)
class Refund:
    """A refund; `by` says whether the API or somebody outside of it asked for it."""

    amount_sen: int
    state: str
    by: str
    id: str = field(default_factory=lambda: new_id("RF"))

    def plain(self) -> Json:
        return {"id": self.id, "state": self.state, "amount": from_sen(self.amount_sen)}


@dataclass(slots=True)
class BillPayment:
    """One try to pay a bill: money taken (paid) or not (refused)."""

    amount_sen: int
    state: str
    method: str
    bank: str
    message: str = ""
    refunds: list[Refund] = field(default_factory=list)
    at: str = field(default_factory=now)
    id: str = field(default_factory=lambda: new_id("PM"))

    @property
    def is_paid(self) -> bool:
        return self.state == "paid"

    @property
    def refunded_sen(self) -> int:
        """What was given back or is on its way."""
        return sum(refund.amount_sen for refund in self.refunds if refund.state != "failed")

    def plain(self) -> Json:
        return {
            "id": self.id,
            "amount": from_sen(self.amount_sen),
            "state": self.state,
            "method": self.method,
            "bank": self.bank,
            "at": self.at,
            "fee": "0.60" if self.is_paid else "0.00",
            "message": self.message,
        }


@dataclass(slots=True)
class Bill:
    """A bill; `token` lets whoever has it open its page."""

    merchant: str
    reference: str
    amount_sen: int
    description: str
    return_url: str
    callback_url: str
    payer_email: str
    is_test: bool
    lines: Sequence[Json] = ()
    state: BillState = BillState.DUE
    refundable: Refundable = Refundable.ANY
    payments: list[BillPayment] = field(default_factory=list)
    created: str = field(default_factory=now)
    id: str = field(default_factory=lambda: new_id("B"))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def first_paid(self) -> BillPayment | None:
        """The payment that a refund of the bill is for."""
        return next((payment for payment in self.payments if payment.is_paid), None)

    def way_to_pay(self, server_url: str) -> Json:
        """The form that takes a guest's browser to the page."""
        return {"post_to": f"{server_url}/pay", "fields": {"bill": self.id, "token": self.token}}

    def plain(self, server_url: str) -> Json:
        """The whole bill, as the API and the notices show it."""
        return {
            "bill": self.id,
            "reference": self.reference,
            "state": self.state.value,
            "amount": from_sen(self.amount_sen),
            "currency": "MYR",
            "test": self.is_test,
            "payments": [payment.plain() for payment in self.payments],
            "payer_email": self.payer_email,
            "refundable": self.refundable.value,
            **self.way_to_pay(server_url),
        }
