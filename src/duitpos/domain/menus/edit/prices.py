"""Read a price as people type it: "12.50", "12,50", "RM 12.50", "1,250.00"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_currency_symbol

from duitpos.domain.errors import Code, Invalid
from duitpos.kit.money import Money, decimal_places

HIGHEST_MINOR = 99_999_999
"""Minor units: RM 999,999.99. Card processors take no more than eight digits in one payment."""
_HIGHEST_OF = {"IDR": 99_999_999_999}
"""Where one dish has a price of millions."""
HIGHEST_DIFFERENCE_MINOR = max(HIGHEST_MINOR, *_HIGHEST_OF.values())
"""Of a choice's price, in any currency: it has none of its own."""

_MINUS = "-\u2212\u2013\u2014\ufe63\uff0d"
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'])[0-9]{3})(?:\1[0-9]{3})*")


def highest_price(currency: str) -> Money:
    """The highest price of a dish."""
    return Money(_HIGHEST_OF.get(currency, HIGHEST_MINOR), currency)


def read_price(text: str, currency: str) -> int:
    """The typed price in minor units of `currency`. Raises Invalid, with a code for each reason."""
    minor, is_negative = _read(text, currency)
    if is_negative:
        raise Invalid(Code.PRICE_NEGATIVE)
    return checked_price(minor, currency)


def read_difference(text: str, currency: str) -> int:
    """What a choice adds to a price, "1.50" or "+1.50", or takes off, "-1.50"; 0 for an empty text. Raises Invalid."""
    if not text.strip():
        return 0
    minor, is_negative = _read(text, currency)
    return -checked_price(minor, currency) if is_negative else checked_price(minor, currency)


def _read(text: str, currency: str) -> tuple[int, bool]:
    """The amount without its sign, and whether that is a minus."""
    sign, digits = _signed(_digits(text, currency))
    places = decimal_places(currency)
    minor = _value(digits, places, currency).scaleb(places)
    if minor != minor.to_integral_value():
        raise Invalid(Code.PRICE_TOO_PRECISE, currency=currency, places=places)
    return int(minor), sign == "-"


def checked_price(minor: int, currency: str) -> int:
    """A price in minor units, from 0 to the highest. Raises Invalid."""
    if minor < 0:
        raise Invalid(Code.PRICE_NEGATIVE)
    highest = highest_price(currency)
    if minor > highest.minor:
        raise Invalid(Code.PRICE_TOO_HIGH, highest=highest)
    return minor


def write_difference(minor: int, currency: str) -> str:
    """The difference as `read_difference` reads it; empty for 0."""
    return write_price(minor, currency) if minor else ""


def write_price(minor: int, currency: str) -> str:
    """The price as `read_price` reads it: "12.50"."""
    return f"{Decimal(minor).scaleb(-decimal_places(currency)):f}"


def _digits(text: str, currency: str) -> str:
    """Sign, digits and separators, without the currency and spaces; digits of other scripts become ours."""
    # Full-width digits and signs of Chinese keyboards become plain ones.
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)
    for minus in _MINUS:
        plain = plain.replace(minus, "-")
    sign, bare = _signed(plain)
    for name in sorted(_names_of(currency), key=len, reverse=True):
        if bare.upper().startswith(name):
            bare = bare[len(name) :]
            break
        if bare.upper().endswith(name):
            bare = bare[: -len(name)]
            break
    if not sign:
        sign, bare = _signed(bare)
    return sign + bare


def _signed(text: str) -> tuple[str, str]:
    return (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)


def _names_of(currency: str) -> set[str]:
    symbols = {get_currency_symbol(currency, locale) for locale in ("en", "en_MY", "en_SG", "ms_MY")}
    if any(symbol.endswith("$") for symbol in symbols):
        symbols |= {f"{currency[:1]}$", f"{currency[:2]}$"}  # S$, US$
    return {currency, *(symbol.upper() for symbol in symbols)}


def _value(digits: str, places: int, currency: str) -> Decimal:
    """The number. With both separators the last one is the decimal point; "1,250" is grouped, "1.250" is not."""
    if not re.fullmatch(r"[0-9.,']+", digits) or not re.search("[0-9]", digits):
        raise Invalid(Code.PRICE_UNREADABLE, example=_example(currency))
    at = max(digits.rfind("."), digits.rfind(","))
    whole, fraction = (digits[:at], digits[at + 1 :]) if at >= 0 else (digits, "")
    is_group = len(fraction) == 3 and places != 3 and bool(_GROUPED.fullmatch(digits))
    # One point and three digits are more likely a slip of the finger than a thousand.
    if is_group and (digits[at] == "," or digits.count(".") > 1 or not places):
        whole, fraction = digits, ""
    if "'" in fraction or (re.search("[.,']", whole) and not _GROUPED.fullmatch(whole)):
        raise Invalid(Code.PRICE_UNREADABLE, example=_example(currency))
    return Decimal(f"{re.sub('[.,]', '', whole).replace(chr(39), '') or '0'}.{fraction or '0'}")


def _example(currency: str) -> Money:
    return Money(1250 * 10 ** max(decimal_places(currency) - 2, 0), currency)
