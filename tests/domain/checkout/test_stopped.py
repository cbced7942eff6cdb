"""Why a guest cannot order now."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from duitpos.domain.checkout.options import PayOption
from duitpos.domain.checkout.stopped import Stopped, Why, what_stops_orders
from duitpos.domain.tenancy.week import every_day
from duitpos.models import Location, Tenant

AT = datetime(2026, 3, 10, 6, tzinfo=UTC)
"""14:00 in Kuala Lumpur."""
ONLINE = PayOption(uuid4(), uuid4(), "Online", "stripe", "Stripe", "live", 200, "MYR")


def stopped(*options: PayOption, tenant: dict[str, Any] | None = None, **fields: Any) -> Stopped | None:
    location = Location(**{"name": "Bangsar", **fields})
    return what_stops_orders(Tenant(**tenant or {}), location, options, AT)


def test_nothing_stops_an_open_restaurant_with_online_payment() -> None:
    assert stopped(ONLINE) is None
    assert stopped(ONLINE, weekly_hours=every_day(time(9), time(22))) is None


def test_without_online_payment_guests_order_at_the_counter() -> None:
    assert stopped() == Stopped(Why.COUNTER)


def test_a_pause_has_the_staffs_words_and_its_end() -> None:
    until = AT + timedelta(hours=1)
    found = stopped(ONLINE, paused_at=AT, paused_until=until, pause_message=" Oven is broken ")
    assert found == Stopped(Why.PAUSED, until, "Oven is broken")
    assert found.until is not None
    assert found.until.hour == 15
    assert stopped(ONLINE, paused_at=AT) == Stopped(Why.PAUSED)
    assert stopped(ONLINE, paused_at=AT, paused_until=AT) is None


@pytest.mark.parametrize("opens, closes, hour, days", [(18, 23, 18, 0), (9, 14, 9, 1), (18, 2, 18, 0)])
def test_outside_its_hours_it_says_when_it_opens(opens: int, closes: int, hour: int, days: int) -> None:
    found = stopped(ONLINE, weekly_hours=every_day(time(opens), time(closes)))
    assert found is not None
    assert found.until is not None
    assert (found.why, found.until.hour, found.until.day) == (Why.HOURS, hour, 10 + days)


def test_a_closed_restaurant_and_an_unknown_time_zone_have_no_end() -> None:
    assert stopped(ONLINE, tenant={"closed_at": AT}, paused_at=AT) == Stopped(Why.CLOSED)
    assert stopped(ONLINE, time_zone="Mars/Olympus") == Stopped(Why.CLOSED)
