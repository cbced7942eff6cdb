"""What is stored or handed on in place of a sentence: a code, and what it is about, as JSON keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from duitpos.kit.clean_text import cut
from duitpos.kit.money import Money

Facts = dict[str, Any]
"""`code` says what it is, where we gave it one; `said` holds somebody else's own words; the rest is what it is about.

Empty: nothing. A row from before codes were stored holds only `said`: the sentence as it was written then.
"""

LONGEST = 400
"""Characters of a text among the facts."""


def facts(code: str, **about: object) -> Facts:
    """A code with its facts."""
    return plain({"code": code, **about})


def quoted(said: str) -> Facts:
    """Somebody else's words alone; empty when there are none."""
    return plain({"said": said}) if said else {}


def plain(about: Mapping[str, object]) -> Facts:
    """As JSON keeps them: money as minor units with a currency, times as ISO 8601, texts that a database takes."""
    return {name: _plain(value) for name, value in about.items()}


def money_among(value: object) -> Money | None:
    """An amount among stored facts; None for anything else."""
    match value:
        case Money():
            return value
        case {"minor": int(minor), "currency": str(currency)}:
            return Money(minor, currency)
    return None


def _plain(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case str():
            return cut(value, LONGEST)
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return value.isoformat()
        case Mapping():
            return plain(value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case bool() | int() | None:
            return value
    raise TypeError(f"{type(value).__name__} is no fact")
