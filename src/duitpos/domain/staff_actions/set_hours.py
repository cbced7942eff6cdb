"""Set a location's weekly hours and the days that differ from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.find import forget_locations
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.domain.tenancy.week import (
    SpecialDay,
    Week,
    check_special,
    check_week,
    spans_text,
    special_days_of,
    stored_special,
    stored_week,
    week_of,
)
from duitpos.kit.clock import display_zone, now
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.audit import AuditKind

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STILL_COUNTS = timedelta(days=2)
"""A day that is over may still be open after midnight."""


def today_at(location: Location) -> date:
    """The calendar day there."""
    return now().astimezone(display_zone(location.time_zone)).date()


def coming_days(location: Location) -> list[SpecialDay]:
    """The days that differ and are not over."""
    return [one for one in special_days_of(location) if one.day >= today_at(location)]


def set_hours(
    member: Membership, location_id: UUID, seen: int, week: Week, special: Sequence[SpecialDay]
) -> Location:
    """Replace the week and the coming days that differ. `seen`: the Location.hours_version that the page showed.

    Forbidden, Invalid, Gone, Conflict.
    """
    require(member, Can.SET_HOURS)
    mine = Location.objects.filter(tenant_id=member.tenant_id, id=location_id)
    before = mine.first()
    if before is None:
        raise Gone(Code.LOCATION_UNKNOWN)
    today = today_at(before)
    check_week(week, before.day_closes_at)
    check_special(special, today)
    past = [one for one in special_days_of(before) if today - _STILL_COUNTS <= one.day < today]
    columns: dict[str, Any] = {
        "weekly_hours": stored_week(week),
        "special_hours": stored_special([*past, *special]),
    }

    def work() -> Location:
        # The end of the trading day was looked at above.
        rows = mine.filter(hours_version=seen, day_closes_at=before.day_closes_at)
        if not rows.update(hours_version=F("hours_version") + 1, **columns):
            raise Conflict(Code.LOCATION_CHANGED)
        after = mine.get()
        record_change(
            member, AuditKind.SETTINGS, after.name, *_differences(before, after), location_id=location_id
        )
        location_changed(location_id)
        return after

    location = transact(work)
    forget_locations(member.tenant)
    return location


def _differences(before: Location, after: Location) -> tuple[dict[str, Any], dict[str, Any]]:
    """The days of the week, and the days that differ without those that are the same in both."""
    special = [{_special_text(one) for one in special_days_of(site)} for site in (before, after)]
    both = special[0] & special[1]
    said = [
        {
            **{name: spans_text(day) or "closed" for name, day in zip(DAYS, week_of(site), strict=True)},
            "special_days": sorted(days - both),
        }
        for site, days in zip((before, after), special, strict=True)
    ]
    return said[0], said[1]


def _special_text(one: SpecialDay) -> str:
    return " ".join(filter(None, (one.day.isoformat(), spans_text(one.spans) or "-", one.name)))
