"""Our minor units and Stripe's amounts, which are not always the same (https://docs.stripe.com/currencies).

We count in the decimals that people write (ISO 4217, from CLDR). Stripe has lists of its own: zero-decimal currencies,
two that are sent as hundredths of a unit that has none, and three-decimal ones whose last digit must be 0.
"""

from __future__ import annotations

from enum import StrEnum

from duitpos.kit.money import Money, decimal_places

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
# ISK and UGX lost their decimals, yet Stripe takes them with two that must be 0: they fall under the usual two.

MINIMUMS = {
    "AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250, "EUR": 50,
    "GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000, "MYR": 200,
    "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50, "ZAR": 50,
}  # fmt: skip
"""Stripe's smallest charges, in minor units (all of these currencies have the same decimals there and here)."""


class AmountNotExact(ValueError):
    """An amount that has no exact counterpart on the other side."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


class CurrencyProblem(StrEnum):
    """Why amounts of a currency cannot always be sent exactly."""

    STEPS_OF_TEN = "steps_of_ten"
    NO_SMALL_CHANGE = "no_small_change"


def stripe_places(currency: str) -> int:
    """How many decimals Stripe's integer amounts have in this currency."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_stripe(money: Money) -> int:
    """Stripe's integer for an amount of ours. AmountNotExact when it would have to be rounded."""
    shift = stripe_places(money.currency) - decimal_places(money.currency)
    amount = _scaled(money.minor, shift, money.currency)
    if money.currency in THREE_DECIMAL and amount % 10:
        raise AmountNotExact(money.currency)  # in steps of 0.010 only
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Our amount for Stripe's integer; `currency` as Stripe writes it (lower case). AmountNotExact."""
    code = currency.upper()
    return Money(_scaled(amount, decimal_places(code) - stripe_places(code), code), code)


def _scaled(value: int, shift: int, currency: str) -> int:
    if shift >= 0:
        return int(value * 10**shift)
    scaled, rest = divmod(value, 10**-shift)
    if rest:
        raise AmountNotExact(currency)
    return int(scaled)


def currency_problem(currency: str) -> str:
    """Why amounts of this currency cannot always be sent exactly; empty when they can."""
    if currency in THREE_DECIMAL:
        return CurrencyProblem.STEPS_OF_TEN
    return CurrencyProblem.NO_SMALL_CHANGE if decimal_places(currency) > stripe_places(currency) else ""
