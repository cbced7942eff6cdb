"""Summarise values of several rounds as median, lowest and highest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """The summary of several rounds. `unit` is for display."""

    median: float
    low: float
    high: float
    rounds: int
    unit: str

    def __str__(self) -> str:
        return f"{_short(self.median)} {self.unit} ({_short(self.low)} to {_short(self.high)})".replace(
            "  ", " "
        )

    def to_json(self) -> dict[str, Any]:
        """JSON values, rounded to four significant digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def figure(values: Iterable[float], unit: str = "") -> Figure:
    """The summary of the values; ValueError when there are none."""
    seen = list(values)
    return Figure(median(seen), min(seen), max(seen), len(seen), unit)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the sorted values do not exceed (nearest rank)."""
    rank = max(1, -(-len(ordered) * round(share * 1000) // 1000))
    return ordered[rank - 1]


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
