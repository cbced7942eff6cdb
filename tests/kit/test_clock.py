"""The current time, and its trading day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from duitpos.kit.clock import business_date, now

pytestmark = pytest.mark.pure

KUALA_LUMPUR = "Asia/Kuala_Lumpur"


def test_now_is_aware() -> None:
    assert now().tzinfo is not None


@pytest.mark.parametrize(
    "hour, minute, expected",
    [
        (12, 0, date(2026, 3, 10)),  # 20:00 in Kuala Lumpur
        (17, 30, date(2026, 3, 10)),  # 01:30 of the 11th: still the evening before
        (19, 59, date(2026, 3, 10)),  # 03:59
        (20, 0, date(2026, 3, 11)),  # 04:00: the day has closed
    ],
)
def test_an_order_after_midnight_belongs_to_the_evening(hour: int, minute: int, expected: date) -> None:
    at = datetime(2026, 3, 10, hour, minute, tzinfo=UTC)
    assert business_date(at, KUALA_LUMPUR, time(4)) == expected


def test_a_day_that_closes_at_midnight_is_the_calendar_day() -> None:
    at = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    assert business_date(at, KUALA_LUMPUR, time(0)) == date(2026, 3, 11)


def test_daylight_saving_time() -> None:
    """In Lisbon 01:00 becomes 02:00 on 29 March 2026; local time decides."""
    at = datetime(2026, 3, 29, 2, 59, tzinfo=UTC)
    assert business_date(at, "Europe/Lisbon", time(4)) == date(2026, 3, 28)
    assert business_date(at.replace(hour=3, minute=0), "Europe/Lisbon", time(4)) == date(2026, 3, 29)
