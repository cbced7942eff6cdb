"""Columns side by side, each of which may be stacked; and rows of bars for long names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duitpos.dashboard.charts.line import Label, Series, Tick, point_labels, ticks
from duitpos.dashboard.charts.scale import scale_of

_WIDTH = 0.7
"""Share of its place that a column takes."""
SHADES = 5
"""Series that are told apart; the template's classes have as many shades."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a column. `shade` is 1 to SHADES."""

    x: str
    width: str
    y: float
    height: float
    shade: int
    title: str


@dataclass(frozen=True, slots=True)
class Name:
    """A series and its shade, for the list beside the chart."""

    text: str
    shade: int


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """What the template draws. `names` is empty for a single series, which the title names."""

    ticks: list[Tick]
    labels: list[Label]
    blocks: list[Block]
    names: list[Name]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a name, a bar from zero (`x` and `width` in percent), and the value as text."""

    name: str
    text: str
    x: str
    width: str
    is_negative: bool


def column_chart(
    series: Sequence[Series], names: Sequence[str], write: Callable[[int], str], unit: int
) -> ColumnChart:
    """Stack the series over each of `names`; values below zero are stacked downwards."""
    columns = list(zip(*(one.values for one in series), strict=True)) if series else []
    up = [sum(value for value in column if value > 0) for column in columns]
    down = [sum(value for value in column if value < 0) for column in columns]
    scale = scale_of([*up, *down], unit)
    blocks: list[Block] = []
    for at, column in enumerate(columns):
        above = below = 0
        for number, value in enumerate(column):
            if not value:
                continue
            base = above if value > 0 else below
            top, bottom = scale.y(max(base, base + value)), scale.y(min(base, base + value))
            left = (at + (1 - _WIDTH) / 2) / len(columns) * 100
            about = " · ".join(part for part in (names[at], series[number].name, write(value)) if part)
            blocks.append(
                Block(
                    f"{left:.2f}%",
                    f"{_WIDTH / len(columns) * 100:.2f}%",
                    top,
                    round(bottom - top, 2),
                    min(number + 1, SHADES),
                    about,
                )
            )
            above, below = (above + value, below) if value > 0 else (above, below + value)
    shown = [Name(one.name, min(at + 1, SHADES)) for at, one in enumerate(series)] if len(series) > 1 else []
    return ColumnChart(ticks(scale, write), point_labels(names), blocks, shown)


def bars(rows: Sequence[tuple[str, int]], write: Callable[[int], str]) -> list[Bar]:
    """Lay out one bar for each (name, value), on a common scale that contains zero."""
    values = [value for _, value in rows]
    low, high = min([0, *values]), max([0, *values])
    span = (high - low) or 1

    def share(value: int) -> str:
        return f"{value / span * 100:.2f}%"

    return [
        Bar(name, write(value), share(min(value, 0) - low), share(abs(value)), value < 0)
        for name, value in rows
    ]
