"""How long something is out of stock, or a location paused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from duitpos.domain.errors import Invalid
from duitpos.domain.tenancy.how_long import until_of
from duitpos.domain.tenancy.week import every_day
from duitpos.models import Location

pytestmark = pytest.mark.pure


def _at(hour: int, minute: int = 0) -> datetime:
    """An instant of 4 March 2026 in UTC; in Kuala Lumpur it is eight hours later."""
    return datetime(2026, 3, 4, hour, minute, tzinfo=UTC)


def _location(**fields: Any) -> Location:
    return Location(**{"time_zone": "Asia/Kuala_Lumpur", "day_closes_at": time(4), **fields})


@pytest.mark.parametrize(
    "how_long, expected",
    [
        ("open", None),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        ("24h", timedelta(hours=24)),
    ],
)
def test_a_length_counts_from_now(how_long: str, expected: timedelta | None) -> None:
    until = until_of(_location(), how_long, _at(3))
    assert until == (expected and _at(3) + expected)


@pytest.mark.parametrize(
    "how_long", ["", "0m", "25h", "1441m", "-1h", "1", "1d", "\u0661h", "99999h", "1h\n"]
)
def test_anything_else_is_refused(how_long: str) -> None:
    with pytest.raises(Invalid):
        until_of(_location(), how_long, _at(3))


@pytest.mark.parametrize(
    "opens, closes, at, expected",
    [
        pytest.param(time(8), time(22), _at(3), _at(14), id="11:00, closes at 22"),
        pytest.param(time(18), time(2), _at(12), _at(18), id="20:00, closes at 02"),
        pytest.param(time(18), time(2), _at(17), _at(18), id="01:00, closes at 02"),
        pytest.param(None, None, _at(3), _at(20), id="open all day: the trading day ends at 04"),
        pytest.param(None, None, _at(19), _at(20), id="03:00, open all day"),
        pytest.param(time(8), time(22), _at(15), _at(20), id="23:00, closed"),
    ],
)
def test_until_closing(opens: time | None, closes: time | None, at: datetime, expected: datetime) -> None:
    assert until_of(_location(weekly_hours=every_day(opens, closes)), "closing", at) == expected


def test_a_pause_does_not_change_when_it_closes() -> None:
    paused = _location(weekly_hours=every_day(time(8), time(22)), paused_at=_at(2))
    assert until_of(paused, "closing", _at(3)) == _at(14)
