"""Percent as people write them, to basis points."""

from __future__ import annotations

import re

_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", re.ASCII)


def basis_points(text: str) -> int:
    """ "6", "8.5" or "8,25 %" in basis points: 600, 850, 825. ValueError for anything else, and above 100 %."""
    found = _PERCENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if points > 10_000:
        raise ValueError(text)
    return points
