"""Count phones that look at the menu and at their cart, without a write for each.

Each process counts in memory. Half a minute after the first of a batch, one thread adds the batch to the day's row of
each location: so many phones make one small update, and no guest waits for it. A process that is killed loses its last
half minute, which a count of visits can bear. What follows, checkouts and payments, is counted from their own rows.
"""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import F

from duitpos.kit.clock import business_date, now
from duitpos.models import Location, VisitCount

log = structlog.get_logger(__name__)
SECONDS = 30.0
MOST_LOCATIONS = 10_000


class Step(StrEnum):
    """What a phone did: a column of VisitCount."""

    SCANS = "scans"
    CARTS = "carts"


_Key = tuple[UUID, UUID, Step]
_lock = threading.Lock()
_counted: Counter[_Key] = Counter()


def count_visit(tenant_id: UUID, location_id: UUID, step: Step) -> None:
    """Count one phone, in memory only."""
    with _lock:
        is_first = not _counted
        if len(_counted) < MOST_LOCATIONS or (tenant_id, location_id, step) in _counted:
            _counted[tenant_id, location_id, step] += 1
    if is_first and settings.COUNTS_IN_BACKGROUND:
        timer = threading.Timer(SECONDS, _add_in_background)
        timer.daemon = True
        timer.start()


def _add_in_background() -> None:
    try:
        add_counted()
    except DatabaseError:
        log.warning("visits_not_counted", exc_info=True)
    finally:
        connections.close_all()


def add_counted() -> None:
    """Add what was counted to the days' rows."""
    with _lock:
        batch = dict(_counted)
        _counted.clear()
    for (tenant_id, location_id, step), number in batch.items():
        location = Location.objects.filter(tenant_id=tenant_id, id=location_id).first()
        if location is None:
            continue
        day = business_date(now(), location.time_zone, location.day_closes_at)
        names = {"tenant_id": tenant_id, "location_id": location_id, "business_date": day}
        rows = VisitCount.objects.filter(**names)
        if not rows.update(**{step: F(step) + number}):
            # The day's first. Of two processes at once, the second finds the first one's row.
            VisitCount.objects.bulk_create([VisitCount(**names)], ignore_conflicts=True)
            rows.update(**{step: F(step) + number})
