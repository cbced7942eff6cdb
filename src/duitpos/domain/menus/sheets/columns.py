"""The columns of a menu file, and which rows use them."""

from __future__ import annotations

from enum import StrEnum


class RowType(StrEnum):
    """What a row of the file is, as written in its column `type`."""

    SECTION = "section"
    ITEM = "item"
    GROUP = "group"
    CHOICE = "choice"


TYPE, ID, SECTION, NAME, DESCRIPTION = "type", "id", "section", "name", "description"
PRICE, CURRENCY, MARKS, ALLERGENS, TAX = "price", "currency", "marks", "allergens", "tax"
DAYS, FROM, UNTIL = "days", "from", "until"
GROUPS, MIN, MAX, DEFAULT, ARCHIVED = "groups", "min", "max", "default", "archived"

PLAIN = (
    TYPE,
    ID,
    SECTION,
    NAME,
    DESCRIPTION,
    PRICE,
    CURRENCY,
    MARKS,
    ALLERGENS,
    TAX,
    DAYS,
    FROM,
    UNTIL,
    GROUPS,
    MIN,
    MAX,
    DEFAULT,
    ARCHIVED,
)
"""In the order in which an export has them; after these come `price: <location>` and the languages."""

ALIASES = {"category": SECTION, "item": NAME, "dish": NAME, "group": GROUPS, "modifiers": GROUPS}
"""Headings that people write, by the column they mean."""

_USED = {
    RowType.SECTION: {NAME, DAYS, FROM, UNTIL, ARCHIVED},
    RowType.ITEM: set(PLAIN) - {TYPE, ID, MIN, MAX, DEFAULT},
    RowType.GROUP: {NAME, MIN, MAX},
    RowType.CHOICE: {NAME, PRICE, GROUPS, DEFAULT, ARCHIVED},
}

NAME_LENGTHS = {RowType.SECTION: 80, RowType.ITEM: 120, RowType.GROUP: 80, RowType.CHOICE: 80}
DESCRIPTION_LENGTH = 300
TRANSLATED_NAME_LENGTH = 120


def price_at(slug: str) -> str:
    """The column of the prices at one location."""
    return f"{PRICE}: {slug}"


def text_in(column: str, language: str) -> str:
    """The column of a translated name or description."""
    return f"{column}: {language}"


def is_used(row_type: RowType, column: str) -> bool:
    """Whether rows of this type have a value in the column."""
    base, _, more = column.partition(": ")
    if not more:
        return column in _USED[row_type]
    if base == NAME:
        return True
    return row_type == RowType.ITEM
