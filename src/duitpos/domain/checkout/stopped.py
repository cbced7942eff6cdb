"""Why a guest cannot order at a location now, for the menu, which says so first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duitpos.domain.checkout.options import PayOption
from duitpos.domain.tenancy.hours import is_open, is_paused, opens_next
from duitpos.kit.clock import known_zone
from duitpos.models import Location, Tenant


class Why(StrEnum):
    """What is in the way of an order."""

    CLOSED = "closed"  # the restaurant itself, for good; or its hours are unknown
    FOR_GOOD = "for_good"  # the location, for good
    PAUSED = "paused"  # by staff
    HOURS = "hours"  # before opening or after closing
    COUNTER = "counter"  # nothing to pay with online


@dataclass(frozen=True, slots=True)
class Stopped:
    """`until`: when it ends by itself, an aware local time; None when that is not known. `message`: the staff's."""

    why: Why
    until: datetime | None = None
    message: str = ""


def what_stops_orders(
    tenant: Tenant, location: Location, options: Sequence[PayOption], at: datetime
) -> Stopped | None:
    """Why no guest can order there at `at` (an aware instant); None if they can. `options`: pay_options().

    The checkout checks the same again: this only says it before the guest has chosen.
    """
    closed = why_closed(tenant, location, at)
    return closed if closed is not None or options else Stopped(Why.COUNTER)


def why_closed(tenant: Tenant, location: Location, at: datetime) -> Stopped | None:
    """Why the location is closed at `at` (an aware instant), whatever guests can pay with; None while it is open."""
    zone = known_zone(location.time_zone)
    if not tenant.is_open or zone is None:
        return Stopped(Why.CLOSED)
    if location.closed_at is not None:
        return Stopped(Why.FOR_GOOD)
    if is_paused(location, at):
        until = location.paused_until
        return Stopped(Why.PAUSED, until and until.astimezone(zone), location.pause_message.strip())
    if not is_open(location, at):
        return Stopped(Why.HOURS, opens_next(location, at))
    return None
