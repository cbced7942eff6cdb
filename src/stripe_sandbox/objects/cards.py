"""Stripe's test cards and how each behaves; other numbers are refused, as in Stripe's test mode."""

import datetime
import re
from dataclasses import dataclass

from stripe_sandbox.clock import Clock


@dataclass(frozen=True)
class Card:
    """How a test number behaves. `three_d_secure`: None, `required`, or `error` (lookup fails). `warned`: an
    early fraud warning follows; `risk` elevated: a review."""

    code: str | None = None
    decline_code: str | None = None
    three_d_secure: str | None = None
    refund: str = "succeeded"
    dispute: str | None = None
    risk: str = "normal"
    warned: bool = False
    blocked: bool = False
    country: str = "US"
    funding: str = "credit"
    cvc_check: str = "pass"
    postal_check: str | None = None
    line1_check: str | None = None
    available_now: bool = False


def _declined(decline_code: str, three_d_secure: str | None = None) -> Card:
    return Card(code="card_declined", decline_code=decline_code, three_d_secure=three_d_secure)


_GOOD = """4242424242424242 5555555555554444 2223003122003222 378282246310005 3566002020360505 6200000000000005
    4000000000003055 5200828282828210 5105105105105100 371449635398431 6011111111111117 6011000990139424
    4012888888881881""".split()

CARDS: dict[str, Card] = {
    **dict.fromkeys(_GOOD, Card()),
    "4000056655665556": Card(funding="debit"),
    "4000004580000002": Card(country="MY"),
    "4000000000000002": _declined("generic_decline"),
    "4000000000009995": _declined("insufficient_funds"),
    "4000000000009987": _declined("lost_card"),
    "4000000000009979": _declined("stolen_card"),
    "4000000000006975": _declined("card_velocity_exceeded"),
    "4000000000000069": Card(code="expired_card", decline_code="expired_card"),
    "4000000000000127": Card(code="incorrect_cvc", decline_code="incorrect_cvc", cvc_check="fail"),
    "4000000000000119": Card(code="processing_error", decline_code="processing_error"),
    "4000000000000341": _declined("generic_decline"),
    "4100000000000019": Card(code="card_declined", decline_code="fraudulent", risk="highest", blocked=True),
    "4000000000004954": Card(risk="highest"),
    "4000000000009235": Card(risk="elevated"),
    # These succeed: no account here declines on a failed check (`decline_on` in its settings).
    "4000000000000101": Card(cvc_check="fail"),
    "4000000000000036": Card(postal_check="fail"),
    "4000000000000028": Card(line1_check="fail"),
    "4000000000000010": Card(postal_check="fail", line1_check="fail"),
    "4000002500003155": Card(three_d_secure="required"),
    "4000002760003184": Card(three_d_secure="required"),
    "4000000000003220": Card(three_d_secure="required"),
    "4000008260003178": _declined("insufficient_funds", "required"),
    "4000008400001629": _declined("generic_decline", "required"),
    "4000008400001280": _declined("generic_decline", "error"),
    "4000000000000259": Card(dispute="fraudulent"),
    "4000000000002685": Card(dispute="product_not_received"),
    "4000000000001976": Card(dispute="inquiry"),
    "4000000000005423": Card(warned=True),
    "4000000000007726": Card(refund="pending"),
    "4000000000005126": Card(refund="fails"),
    "4000000000000077": Card(available_now=True),
}

MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
    ),
    "fraudulent": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}

NETWORK_CODES = {
    "generic_decline": "05",
    "insufficient_funds": "51",
    "lost_card": "41",
    "stolen_card": "43",
    "card_velocity_exceeded": "65",
    "expired_card": "54",
    "incorrect_cvc": "82",
    "processing_error": "06",
}

ADVICE = {
    "generic_decline": "try_again_later",
    "insufficient_funds": "try_again_later",
    "lost_card": "do_not_try_again",
    "stolen_card": "do_not_try_again",
    "card_velocity_exceeded": "try_again_later",
    "expired_card": "confirm_card_data",
    "incorrect_cvc": "confirm_card_data",
    "processing_error": "try_again_later",
}


@dataclass(frozen=True)
class CardEntry:
    """A card as entered on the page, after the checks: digits only, and how this number behaves."""

    number: str
    exp_month: int
    exp_year: int
    card: Card
    brand: str


class CardInputError(Exception):
    """A field the page refuses before any payment is tried; `code` and `field` as at Stripe and on the page."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code, self.field = code, field


def brand_of(number: str) -> str:
    first, two = number[:1], int(number[:2] or 0)
    if first == "4":
        return "visa"
    if 51 <= two <= 55 or 22 <= two <= 27:
        return "mastercard"
    if two in (34, 37):
        return "amex"
    if two == 35:
        return "jcb"
    return {"62": "unionpay", "65": "discover", "60": "discover"}.get(number[:2], "unknown")


def luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def read_card(number: str, exp: str, cvc: str, clock: Clock) -> CardEntry:
    """Check the fields as Stripe's form does, expiry by the sandbox's clock. Raises CardInputError."""
    digits = re.sub(r"[\s-]", "", number)
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        raise CardInputError("invalid_number", "card_number", "Your card number is incomplete.")
    if not luhn(digits):
        raise CardInputError("incorrect_number", "card_number", "Your card number is invalid.")
    month, year = _expiry(exp, clock)
    brand = brand_of(digits)
    if not re.fullmatch(r"[0-9]{4}" if brand == "amex" else r"[0-9]{3}", cvc.strip()):
        raise CardInputError("invalid_cvc", "cvc", "Your card's security code is invalid.")
    if digits not in CARDS:
        # Refused before anything is stored, so that a real card entered by mistake is not kept.
        message = "Your card was declined. Your request was in test mode, but used a non test card."
        raise CardInputError("test_mode_live_card", "card_number", message)
    return CardEntry(digits, month, year, CARDS[digits], brand)


def _expiry(exp: str, clock: Clock) -> tuple[int, int]:
    match = re.fullmatch(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", exp)
    if not match:
        raise CardInputError("invalid_expiry_month", "exp", "Your card's expiration date is incomplete.")
    month, year = int(match[1]), int(match[2])
    year += 2000 if year < 100 else 0
    if not 1 <= month <= 12:
        raise CardInputError("invalid_expiry_month", "exp", "Your card's expiration month is invalid.")
    today = datetime.datetime.fromtimestamp(clock.now(), datetime.UTC)
    if (year, month) < (today.year, today.month):
        raise CardInputError("invalid_expiry_year", "exp", "Your card's expiration year is in the past.")
    if year > today.year + 50:
        raise CardInputError("invalid_expiry_year", "exp", "Your card's expiration year is invalid.")
    return month, year
