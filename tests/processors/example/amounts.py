"""Convert between our minor units and Kedai Pay's amounts: decimal texts in ringgit, such as "31.85"."""

from __future__ import annotations

import re
from decimal import Decimal

from duitpos.kit.money import Money
from tests.processors.example.reading import Incomplete, Json

CURRENCY = "MYR"
PLACES = 2
_FORM = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")


class AmountNotExact(ValueError):
    """Kedai Pay has no text for this amount."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.currency = currency


def to_text(money: Money) -> str:
    """Kedai Pay's text of an amount. Raises AmountNotExact for another currency or a negative amount."""
    if money.currency != CURRENCY or money.minor < 0:
        raise AmountNotExact(money.currency)
    return str(Decimal(money.minor).scaleb(-PLACES))


def from_text(thing: Json, name: str) -> Money | None:
    """Our amount; None for a part of a sen, which has no equal here. Raises Incomplete for what is no amount."""
    text = thing.get(name)
    if not isinstance(text, str) or _FORM.fullmatch(text) is None:
        raise Incomplete(name)
    minor = Decimal(text).scaleb(PLACES)
    return Money(int(minor), CURRENCY) if minor == int(minor) else None
