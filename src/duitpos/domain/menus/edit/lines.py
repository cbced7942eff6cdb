"""Check what people type or paste as the text of a menu."""

from __future__ import annotations

import unicodedata

from duitpos.domain.errors import Code, Invalid
from duitpos.kit.clean_text import one_line

SECTION_NAME, ITEM_NAME, DESCRIPTION = 80, 120, 300
"""The longest texts, in characters, as the columns have them."""

_NO_LETTERS = frozenset({"Cf", "Mn", "Zs"})


def checked_name(text: str, most: int) -> str:
    """A cleaned name. Raises Invalid if it is empty, also if it has invisible characters only, or too long."""
    name = one_line(text)
    if all(unicodedata.category(letter) in _NO_LETTERS for letter in name):
        raise Invalid(Code.MENU_NAME_EMPTY)
    return _short(name, most)


def checked_text(text: str, most: int) -> str:
    """A cleaned text, which may be empty. Raises Invalid if it is too long."""
    return _short(one_line(text), most)


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise Invalid(Code.MENU_TEXT_LONG, most=most, length=len(text))
    return text
