"""Prove that receipt numbers have no gap and no double, and follow the time (M49, M50)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from duitpos.domain.reporting.receipt_ranges import credit_notes, receipts
from duitpos.models import Location, ReceiptSeries
from duitpos.models.receipt import ReceiptKind


class Wrong(StrEnum):
    """What is wrong with a number."""

    MISSING = "missing"
    DOUBLE = "double"
    EARLIER = "earlier"
    """Its time is before that of the number before it."""
    NOT_COUNTED = "not counted"
    """It is above its series' last one, or its series is not there: it may be given again."""


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """A number that is not as it must be. Test orders have numbers of their own, which are checked too."""

    location_id: UUID
    kind: ReceiptKind
    is_test: bool
    series: str
    number: int
    wrong: Wrong


def verify_receipts(tenant_id: UUID) -> Iterator[WrongNumber]:
    """Yield every wrong number of a restaurant. A number that is drawn meanwhile is never wrong."""
    for location in Location.objects.filter(tenant_id=tenant_id).order_by("position", "id"):
        for kind in ReceiptKind:
            for is_test in (False, True):
                yield from _wrong_of(location, kind, is_test)


def _wrong_of(location: Location, kind: ReceiptKind, is_test: bool) -> Iterator[WrongNumber]:
    counted = _counted(location, kind, is_test)
    # Read between the two: a number above `counted` may just have been given, one above `now_counted` may not.
    given = _given(location, kind, is_test)
    now_counted = _counted(location, kind, is_test)
    for series in sorted({*counted, *given}):
        numbers = sorted(given[series])
        found = {number for number, _ in numbers}
        wrong = [
            (number, Wrong.MISSING) for number in range(1, counted.get(series, 0) + 1) if number not in found
        ]
        wrong += [(number, Wrong.NOT_COUNTED) for number in found if number > now_counted.get(series, 0)]
        for (earlier, earlier_at), (number, at) in pairwise(numbers):
            if number == earlier:
                wrong.append((number, Wrong.DOUBLE))
            elif at < earlier_at:
                wrong.append((number, Wrong.EARLIER))
        for number, what in sorted(wrong):
            yield WrongNumber(location.id, kind, is_test, series, number, what)


def _counted(location: Location, kind: ReceiptKind, is_test: bool) -> dict[str, int]:
    series = ReceiptSeries.objects.filter(
        tenant_id=location.tenant_id, location_id=location.id, kind=kind, is_test=is_test
    )
    return dict(series.values_list("name", "last"))


def _given(location: Location, kind: ReceiptKind, is_test: bool) -> dict[str, list[tuple[int, datetime]]]:
    rows: Any
    if kind == ReceiptKind.SALE:
        rows = receipts(location, is_test=is_test).values_list(
            "receipt_series", "receipt_number", "receipt_at"
        )
    else:
        rows = credit_notes(location, is_test=is_test).values_list(
            "credit_series", "credit_number", "credit_at"
        )
    given: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for series, number, at in rows.iterator(chunk_size=2000):
        given[series].append((number, at))
    return given
