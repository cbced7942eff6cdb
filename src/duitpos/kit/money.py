"""Money: whole minor units of one currency. Never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, get_currency_precision

_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


class CurrencyMismatch(ValueError):
    """A sum or comparison of two amounts in different currencies."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (`minor`, may be negative) of `currency`, a three-letter ISO 4217 code in capitals."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("Money.minor is a whole number of minor units.")
        if len(self.currency) != 3 or not self.currency.isupper():
            raise ValueError(f"Not a currency code: {self.currency!r}")

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def format(self, locale: str = "en_MY") -> str:
        """The amount for display, for example `RM 12.50`; `locale` is a Babel locale name."""
        places = decimal_places(self.currency)
        value = Decimal(self.minor).scaleb(-places)
        text = format_currency(value, self.currency, locale=known_locale(locale))
        # CLDR requires a space between letters and digits ("RM 12.50"), which Babel omits. All spaces are non-breaking.
        return _LETTER_DIGIT.sub("\u202f", text).replace("\u00a0", "\u202f")

    def plain(self, locale: str = "en_MY") -> str:
        """The amount without its currency, for a column whose head names it: `1,234.50`."""
        places = decimal_places(self.currency)
        pattern = f"#,##0.{'0' * places}" if places else "#,##0"
        value = Decimal(self.minor).scaleb(-places)
        return format_decimal(value, pattern, locale=known_locale(locale)).replace("\u00a0", "\u202f")

    def __str__(self) -> str:
        return self.format()


@lru_cache(maxsize=256)
def known_locale(locale: str) -> str:
    """The locale, or plain English if Babel does not know it, so that a wrong setting breaks no page."""
    try:
        return str(Locale.parse(locale))
    except (UnknownLocaleError, ValueError, TypeError):
        return "en"


def decimal_places(currency: str) -> int:
    """The number of decimals of a currency (ISO 4217, from CLDR): MYR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def decimal_text(minor: int, currency: str) -> str:
    """The amount as a program reads it: `1234.50`, with the currency's decimals."""
    places = decimal_places(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def parse_amount(text: str, currency: str) -> Money:
    """A typed amount ("12.50") as Money; ValueError when it is no number or has more decimals than the currency."""
    places = decimal_places(currency)
    try:
        value = Decimal(text.strip().replace(",", ""))
    except ArithmeticError as error:
        raise ValueError(f"Not an amount: {text!r}") from error
    minor = value.scaleb(places)
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise ValueError(f"{currency} has {places} decimals: {text!r}")
    return Money(int(minor), currency)
