"""The vertical scale of a chart: round ticks, and where a value is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

PLOT = 200
"""Height of the plot in pixels."""
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high`, which are ticks; zero is always one of them."""

    low: int
    high: int
    step: int

    @property
    def ticks(self) -> list[int]:
        """The round values from low to high."""
        return list(range(self.low, self.high + 1, self.step))

    def y(self, value: int) -> float:
        """The distance from the plot's top, in pixels."""
        return round((self.high - value) * PLOT / (self.high - self.low), 2)


def scale_of(values: Iterable[int], unit: int = 1, most: int = 5) -> Scale:
    """Return a scale that contains all values and zero, with at most about `most` steps of 1, 2 or 5 times 10^n.

    `unit` is the smallest step: how many minor units one of the currency has.
    """
    known = [0, *values]
    low, high = min(known), max(known)
    step = _step((high - low) / most, unit)
    bottom = math.floor(low / step) * step
    return Scale(bottom, max(math.ceil(high / step) * step, bottom + step), step)


def _step(least: float, unit: int) -> int:
    """Return the smallest round step that is not below `least`."""
    power = unit
    while True:
        for times in _STEPS:
            if power * times >= least:
                return power * times
        power *= 10
