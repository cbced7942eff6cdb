"""Order numbers: 1, 2, 3 … per location and trading day; test orders have a series of their own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F

from duitpos.models import NumberSeries


def draw_number(tenant_id: UUID, location_id: UUID, business_date: date, is_test: bool) -> int:
    """The next number, in the caller's transaction, drawn only after the order's guard was won (M33).

    The update holds the row until commit, so the value read after it is ours; a roll-back gives the number back.
    """
    series = NumberSeries.objects.filter(
        tenant_id=tenant_id, location_id=location_id, business_date=business_date, is_test=is_test
    )
    if not series.update(last=F("last") + 1):
        first = NumberSeries(
            tenant_id=tenant_id, location_id=location_id, business_date=business_date, is_test=is_test, last=0
        )
        # Two first orders of a day meet here: one row is made, both count it up.
        NumberSeries.objects.bulk_create([first], ignore_conflicts=True)
        series.update(last=F("last") + 1)
    return series.values_list("last", flat=True).get()
