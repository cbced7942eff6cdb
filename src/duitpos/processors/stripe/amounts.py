"""Convert between our minor units and Stripe's amounts (https://docs.stripe.com/currencies).

Our minor units use the decimals of ISO 4217 (from CLDR). Stripe has its own lists: zero-decimal currencies, two (ISK,
UGX) with two decimals although ISO has none, and three-decimal currencies whose last digit must be 0.
"""

from __future__ import annotations

from duitpos.kit.money import Money, decimal_places
from duitpos.processors.credentials import CurrencyProblem

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
# ISK and UGX are in neither list: Stripe takes them with two decimals, which must be 0.

MINIMUMS = {
    "AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000, "MYR": 200,
    "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50, "ZAR": 50,
}  # fmt: skip
"""Stripe's smallest charges, in minor units (these currencies have the same decimals at Stripe and here)."""


class AmountNotExact(ValueError):
    """The conversion would have to round the amount."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


def stripe_places(currency: str) -> int:
    """The number of decimals in Stripe's integer amounts of this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_stripe(money: Money) -> int:
    """Convert our amount to Stripe's integer. Raises AmountNotExact when it would have to be rounded."""
    shift = stripe_places(money.currency) - decimal_places(money.currency)
    amount = _scaled(money.minor, shift, money.currency)
    # Stripe takes these currencies in steps of 0.010 only.
    if money.currency in THREE_DECIMAL and amount % 10:
        raise AmountNotExact(money.currency)
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Convert Stripe's integer to our amount. `currency` is Stripe's (lower case). Raises AmountNotExact."""
    code = currency.upper()
    return Money(_scaled(amount, decimal_places(code) - stripe_places(code), code), code)


def _scaled(value: int, shift: int, currency: str) -> int:
    if shift >= 0:
        return int(value * 10**shift)
    scaled, rest = divmod(value, 10**-shift)
    if rest:
        raise AmountNotExact(currency)
    return int(scaled)


def currency_problem(currency: str) -> CurrencyProblem | None:
    """Why this currency's amounts cannot always be sent exactly; None when they can."""
    if currency in THREE_DECIMAL:
        return CurrencyProblem.STEPS_OF_TEN
    return CurrencyProblem.NO_SMALL_CHANGE if decimal_places(currency) > stripe_places(currency) else None
