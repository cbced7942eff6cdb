"""Sample menus to begin with: files that are imported like any other."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from duitpos.domain.errors import Code, Conflict
from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets.apply import apply_import
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.edits import Plan
from duitpos.domain.menus.sheets.state import MenuState, menu_state
from duitpos.domain.menus.sheets.values import references_of
from duitpos.domain.people.roles import Can, require
from duitpos.kit.money import decimal_text, parse_amount
from duitpos.models import Membership

_FILES = Path(__file__).with_name("data")
_LANGUAGE, _CURRENCY = "en", "MYR"
"""What the files are written in."""


class Sample(StrEnum):
    """The sample menus; each has a file of this name."""

    CAFE = "cafe"
    MAMAK = "mamak"
    BAKERY = "bakery"


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What a sample has."""

    sample: Sample
    items: int
    groups: int
    sections: tuple[str, ...]


def sample_sizes() -> list[SampleSize]:
    """What each sample has."""
    sizes = []
    for sample in Sample:
        rows = _rows(sample)
        types = [row[col.TYPE] for row in rows]
        sections = tuple(row[col.NAME] for row in rows if row[col.TYPE] == RowType.SECTION)
        sizes.append(SampleSize(sample, types.count(RowType.ITEM), types.count(RowType.GROUP), sections))
    return sizes


def sample_file(member: Membership, sample: Sample) -> bytes:
    """The sample as a file for this restaurant: in its menu's language and its currency. Forbidden."""
    require(member, Can.EDIT_MENU)
    return _file(_rows(sample), menu_state(member.tenant))


def begin_with_sample(member: Membership, sample: Sample) -> Plan:
    """Fill an empty menu. Forbidden; Conflict, if there are dishes, since a sample could change their prices."""
    require(member, Can.EDIT_MENU)
    state = menu_state(member.tenant)
    if not state.is_empty:
        raise Conflict(Code.MENU_NOT_EMPTY)
    return apply_import(member, _file(_rows(sample), state), state.stamp())


def _rows(sample: Sample) -> list[dict[str, str]]:
    with (_FILES / f"{sample.value}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _file(rows: list[dict[str, str]], state: MenuState) -> bytes:
    language = state.tenant.menu_language
    if language != _LANGUAGE:
        _translate(rows, language)
    for row in rows:
        if row[col.PRICE]:
            # The same number of minor units, since the amounts are examples.
            row[col.PRICE] = decimal_text(parse_amount(row[col.PRICE], _CURRENCY).minor, state.currency)
    offered = {col.text_in(base, one) for base in (col.NAME, col.DESCRIPTION) for one in state.languages}
    columns = [column for column in rows[0] if column in col.PLAIN or column in offered]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _translate(rows: list[dict[str, str]], language: str) -> None:
    """Exchange the files' own texts with those of the language, also where rows name each other."""
    names: dict[str, str] = {}
    for row in rows:
        names[row[col.NAME]] = row.get(col.text_in(col.NAME, language)) or row[col.NAME]
    for row in rows:
        for base in (col.NAME, col.DESCRIPTION):
            own, translated = row[base], row.pop(col.text_in(base, language), "")
            row[base], row[col.text_in(base, _LANGUAGE)] = translated or own, own
        row[col.SECTION] = names.get(row[col.SECTION], "")
        row[col.GROUPS] = "; ".join(names[name] for name in references_of(row[col.GROUPS]))
