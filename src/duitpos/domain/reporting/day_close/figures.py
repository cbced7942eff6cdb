"""The sums of a day close, and how its row keeps them. Amounts are whole minor units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from duitpos.domain.reporting.day_sums import ALL, sums_of_day
from duitpos.domain.reporting.report import By, Sums
from duitpos.models import BusinessDay, PaymentType
from duitpos.models.payment_setup import PaymentKind

Document = list[dict[str, Any]]
"""Figures as JSON keeps them."""


class Part(StrEnum):
    """What a figure belongs to."""

    TOTAL = "total"
    CASH = "cash"
    PAYMENT_TYPE = "payment_type"
    METHOD = "method"
    TAX = "tax"


_PARTS: Mapping[str, Part] = {
    ALL: Part.TOTAL,
    By.PAYMENT_TYPE: Part.PAYMENT_TYPE,
    By.METHOD: Part.METHOD,
    By.TAX: Part.TAX,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """The sums of one thing. `key` and `name` as in a report's row; both empty for a total."""

    currency: str
    part: Part
    key: str
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Figures:
    """All sums of one business day, or of a change of one. At most one figure for a currency, part and key."""

    all: tuple[Figure, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    def __add__(self, other: Figures) -> Figures:
        """Add figure by figure, without those that come to nothing."""
        return figures_of([*self.all, *other.all])

    def __sub__(self, other: Figures) -> Figures:
        """What is more than in `other`, without what is the same."""
        taken = [Figure(one.currency, one.part, one.key, one.name, Sums() - one.sums) for one in other.all]
        return figures_of([*taken, *self.all])

    @property
    def currencies(self) -> list[str]:
        """The currencies, the one with the most orders first."""
        totals = {one.currency: one.sums for one in self.all if one.part == Part.TOTAL}
        found = {one.currency for one in self.all}
        return sorted(found, key=lambda currency: (-totals.get(currency, Sums()).orders, currency))

    def total(self, currency: str, part: Part = Part.TOTAL) -> Sums:
        """The sums of one currency."""
        return sum((one.sums for one in self.rows(currency, part)), Sums())

    def rows(self, currency: str, part: Part) -> list[Figure]:
        """The figures of one part, the most money first."""
        rows = [one for one in self.all if one.currency == currency and one.part == part]
        return sorted(rows, key=lambda one: (-one.sums.net, one.name, one.key))


def figures_of(rows: Iterable[Figure]) -> Figures:
    """Add up what belongs together; the last name counts. Figures without anything are left out."""
    sums: dict[tuple[str, Part, str], Sums] = defaultdict(Sums)
    names: dict[tuple[str, Part, str], str] = {}
    for one in rows:
        where = (one.currency, one.part, one.key)
        sums[where] += one.sums
        names[where] = one.name or names.get(where, "")
    return Figures(
        tuple(
            Figure(*where, names[where], total)
            for where, total in sorted(sums.items(), key=str)
            if total != Sums()
        )
    )


def figures_of_day(day: BusinessDay) -> Figures:
    """The figures of a day as the books are now. Reads only."""
    cash = {
        str(type_id)
        for type_id in PaymentType.objects.filter(tenant_id=day.tenant_id, kind=PaymentKind.CASH).values_list(
            "id", flat=True
        )
    }
    rows: list[Figure] = []
    for place, tally in sums_of_day(day).items():
        part = _PARTS.get(place.by)
        if part is None:
            continue
        rows.append(Figure(place.currency, part, place.key, tally.name, tally.total))
        if part == Part.PAYMENT_TYPE and place.key in cash:
            rows.append(Figure(place.currency, Part.CASH, "", "", tally.total))
    return figures_of(rows)


def to_document(figures: Figures) -> Document:
    """As a row keeps it; read it again with `from_document`."""
    return [
        {
            "currency": one.currency,
            "part": one.part.value,
            "key": one.key,
            "name": one.name,
            "sums": {
                field.name: getattr(one.sums, field.name)
                for field in fields(Sums)
                if getattr(one.sums, field.name)
            },
        }
        for one in figures.all
    ]


def from_document(document: Document) -> Figures:
    """The figures that were kept."""
    return Figures(
        tuple(
            Figure(one["currency"], Part(one["part"]), one["key"], one["name"], Sums(**one["sums"]))
            for one in document
        )
    )
