"""Order numbers: 1, 2, 3 … per location and trading day; test orders have a series of their own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from duitpos.kit.statements import insert
from duitpos.models import NumberSeries

_COUNT_UP = (
    '("tenant_id", "location_id", "business_date", "is_test")'
    ' DO UPDATE SET "last" = "duitpos_numberseries"."last" + 1'
)


def draw_number(tenant_id: UUID, location_id: UUID, business_date: date, is_test: bool) -> int:
    """The next number, in the caller's transaction, drawn only after the order's guard was won (M33).

    One statement makes the day's row or counts it up, and says what it is then: two first orders of a day get 1 and 2.
    It holds the row until commit; a roll-back gives the number back.
    """
    first = NumberSeries(
        tenant_id=tenant_id, location_id=location_id, business_date=business_date, is_test=is_test, last=1
    )
    return int(insert([first], _COUNT_UP, returning="last"))
