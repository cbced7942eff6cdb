"""How a bulk change turns an old price into a new one, in whole minor units."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from duitpos.domain.menus.edit.prices import highest_price

_WHOLE = 10_000
"""100 % in basis points."""


class Way(StrEnum):
    """What the amount of a change is."""

    PERCENT = "percent"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class PriceChange:
    """Raise prices by `by`, or lower them if it is negative; then round to a multiple of `step`, minor units.

    `by` is basis points for a percentage (250 is 2.5 %), minor units for an amount.
    """

    way: Way
    by: int
    step: int = 1


class Effect(StrEnum):
    """What a change does to one price."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FREE = "free"
    NEGATIVE = "negative"
    TOO_HIGH = "too_high"


APPLIED = frozenset({Effect.CHANGED, Effect.FREE})
"""The effects that are written; the other prices stay as they are."""


def new_price(old: int, change: PriceChange) -> int:
    """The new price, rounded once, half up. It may be negative."""
    if change.way is Way.PERCENT:
        exact, unit = old * (_WHOLE + change.by), _WHOLE
    else:
        exact, unit = old + change.by, 1
    return (2 * exact + unit * change.step) // (2 * unit * change.step) * change.step


def effect_of(old: int, new: int, currency: str) -> Effect:
    """What becomes of a price that changes like this."""
    if new < 0:
        return Effect.NEGATIVE
    if new > highest_price(currency).minor:
        return Effect.TOO_HIGH
    if new == old:
        return Effect.UNCHANGED
    return Effect.CHANGED if new else Effect.FREE
