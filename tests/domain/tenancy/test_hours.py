"""Open or closed, in the location's local time."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from duitpos.domain.tenancy.hours import is_open
from duitpos.domain.tenancy.week import every_day
from duitpos.models import Location

pytestmark = pytest.mark.pure


def _at(hour: int, minute: int = 0) -> datetime:
    """A UTC time; Kuala Lumpur is eight hours ahead."""
    return datetime(2026, 3, 10, hour, minute, tzinfo=UTC)


def _location(**fields: Any) -> Location:
    return Location(**fields)


@pytest.mark.parametrize(
    "opens, closes, at, expected",
    [
        pytest.param(None, None, _at(20), True, id="no hours is always"),
        pytest.param(time(9), time(17), _at(1), True, id="09:00 opens"),
        pytest.param(time(9), time(17), _at(0, 59), False, id="08:59"),
        pytest.param(time(9), time(17), _at(8, 59), True, id="16:59"),
        pytest.param(time(9), time(17), _at(9), False, id="17:00 closed"),
        pytest.param(time(18), time(2), _at(12), True, id="20:00, over midnight"),
        pytest.param(time(18), time(2), _at(17, 59), True, id="01:59, over midnight"),
        pytest.param(time(18), time(2), _at(18), False, id="02:00, over midnight"),
        pytest.param(time(18), time(2), _at(9, 59), False, id="17:59, over midnight"),
        pytest.param(time(10), time(0), _at(15, 59), True, id="23:59, until midnight"),
        pytest.param(time(10), time(0), _at(16), False, id="00:00, until midnight"),
        pytest.param(time(10), None, _at(1), False, id="09:00, opens at 10, no closing"),
        pytest.param(time(10), None, _at(14), True, id="22:00, opens at 10, no closing"),
        pytest.param(None, time(22), _at(13), True, id="21:00, closes at 22"),
        pytest.param(None, time(22), _at(14), False, id="22:00, closes at 22"),
        pytest.param(time(7), time(7), _at(3), True, id="equal is all day"),
    ],
)
def test_hours(opens: time | None, closes: time | None, at: datetime, expected: bool) -> None:
    assert is_open(_location(weekly_hours=every_day(opens, closes)), at) is expected


def test_a_pause_closes_whatever_the_hour() -> None:
    assert not is_open(_location(paused_at=_at(1)), _at(2))


def test_the_locations_own_time_zone_counts() -> None:
    hours = {"weekly_hours": every_day(time(9), time(17))}
    assert is_open(_location(time_zone="Asia/Tokyo", **hours), _at(0))
    assert not is_open(_location(time_zone="Europe/Lisbon", **hours), _at(0))


def test_a_pause_ends_by_itself() -> None:
    paused = _location(paused_at=_at(3), paused_until=_at(4))
    assert [is_open(paused, _at(3, 59)), is_open(paused, _at(4))] == [False, True]
    assert not is_open(_location(paused_at=_at(3)), _at(4))
