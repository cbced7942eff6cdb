"""What changed of a closed day: printed with the next day close of its location, and shown on the day (M141)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, QuerySet

from duitpos.domain.reporting.day_close.figures import Figures, figures_of_day, from_document
from duitpos.models import BusinessDay, DayClose, Location

_CLOCKS = timedelta(hours=1)
"""How far the clocks of two servers may differ, and one that closes a day waits for another."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A change of a closed day. `printed_on` is None while no day close has printed it."""

    business_date: date
    figures: Figures
    printed_on: DayClose | None


def days_to_correct(location: Location) -> QuerySet[BusinessDay]:
    """The location's closed days that may have changed since they were last printed."""
    return BusinessDay.objects.filter(
        tenant_id=location.tenant_id, location_id=location.id, is_test=False, closed_at__isnull=False
    ).exclude(changes=F("printed_changes"))


def pending_correction(day: BusinessDay) -> Figures:
    """What a closed day is more, or less, than all that day closes have printed of it. Reads only."""
    close = DayClose.objects.get(
        tenant_id=day.tenant_id, location_id=day.location_id, business_date=day.business_date
    )
    known = from_document(close.printed)
    for one in printed_corrections(close):
        known += one.figures
    return figures_of_day(day) - known


def printed_corrections(close: DayClose) -> list[Correction]:
    """What later day closes printed of this day, the oldest first."""
    later = DayClose.objects.filter(
        tenant_id=close.tenant_id, location_id=close.location_id, closed_at__gte=close.closed_at - _CLOCKS
    ).exclude(corrections=[])
    return [
        one
        for row in later.order_by("closed_at", "number")
        for one in corrections_on(row)
        if one.business_date == close.business_date
    ]


def corrections_on(close: DayClose) -> list[Correction]:
    """What a day close printed of other days."""
    return [
        Correction(date.fromisoformat(one["business_date"]), from_document(one["figures"]), close)
        for one in close.corrections
    ]


def corrections_of(close: DayClose) -> list[Correction]:
    """Everything that changed of a closed day, with what the next day close will print."""
    rows = days_to_correct(close.location).filter(business_date=close.business_date)
    pending = [
        Correction(close.business_date, figures, None) for figures in map(pending_correction, rows) if figures
    ]
    return [*printed_corrections(close), *pending]
