"""How long something is out of stock, or a location takes no orders: the choices that pages offer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.tenancy.hours import day_ends
from duitpos.models import Location

OPEN_END = "open"
"""Until somebody changes it."""
CLOSING = "closing"
"""Until the location closes (hours.day_ends)."""
_LONGEST = timedelta(hours=24)
_LENGTH = re.compile(r"(\d{1,4})(m|h)", re.ASCII)


def until_of(location: Location, how_long: str, at: datetime) -> datetime | None:
    """The end of `open` (None), `closing`, `30m` or `2h`, beginning at `at`; at most 24 hours later. Raises Invalid."""
    if how_long == OPEN_END:
        return None
    if how_long == CLOSING:
        return day_ends(location, at)
    found = _LENGTH.fullmatch(how_long)
    length = timedelta(0)
    if found:
        length = timedelta(minutes=int(found[1])) if found[2] == "m" else timedelta(hours=int(found[1]))
    if not timedelta(0) < length <= _LONGEST:
        raise Invalid(Code.HOW_LONG_UNKNOWN)
    return at + length
