"""Whether a location takes orders at this moment."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from duitpos.kit.clock import display_zone, known_zone
from duitpos.models import Location, Tenant


def takes_orders(tenant: Tenant, location: Location, at: datetime) -> bool:
    """Whether a guest may start anything there at `at`: a closed restaurant never does (M31)."""
    return tenant.is_open and is_open(location, at)


def is_open(location: Location, at: datetime) -> bool:
    """Whether it is open at `at` (an aware instant): not paused, and between opening and closing by local clock.

    An empty time means midnight, so both empty, or both equal, is open all day. Closing before opening is after
    midnight. The closing minute itself is closed. A location whose time zone is unknown is closed: its clock cannot be
    told, and money for it could not be booked on a day (M72).
    """
    zone = known_zone(location.time_zone)
    if location.paused_at is not None or zone is None:
        return False
    opens, closes = location.opens_at or time.min, location.closes_at or time.min
    local = at.astimezone(zone).time()
    if opens == closes:
        return True
    if opens < closes:
        return opens <= local < closes
    return local >= opens or local < closes


def closes_next(location: Location, at: datetime) -> datetime | None:
    """The next closing instant after `at`; None where it is open all day, or closed already."""
    opens, closes = location.opens_at or time.min, location.closes_at or time.min
    if opens == closes or not is_open(location, at):
        return None
    local = at.astimezone(display_zone(location.time_zone))
    ends = datetime.combine(local.date(), closes, local.tzinfo)
    return ends if ends > local else ends + timedelta(days=1)
