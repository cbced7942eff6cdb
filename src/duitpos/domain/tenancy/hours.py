"""Opening hours: whether a location takes orders at an instant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from duitpos.kit.clock import business_date, day_bounds, display_zone, known_zone
from duitpos.models import Location, Tenant


def takes_orders(tenant: Tenant, location: Location, at: datetime) -> bool:
    """Whether a guest may order there at `at` (an aware instant); never when the restaurant itself is closed."""
    return tenant.is_open and is_open(location, at)


def is_open(location: Location, at: datetime) -> bool:
    """Whether it is open at `at` (an aware instant): not paused, and between opening and closing in local time.

    An empty time means midnight, so both empty, or both equal, is open all day. A closing time before the opening time
    is on the next day. The closing minute itself is closed. A location with an unknown time zone is closed: its local
    time is unknown, and its payments would have no business date.
    """
    return not is_paused(location, at) and _is_within_hours(location, at)


def _is_within_hours(location: Location, at: datetime) -> bool:
    zone = known_zone(location.time_zone)
    if zone is None:
        return False
    opens, closes = location.opens_at or time.min, location.closes_at or time.min
    local = at.astimezone(zone).time()
    if opens == closes:
        return True
    if opens < closes:
        return opens <= local < closes
    return local >= opens or local < closes


def is_paused(location: Location, at: datetime) -> bool:
    """Whether staff have paused it, and the pause has not ended by itself at `at`."""
    if location.paused_at is None:
        return False
    return location.paused_until is None or at < location.paused_until


def closes_next(location: Location, at: datetime) -> datetime | None:
    """The next closing instant after `at`, paused or not; None when it is open all day or already closed."""
    opens, closes = location.opens_at or time.min, location.closes_at or time.min
    if opens == closes or not _is_within_hours(location, at):
        return None
    local = at.astimezone(display_zone(location.time_zone))
    ends = datetime.combine(local.date(), closes, local.tzinfo)
    return ends if ends > local else ends + timedelta(days=1)


def day_ends(location: Location, at: datetime) -> datetime:
    """The next closing instant after `at`; the end of the trading day when it is open all day or already closed."""
    zone = display_zone(location.time_zone).key
    day = business_date(at, zone, location.day_closes_at)
    return closes_next(location, at) or day_bounds(day, zone, location.day_closes_at)[1]


def business_ends(location: Location, day: date) -> datetime:
    """When a trading day's business is over: at its last closing time, or at its end when it is open all day."""
    zone = display_zone(location.time_zone).key
    begins, ends = day_bounds(day, zone, location.day_closes_at)
    opens, closes = location.opens_at or time.min, location.closes_at or time.min
    if opens == closes:
        return ends
    closing, opening = _within(closes, day, begins), _within(opens, day, begins)
    # Open again at the day's end: open over it, such as until 05:00 where days end at 04:00.
    return closing if begins < closing and opening < closing else ends


def _within(at: time, day: date, begins: datetime) -> datetime:
    """The instant of a local time in the trading day that begins at `begins`; its end counts as in it."""
    found = datetime.combine(day, at, begins.tzinfo)
    return found if found > begins else datetime.combine(day + timedelta(days=1), at, begins.tzinfo)
