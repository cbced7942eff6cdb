"""The words of the day's funnel."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from duitpos.domain.reporting.funnel import Funnel


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step. `of_first` and `of_before` are whole percents; `stopped` is how many phones went no further."""

    name: str
    count: int
    of_first: int
    of_before: int | None
    stopped: int


def shown_steps(found: Funnel) -> list[ShownStep]:
    """The steps in their sequence, with what is lost between them."""
    names = (
        (_("Scanned the code"), found.scans),
        (_("Looked at their cart"), found.carts),
        (_("Pressed Pay"), found.checkouts),
        (_("Paid"), found.paid),
    )
    shown = []
    for position, (name, count) in enumerate(names):
        before = names[position - 1][1] if position else None
        after = names[position + 1][1] if position + 1 < len(names) else count
        of_before = None if before is None else _percent(count, before)
        shown.append(ShownStep(name, count, _percent(count, found.scans), of_before, max(0, count - after)))
    return shown


def shown_stops(found: Funnel) -> list[tuple[str, int]]:
    """Why phones that pressed Pay have not paid, without what did not happen."""
    rows = (
        (_("Card declined, and not paid another way"), found.stops.declined),
        (_("Left the payment page"), found.stops.left),
        (_("Still on the payment page"), found.stops.open),
        (_("To be paid at the counter"), found.stops.at_counter),
    )
    return [(name, count) for name, count in rows if count]


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
