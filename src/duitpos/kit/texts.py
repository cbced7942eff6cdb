"""Texts from outside, made fit for a column: no database keeps a NUL, nor half of a surrogate pair."""

from __future__ import annotations


def storable(text: str) -> str:
    """The text without what no database keeps."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")


def cut(value: object, most: int) -> str:
    """A text for people, at most so long; empty for what is none."""
    return storable(value)[:most] if isinstance(value, str) else ""


def whole(value: object, most: int) -> str:
    """A text that means something only as it is (an id, an address); empty when it cannot be kept so."""
    return value if isinstance(value, str) and len(value) <= most and storable(value) == value else ""


def first_line(error: BaseException) -> str:
    """An error's name and first line. A database puts the whole row, with the guest's address, into the second."""
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
