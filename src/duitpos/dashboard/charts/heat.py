"""A heat map: how much at which hour of which weekday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one weekday. `shade` is 0 (nothing, or less) to SHADES (the most)."""

    hour: int
    value: int
    shade: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A weekday, 1 (Monday) to 7."""

    weekday: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The hours that have something, from the first to the last of the business day, for all weekdays."""

    hours: list[int]
    rows: list[HeatRow]


def heat_map(values: Mapping[tuple[int, int], int], first_hour: int = 0) -> HeatMap | None:
    """Lay out values by (weekday, hour), from `first_hour`, when the business day begins. None without any value."""
    used = {(hour - first_hour) % 24 for (_, hour), value in values.items() if value}
    if not used:
        return None
    hours = [(first_hour + after) % 24 for after in range(min(used), max(used) + 1)]
    most = max(values.values())
    rows = [
        HeatRow(weekday, [_cell(hour, values.get((weekday, hour), 0), most) for hour in hours])
        for weekday in range(1, 8)
    ]
    return HeatMap(hours, rows)


def _cell(hour: int, value: int, most: int) -> Cell:
    shade = -(-value * SHADES // most) if most > 0 and value > 0 else 0
    return Cell(hour, value, shade)
