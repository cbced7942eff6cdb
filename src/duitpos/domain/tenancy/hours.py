"""Opening hours: whether a location takes orders at an instant.

Hours are local times of its time zone (week.py). Where the clock is changed, a time that does not exist is the instant
of the change, and one that comes twice is the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from duitpos.domain.tenancy.week import DAY, spans_on
from duitpos.kit.clock import business_date, day_bounds, display_zone, known_zone
from duitpos.models import Location, Tenant

_AHEAD = 8
"""Days that a closing time is looked for in: one that is open longer has none."""
_OPENS_WITHIN = 60
"""Days that an opening time is looked for in, such as after a long holiday."""


def takes_orders(tenant: Tenant, location: Location, at: datetime) -> bool:
    """Whether a guest may order there at `at` (an aware instant); never when the restaurant itself is closed."""
    return tenant.is_open and is_open(location, at)


def is_open(location: Location, at: datetime) -> bool:
    """Whether it is open at `at` (an aware instant): not closed for good or paused, and within its hours in local time.

    The closing minute itself is closed. A location with an unknown time zone is closed: its local time is unknown, and
    its payments would have no business date.
    """
    return location.closed_at is None and not is_paused(location, at) and _is_within_hours(location, at)


def _is_within_hours(location: Location, at: datetime) -> bool:
    zone = known_zone(location.time_zone)
    if zone is None:
        return False
    if not location.weekly_hours and not location.special_hours:
        return True
    today = at.astimezone(zone).date()
    return any(opens <= at < closes for opens, closes in _instants(location, zone, today - _A_DAY, 2))


def is_paused(location: Location, at: datetime) -> bool:
    """Whether staff have paused it, and the pause has not ended by itself at `at`."""
    if location.paused_at is None:
        return False
    return location.paused_until is None or at < location.paused_until


def closes_next(location: Location, at: datetime) -> datetime | None:
    """The next closing instant after `at`, paused or not; None when it stays open for days or is already closed."""
    if not location.weekly_hours and not location.special_hours:
        return None
    zone = display_zone(location.time_zone)
    if not _is_within_hours(location, at):
        return None
    first, ends = at.astimezone(zone).date() - _A_DAY, at
    for opens, closes in sorted(_instants(location, zone, first, _AHEAD + 2)):
        if opens > ends:
            break
        ends = max(ends, closes)
    return None if ends - at >= timedelta(days=_AHEAD) else ends.astimezone(zone)


def opens_next(location: Location, at: datetime) -> datetime | None:
    """The next opening instant after `at`, an aware local time, paused or not; None when it is weeks away."""
    zone = display_zone(location.time_zone)
    today = at.astimezone(zone).date()
    for ahead in range(_OPENS_WITHIN):
        found = [
            opens for opens, _ in _instants(location, zone, today + timedelta(days=ahead), 1) if opens > at
        ]
        if found:
            return min(found).astimezone(zone)
    return None


def day_ends(location: Location, at: datetime) -> datetime:
    """The next closing instant after `at`; the end of the trading day when that is days away or it is closed."""
    zone = display_zone(location.time_zone).key
    closes = closes_next(location, at)
    if closes is not None and closes - at <= _A_DAY:
        return closes
    return day_bounds(business_date(at, zone, location.day_closes_at), zone, location.day_closes_at)[1]


def business_ends(location: Location, day: date) -> datetime:
    """When a trading day's business is over: at its last closing time; at its end when it is open then, or never."""
    zone = display_zone(location.time_zone)
    begins, ends = day_bounds(day, zone.key, location.day_closes_at)
    first, last = begins.astimezone(UTC), ends.astimezone(UTC)
    closing = first
    for opens, closes in _instants(location, zone, day - _A_DAY, 3):
        if opens <= last < closes:
            return ends
        if opens < last:
            closing = max(closing, closes)
    return closing.astimezone(zone) if closing > first else ends


_A_DAY = timedelta(days=1)


def _instants(
    location: Location, zone: ZoneInfo, first: date, days: int
) -> Iterator[tuple[datetime, datetime]]:
    """When it opens and closes, in UTC, for the spans that begin on these dates."""
    for number in range(days):
        day = first + timedelta(days=number)
        for opens, closes in spans_on(location, day):
            yield _instant(day, opens, zone), _instant(day, closes, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a local time, in UTC. `minute` counts from midnight and may be on the next day."""
    wall = datetime.combine(day + timedelta(days=minute // DAY), time(minute % DAY // 60, minute % 60))
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    # The clock is put forward over it. Before the change the other offset holds, so the change is between the two.
    before, after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), at
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(second=0, microsecond=0)
