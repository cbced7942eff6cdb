"""Values of cells: from what people and spreadsheets write, and as an export writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import time
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from babel.numbers import get_currency_symbol

from duitpos.domain.menus.edit.prices import highest_price
from duitpos.domain.menus.marks import KNOWN
from duitpos.domain.menus.sheets.problems import BadCell, RowProblem
from duitpos.domain.menus.sheets.workbook import Date, Failed, Number
from duitpos.kit.clean_text import one_line
from duitpos.kit.money import decimal_places, decimal_text
from duitpos.models.menu import EVERY_DAY, TaxClass

MAX_WORDS = 30
MAX_WORD = 40
MAX_CHOICES = 100

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BECAME_A_DATE = re.compile(r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d{2,4})?")
_BECAME_A_NUMBER = re.compile(r"\d(?:\.\d+)?E\+\d+")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)(?P<between>[^\d.,+-]*)(?P<number>[\d.,' ]*\d[.,]?)(?P<after>\D*)"
)
_LONGEST_AMOUNT = 40
"""Characters. It also bounds the time that the pattern takes."""
_WHOLE = re.compile(r"\d*|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
REFERENCE = re.compile(
    r"(?:.*\s)?\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]", re.IGNORECASE | re.DOTALL
)


def key_of(name: str) -> str:
    """Names with the same key are the same name."""
    return one_line(name).casefold()


def text_of(cell: str, most: int, *, is_name: bool = False) -> str:
    """A text of at most `most` characters. BadCell."""
    if isinstance(cell, Failed):
        raise BadCell(RowProblem.FORMULA_FAILED)
    text = one_line(cell)
    if isinstance(cell, Date) or (is_name and _BECAME_A_DATE.fullmatch(text)):
        raise BadCell(RowProblem.MADE_A_DATE)
    if is_name and (isinstance(cell, Number) or _BECAME_A_NUMBER.fullmatch(text)):
        raise BadCell(RowProblem.MADE_A_NUMBER)
    if len(text) > most:
        raise BadCell(RowProblem.TEXT_TOO_LONG, most=most, length=len(text))
    return text


def amount_of(cell: str, currency: str) -> int:
    """An amount in minor units, which may be negative: "12.50", "12,50", "RM 1,250.00". BadCell."""
    if isinstance(cell, Date):
        raise BadCell(RowProblem.MADE_A_DATE)
    if isinstance(cell, Failed):
        raise BadCell(RowProblem.FORMULA_FAILED)
    places = decimal_places(currency)
    value = Decimal(cell) if isinstance(cell, Number) else _decimal(cell, currency, places)
    minor = value.scaleb(places)
    if not minor.is_finite():
        raise BadCell(RowProblem.PRICE_UNREADABLE, currency=currency)
    # A formula's 12.499999999999998 is 12.50.
    if isinstance(cell, Number) and abs(minor - round(minor)) < Decimal("0.000001"):
        minor = Decimal(round(minor))
    if minor != minor.to_integral_value():
        raise BadCell(RowProblem.PRICE_DECIMALS, places=places, currency=currency)
    highest = highest_price(currency)
    if abs(minor) > highest.minor:
        raise BadCell(RowProblem.PRICE_TOO_HIGH, most=decimal_text(highest.minor, currency))
    return int(minor)


def price_of(cell: str, currency: str) -> int:
    """An item's price in minor units. BadCell."""
    minor = amount_of(cell, currency)
    if minor < 0:
        raise BadCell(RowProblem.PRICE_NEGATIVE)
    return minor


def _decimal(cell: str, currency: str, places: int) -> Decimal:
    text = unicodedata.normalize("NFKC", cell).replace("\u2212", "-").strip()
    found = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST_AMOUNT else None
    signs = _signs(currency)
    if found is None or any(
        found[part].strip(" .").casefold() not in signs for part in ("before", "between", "after")
    ):
        raise BadCell(RowProblem.PRICE_UNREADABLE, currency=currency)
    number = found["number"].replace(" ", "").replace("'", "")
    point = _decimal_point(number, places)
    before, after = (number, "") if point < 0 else (number[:point], number[point + 1 :])
    if not _WHOLE.fullmatch(before) or not (before + after).strip(".,"):
        raise BadCell(RowProblem.PRICE_UNREADABLE, currency=currency)
    value = Decimal(f"{before.replace(',', '').replace('.', '') or 0}.{after or 0}")
    return -value if found["sign"] == "-" else value


@lru_cache(maxsize=64)
def _signs(currency: str) -> frozenset[str]:
    """What may stand beside an amount: "RM", "MYR", or nothing."""
    symbols = {get_currency_symbol(currency, locale) for locale in ("en", "en_MY")}
    return frozenset({"", currency.casefold(), *(symbol.casefold() for symbol in symbols)})


def _decimal_point(number: str, places: int) -> int:
    """Where the decimal point or comma is; -1 for none, since commas may also separate thousands."""
    points, commas = number.count("."), number.count(",")
    if points and commas:
        return max(number.rfind("."), number.rfind(","))
    if points == 1:
        return number.find(".")
    if commas == 1 and (places == 3 or len(number) - number.find(",") != 4):
        return number.find(",")
    return -1


def words_of(cell: str) -> list[str]:
    """Marks or allergens, separated by ; or else by commas. BadCell."""
    text = text_of(cell, MAX_WORDS * (MAX_WORD + 2))
    words = [one_line(word) for word in text.split(";" if ";" in text else ",")]
    words = list(dict.fromkeys(_known(word) for word in words if word))
    if len(words) > MAX_WORDS or any(len(word) > MAX_WORD for word in words):
        raise BadCell(RowProblem.TOO_MANY_WORDS, most=MAX_WORDS, longest=MAX_WORD)
    return words


def _known(word: str) -> str:
    code = word.casefold().replace(" ", "_").replace("-", "_")
    return code if code in KNOWN else word


def words_text(words: Iterable[str]) -> str:
    """Marks or allergens as an export writes them."""
    text = "; ".join(one_line(word) for word in words)
    return f"{text};" if "," in text and ";" not in text else text


def tax_of(cell: str) -> str:
    """A tax class. BadCell."""
    word = one_line(cell).casefold()
    if word and word not in TaxClass.values:
        raise BadCell(RowProblem.TAX_UNKNOWN, typed=one_line(cell)[:40])
    return word or TaxClass.STANDARD.value


def days_of(cell: str) -> int:
    """Days, one bit each: "Mon-Fri", "Sat, Sun"; empty is every day. BadCell."""
    text = one_line(cell).casefold()
    if text in ("", "daily", "every day", "all"):
        return EVERY_DAY
    if text == "none":
        return 0
    days = 0
    for part in re.split(r"[,;/]|\s(?![-\u2013])(?<![-\u2013]\s)", text):
        first, dash, last = (word.strip() for word in re.sub("[\u2013\u2014]", "-", part).partition("-"))
        if not first and not dash:
            continue
        starts, ends = _day(first, cell), _day(last if dash else first, cell)
        for step in range((ends - starts) % 7 + 1):
            days |= 1 << (starts + step) % 7
    return days


def _day(word: str, cell: str) -> int:
    for at, name in enumerate(DAY_NAMES):
        if len(word) >= 3 and word[:3] == name.casefold():
            return at
    raise BadCell(RowProblem.DAYS_UNREADABLE, typed=one_line(cell)[:40])


def days_text(days: int) -> str:
    """Days as an export writes them; empty for every day."""
    if days & EVERY_DAY == EVERY_DAY:
        return ""
    return ", ".join(name for at, name in enumerate(DAY_NAMES) if days >> at & 1) or "none"


def time_of(cell: str) -> time | None:
    """A time of day: "7:30", "19.30", "7 pm", or a spreadsheet's part of a day. BadCell."""
    text = one_line(cell)
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    if isinstance(cell, Number) and 0 <= float(cell) < 1:
        seconds = round(float(cell) * 24 * 3600) % (24 * 3600)
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    if found is None or isinstance(cell, Date):
        raise BadCell(RowProblem.TIME_UNREADABLE, typed=text[:40])
    hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
    if found[4]:
        if not 1 <= hour <= 12:
            raise BadCell(RowProblem.TIME_UNREADABLE, typed=text[:40])
        hour = hour % 12 + (12 if found[4].casefold().startswith("p") else 0)
    try:
        # Midnight at the end of a day is also written 24:00.
        return time(0 if (hour, minute) == (24, 0) else hour, minute, second)
    except ValueError as error:
        raise BadCell(RowProblem.TIME_UNREADABLE, typed=text[:40]) from error


def time_text(value: time | None) -> str:
    """A time of day as an export writes it; empty for none."""
    if value is None:
        return ""
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


def yes_of(cell: str) -> bool:
    """Yes or no; empty is no. BadCell."""
    word = one_line(cell).casefold()
    if word in ("yes", "y", "true", "1", "x", "ya"):
        return True
    if word in ("", "no", "n", "false", "0", "tidak"):
        return False
    raise BadCell(RowProblem.YES_OR_NO, typed=one_line(cell)[:40])


def count_of(cell: str, otherwise: int) -> int:
    """A whole number of choices; `otherwise` where empty. BadCell."""
    text = one_line(cell)
    if not text:
        return otherwise
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or int(text) > MAX_CHOICES:
        raise BadCell(RowProblem.NUMBER_UNREADABLE, typed=text[:40], most=MAX_CHOICES)
    return int(text)


def reference_text(name: str, row_id: UUID, *, is_only: bool) -> str:
    """How one row names another: by its name; with its id where that would not be enough."""
    plain = one_line(name)
    if is_only and plain and ";" not in plain and not REFERENCE.fullmatch(plain):
        return plain
    return f"{plain.replace(';', ',')} [{row_id}]".strip()


def references_of(cell: str) -> Sequence[str]:
    """The rows that a cell names, separated by ;."""
    return [one_line(part) for part in cell.split(";") if part.strip()]
