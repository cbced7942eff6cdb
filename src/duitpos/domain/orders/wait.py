"""How long a location's orders take at the moment, from placed to ready."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from django.db.models import OuterRef, Subquery

from duitpos.domain.orders.states import PREPARING, READY, SERVED
from duitpos.kit.clock import now
from duitpos.kit.kept import Kept
from duitpos.models import Location, Order, OrderEvent, Tenant

RECENT = timedelta(minutes=90)
MOST, FEWEST = 20, 3
"""How many of the last orders count, and below which number nothing is said."""
_UNKNOWN = 0

_WAITS: Kept[int] = Kept(seconds=30, most=1000)


def usual_wait(tenant: Tenant, location: Location) -> int | None:
    """The median minutes from placed to ready of the last orders, at least 1; None if there are too few.

    One query, or none within 30 seconds of the last.
    """
    minutes = _WAITS.get(str(location.id))
    if minutes is None:
        minutes = _median(tenant, location)
        _WAITS.set(str(location.id), minutes)
    return minutes or None


def _median(tenant: Tenant, location: Location) -> int:
    # The last one: an order that was marked ready by mistake and put back is ready later.
    ready = OrderEvent.objects.filter(
        tenant=tenant, order=OuterRef("id"), from_status=PREPARING, to_status=READY
    ).order_by("-at")
    orders = Order.objects.filter(
        tenant=tenant, location=location, status__in=(READY, SERVED), placed_at__gte=now() - RECENT
    )
    rows = (
        orders.annotate(ready_at=Subquery(ready.values("at")[:1]))
        .filter(ready_at__isnull=False)
        .order_by("-placed_at")
        .values_list("placed_at", "ready_at")[:MOST]
    )
    waits = [(ready_at - placed_at) / timedelta(minutes=1) for placed_at, ready_at in rows]
    return max(1, round(median(waits))) if len(waits) >= FEWEST else _UNKNOWN
