"""Make external texts storable: no database stores a NUL or half of a surrogate pair."""

from __future__ import annotations

import unicodedata

# Control characters, lone surrogates (no database stores them), bidirectional controls, with which a text could imitate
# another line of the kitchen's ticket or turn a price around, and characters that no file can hold. Joiners and marks
# that emoji, Tamil and Arabic need are kept.
_UNWANTED_CATEGORIES = frozenset({"Cc", "Cs"})
_UNWANTED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff")


def storable(text: str) -> str:
    """The text without characters that a database cannot store."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")


def cut(value: object, most: int) -> str:
    """A text for display, cut to `most` characters; empty if the value is not a string."""
    return storable(value)[:most] if isinstance(value, str) else ""


def whole(value: object, most: int) -> str:
    """A text that is only valid unchanged (an id, a URL); empty when it cannot be stored unchanged."""
    return value if isinstance(value, str) and len(value) <= most and storable(value) == value else ""


def first_line(error: BaseException) -> str:
    """An error's name and first line. A database error's second line has the whole row, with the guest's address."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"


def one_line(text: str) -> str:
    """A typed text on one line, with single spaces and without control characters, as NFC."""
    spaced = " ".join(text.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced
    kept = "".join(
        char
        for char in spaced
        if unicodedata.category(char) not in _UNWANTED_CATEGORIES and char not in _UNWANTED
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())
