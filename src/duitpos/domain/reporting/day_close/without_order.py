"""Money of orders that nobody knows: it has no location, so no day's sums have it. One location's day close prints it.

What a day close prints is the difference between the books and all that day closes have printed, business date by
business date. So each amount is printed once; when it is refunded, or linked to an order and thus counted at its
location, that is printed with the next day close.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum

from duitpos.models import DayClose, LedgerEntry, Location
from duitpos.models.ledger import LedgerKind

FACT = "without_order"
"""The name in DayClose.facts."""
_LOOKS_BACK = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class WithoutOrder:
    """A business date's money without an order in one currency, or what changed of it, in minor units."""

    business_date: date
    currency: str
    paid_minor: int
    gone_back_minor: int

    @property
    def net_minor(self) -> int:
        """What is left of it."""
        return self.paid_minor + self.gone_back_minor


def to_print(location: Location, day: date) -> list[WithoutOrder]:
    """What the day close of this location's day prints of it: nothing but at the restaurant's first location.

    Three queries at most, over the days of a month.
    """
    first = Location.objects.filter(tenant_id=location.tenant_id).order_by("position", "name", "id")
    if first.values_list("id", flat=True).first() != location.id:
        return []
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    for business_date, currency, kind, minor in _booked(location, day):
        sums[business_date, currency][0 if kind == LedgerKind.PAYMENT else 1] += minor
    for one in _printed(location, day):
        of_day = sums[one.business_date, one.currency]
        of_day[0] -= one.paid_minor
        of_day[1] -= one.gone_back_minor
    return [WithoutOrder(*where, *found) for where, found in sorted(sums.items()) if any(found)]


def without_order_of(close: DayClose) -> list[WithoutOrder]:
    """What a day close has printed of it. Those from before it was printed have none."""
    return [
        WithoutOrder(date.fromisoformat(one["business_date"]), one["currency"], one["paid"], one["gone_back"])
        for one in close.facts.get(FACT, [])
    ]


def to_facts(found: Iterable[WithoutOrder]) -> dict[str, Any]:
    """As a day close keeps it; nothing where there is none."""
    rows = [
        {
            "business_date": one.business_date.isoformat(),
            "currency": one.currency,
            "paid": one.paid_minor,
            "gone_back": one.gone_back_minor,
        }
        for one in found
    ]
    return {FACT: rows} if rows else {}


def _booked(location: Location, day: date) -> Iterable[tuple[date, str, str, int]]:
    """The books of the dates; fees are left out, as everywhere in "net"."""
    rows = LedgerEntry.objects.filter(
        tenant_id=location.tenant_id,
        location__isnull=True,
        is_test=False,
        business_date__gt=day - _LOOKS_BACK,
        business_date__lte=day,
    )
    of_kind = rows.exclude(kind=LedgerKind.FEE).values("business_date", "currency", "kind").order_by()
    return of_kind.annotate(minor=Sum("amount_minor")).values_list(
        "business_date", "currency", "kind", "minor"
    )


def _printed(location: Location, day: date) -> Iterable[WithoutOrder]:
    """What day closes have printed of the same dates. Others' too: another location may have been the first."""
    since = day - _LOOKS_BACK
    closes = DayClose.objects.filter(
        tenant_id=location.tenant_id, business_date__gt=since, facts__has_key=FACT
    )
    for close in closes.only("facts"):
        yield from (one for one in without_order_of(close) if since < one.business_date <= day)
