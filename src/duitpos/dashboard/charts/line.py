"""A line chart: one series, and a second one to compare it with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duitpos.dashboard.charts.scale import PLOT, Scale, scale_of

_LABELS = 5
"""As many names of points fit beneath a chart on a phone, of points that are close to each other."""
_ALL = 6
"""Up to so many points have all a name."""
_APART = 18
"""Pixels between two texts."""
WIDE = 1000
"""Width of the lines' own coordinates, which are stretched to the chart's width."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A horizontal line at a round value."""

    y: float
    text: str
    is_zero: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A text beneath the plot. `anchor` keeps the first and the last one inside."""

    x: str
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """A series: its points in the stretched coordinates, its last point, and its name at its end."""

    name: str
    points: str
    is_main: bool
    end_y: float
    text_y: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """What the template draws."""

    ticks: list[Tick]
    labels: list[Label]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Series:
    """Values in minor units. The first of two series is the one that the chart is about."""

    name: str
    values: Sequence[int]


def line_chart(
    series: Sequence[Series], names: Sequence[str], write: Callable[[int], str], unit: int
) -> LineChart:
    """Lay out the series over the points `names`; `write` gives a tick's text. A shorter series ends early."""
    scale = scale_of((value for one in series for value in one.values), unit)
    count = len(names)
    lines = [_line(one, scale, count, is_main=not at) for at, one in enumerate(series) if one.values]
    return LineChart(ticks(scale, write), point_labels(names), _texts_apart(lines))


def ticks(scale: Scale, write: Callable[[int], str]) -> list[Tick]:
    """The lines of a scale."""
    return [Tick(scale.y(value), write(value), value == 0) for value in scale.ticks]


def point_labels(names: Sequence[str]) -> list[Label]:
    """The names of evenly spaced points: the first, the last, and as many between as fit."""
    count = len(names)
    every = 1 if count <= _ALL else -(-(count - 1) // (_LABELS - 1))
    shown = [at for at in range(0, count, every) if at == 0 or count - 1 - at >= every or at == count - 1]
    if count > 1 and shown[-1] != count - 1:
        shown.append(count - 1)
    return [Label(_percent(middle(at, count)), names[at], _anchor(at, count)) for at in shown]


def middle(at: int, count: int) -> float:
    """Where point `at` of `count` is, as a share of the width."""
    return (at + 0.5) / count


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"


def _anchor(at: int, count: int) -> str:
    # Few points are far enough from the sides.
    if count <= _ALL:
        return "middle"
    return {0: "start", count - 1: "end"}.get(at, "middle")


def _line(series: Series, scale: Scale, count: int, *, is_main: bool) -> Line:
    points = [f"{middle(at, count) * WIDE:.1f},{scale.y(value)}" for at, value in enumerate(series.values)]
    if len(points) == 1:
        # One point has no line: a short one at its height shows where it is.
        x, y = middle(0, count) * WIDE, scale.y(series.values[0])
        points = [f"{x - WIDE / 20:.1f},{y}", f"{x + WIDE / 20:.1f},{y}"]
    end = scale.y(series.values[-1])
    return Line(series.name, " ".join(points), is_main, end, min(max(end - 8, 12), PLOT - 6))


def _texts_apart(lines: list[Line]) -> list[Line]:
    """Move the second name away from the first one where they would lie on each other."""
    if len(lines) != 2 or abs(lines[0].text_y - lines[1].text_y) >= _APART:
        return lines
    first, second = lines
    below = first.text_y + _APART <= PLOT
    text_y = first.text_y + _APART if below else first.text_y - _APART
    return [first, Line(second.name, second.points, second.is_main, second.end_y, text_y)]
