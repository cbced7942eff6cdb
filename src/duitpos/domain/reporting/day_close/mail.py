"""Queue the mail of day closes: each at once, or those of a week after its end (M142)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from duitpos.kit.clock import business_date, display_zone
from duitpos.models import DayClose, Location, OutboxEntry
from duitpos.models.outbox import OutboxKind
from duitpos.models.tenant import DayCloseMail

_WAIT = timedelta(hours=1)
"""How long after a week its mail is sent, so that a day that is just being closed is in it."""


def queue_mail_of(close: DayClose, location: Location) -> None:
    """Queue what the location's setting says, in the transaction that closes the day."""
    at = close.closed_at
    if location.day_close_mail == DayCloseMail.DAILY:
        _queue(close.tenant_id, close.id, at, at)
    elif location.day_close_mail == DayCloseMail.WEEKLY:
        week = week_of(location, at)
        _queue(close.tenant_id, week_id(location, week), at, week_bounds(location, week)[1] + _WAIT)


def _queue(tenant_id: UUID, subject_id: UUID, at: datetime, due_at: datetime) -> None:
    entry = OutboxEntry(
        tenant_id=tenant_id, kind=OutboxKind.DAY_CLOSE, subject_id=subject_id, created_at=at, due_at=due_at
    )
    # The week's first day close queues its one mail.
    OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)


def week_of(location: Location, at: datetime) -> date:
    """The Monday of the week in which a day is closed."""
    day = business_date(at, display_zone(location.time_zone).key, location.day_closes_at)
    return day - timedelta(days=day.weekday())


def week_bounds(location: Location, monday: date) -> tuple[datetime, datetime]:
    """When a week's day closes are made. It begins on Monday when Sunday's business day has ended."""
    zone = display_zone(location.time_zone)
    ends_at: time = location.day_closes_at
    begins = datetime.combine(monday, ends_at, zone)
    return begins, datetime.combine(monday + timedelta(days=7), ends_at, zone)


def week_id(location: Location, monday: date) -> UUID:
    """What a week's outbox entry is about."""
    return uuid5(location.id, monday.isoformat())


def day_closes_of(entry: OutboxEntry) -> list[DayClose]:
    """The day closes that an outbox entry mails, by date."""
    rows = DayClose.objects.filter(tenant_id=entry.tenant_id).select_related("location", "closed_by__user")
    one = rows.filter(id=entry.subject_id).first()
    if one is not None:
        return [one]
    for location in Location.objects.filter(tenant_id=entry.tenant_id):
        monday = week_of(location, entry.created_at)
        if week_id(location, monday) == entry.subject_id:
            begins, ends = week_bounds(location, monday)
            closed = rows.filter(location=location, closed_at__gte=begins, closed_at__lt=ends)
            return list(closed.order_by("business_date"))
    return []
