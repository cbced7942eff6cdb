"""Parts of the report's tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.figures import Figure

Json = dict[str, Any]


@dataclass(frozen=True)
class Aim:
    """An aim and the measured value."""

    what: str
    aim: str
    reached: str
    is_reached: bool


def at_least(what: str, plain: Json, aim: float, unit: str = "") -> Aim:
    """An aim that the figure's median must reach."""
    return Aim(what, f"at least {aim:g} {unit}".strip(), shown(plain), plain["median"] >= aim)


def at_most(what: str, plain: Json, aim: float, unit: str = "") -> Aim:
    """An aim that the figure's median must not exceed."""
    return Aim(what, f"at most {aim:g} {unit}".strip(), shown(plain), plain["median"] <= aim)


def row(cells: Iterable[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def shown(plain: Json) -> str:
    """A figure, from its JSON values."""
    return str(Figure(**plain))
