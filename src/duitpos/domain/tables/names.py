"""Many tables' names from one line: "T1-T40", "Garden 1-12, Bar"."""

from __future__ import annotations

import re

from duitpos.domain.errors import Code, Invalid

MOST_AT_ONCE = 200
LONGEST = 40
"""Characters of a name."""
_RANGE = re.compile(
    r"(?P<word>.*?)(?P<first>\d{1,9})\s*(?:-|\u2013|\u2014|\.\.)\s*(?P<again>.*?)(?P<last>\d{1,9})", re.ASCII
)


def names_of(text: str) -> list[str]:
    """The names in the order of the text, each once. Parts are separated by commas, semicolons or lines.

    A part like "T1-T40" or "Garden 1-12" is a range; "01-12" keeps its leading zeros. Invalid.
    """
    names: dict[str, None] = {}
    for part in re.split(r"[,;\n]", text):
        plain = " ".join(part.split())
        if plain:
            names |= dict.fromkeys(_names_in(plain))
        if len(names) > MOST_AT_ONCE:
            raise Invalid(Code.TOO_MANY_TABLES, most=MOST_AT_ONCE)
    if not names or any(len(name) > LONGEST for name in names):
        raise Invalid(Code.TABLE_NAME_WRONG)
    return list(names)


def _names_in(part: str) -> list[str]:
    """One name, or those of a range."""
    found = _RANGE.fullmatch(part)
    # The end may repeat the words before its number, or the last of them: "Level 2 T1-T9".
    if found is None or not found["word"].strip().endswith(found["again"].strip()):
        return [part]
    first, last = int(found["first"]), int(found["last"])
    if last < first:
        raise Invalid(Code.TABLE_RANGE_BACKWARDS, range=part)
    if last - first >= MOST_AT_ONCE:
        raise Invalid(Code.TOO_MANY_TABLES, most=MOST_AT_ONCE)
    digits = len(found["first"]) if found["first"].startswith("0") else 1
    return [f"{found['word']}{number:0{digits}d}" for number in range(first, last + 1)]
