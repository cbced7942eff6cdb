"""Time: our clock and the database's, and the trading day of an instant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The current instant, in UTC."""
    return timezone.now()


def database_now() -> datetime:
    """The current instant by the clock that all workers share, in UTC: the database server's.

    SQLite has no server, and all its workers run on this machine.
    """
    if connection.vendor == "sqlite":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def known_zone(time_zone: str) -> ZoneInfo | None:
    """The zone of that name; None when this machine does not have it."""
    try:
        return ZoneInfo(time_zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # ZoneInfo reads a file of that name
        return None


def display_zone(time_zone: str) -> ZoneInfo:
    """The zone to show times in: UTC where the name is unknown, so that a wrong setting breaks no page."""
    return known_zone(time_zone) or ZoneInfo("UTC")


def business_date(at: datetime, time_zone: str, day_closes_at: time) -> date:
    """The trading day of an instant.

    A day lasts until `day_closes_at` (local time) of the next calendar day, so that an order at 01:30 belongs to
    the evening before.
    """
    local = at.astimezone(ZoneInfo(time_zone))
    if local.time() < day_closes_at:
        return local.date() - timedelta(days=1)
    return local.date()


def day_bounds(day: date, time_zone: str, day_closes_at: time) -> tuple[datetime, datetime]:
    """The instants at which a trading day begins and ends (the end is the next day's beginning)."""
    zone = display_zone(time_zone)
    begins = datetime.combine(day, day_closes_at, zone)
    return begins, datetime.combine(day + timedelta(days=1), day_closes_at, zone)
