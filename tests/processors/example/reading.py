"""Read values from Kedai Pay's JSON. What is missing or has another type raises `Incomplete`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from duitpos.kit.clean_text import storable

Json = Mapping[str, Any]

# The lengths of our columns. A longer id or address is useless, because a part of it would be wrong; a text is cut.
REFERENCE, EMAIL, ADDRESS = 80, 254, 8000
CODE, DETAIL, WORDS = 60, 120, 300


class Incomplete(ValueError):
    """A field that we need is missing or has another type."""


def object_of(value: Any) -> Json:
    """A JSON object. Raises Incomplete."""
    if not isinstance(value, Mapping):
        raise Incomplete("object")
    return value


def list_of(thing: Json, name: str) -> Sequence[Any]:
    """A required list. Raises Incomplete."""
    value = thing.get(name)
    if not isinstance(value, list):
        raise Incomplete(name)
    return value


def text_of(thing: Json, name: str, most: int = REFERENCE) -> str:
    """A required text that is valid only as it is, such as an id or an address. Raises Incomplete."""
    value = thing.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or storable(value) != value:
        raise Incomplete(name)
    return value


def flag_of(thing: Json, name: str) -> bool:
    """A required true or false. Raises Incomplete."""
    value = thing.get(name)
    if not isinstance(value, bool):
        raise Incomplete(name)
    return value


def time_of(thing: Json, name: str) -> datetime:
    """A required time, in UTC. Raises Incomplete."""
    try:
        at = datetime.fromisoformat(text_of(thing, name))
        # Near the calendar's ends, UTC has no such day.
        utc = at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError) as error:
        raise Incomplete(name) from error
    if utc is None:
        raise Incomplete(name)
    return utc
