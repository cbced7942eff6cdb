"""Weekly hours, days that differ, and nights on which the clock is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.tenancy.hours import business_ends, closes_next, day_ends, is_open, opens_next
from duitpos.domain.tenancy.week import SpecialDay, parse_spans, stored_special, stored_week
from duitpos.models import Location

pytestmark = pytest.mark.pure
KL, LISBON, NEW_YORK = "Asia/Kuala_Lumpur", "Europe/Lisbon", "America/New_York"
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def site(zone: str = KL, special: Mapping[str, str] | None = None, ends: int = 4, /, **days: str) -> Location:
    """A location; `rest` are the days that are not named. 2026-11-28 is a Saturday."""
    week = tuple(parse_spans(days.get(name, days.get("rest", ""))) for name in NAMES)
    differing = [
        SpecialDay(date.fromisoformat(day), parse_spans(text)) for day, text in (special or {}).items()
    ]
    return Location(
        time_zone=zone,
        day_closes_at=time(ends),
        weekly_hours=stored_week(week),
        special_hours=stored_special(differing),
    )


def at(text: str, zone: str = KL) -> datetime:
    """A local time, such as "2026-11-28 18:00"; fold=1 after a "+"."""
    wall = datetime.fromisoformat(text.rstrip("+"))
    return wall.replace(tzinfo=ZoneInfo(zone), fold=text.endswith("+")).astimezone(UTC)


SPLIT = {"rest": "8-15, 18-2", "sun": "10-14", "mon": ""}


@pytest.mark.parametrize(
    "when, expected",
    [
        ("2026-11-28 07:59", False),
        ("2026-11-28 08:00", True),
        ("2026-11-28 14:59", True),
        ("2026-11-28 15:00", False),
        ("2026-11-28 17:59", False),
        ("2026-11-28 18:00", True),
        ("2026-11-29 01:59", True),
        ("2026-11-29 02:00", False),
        ("2026-11-29 10:00", True),
        ("2026-11-29 18:00", False),
        ("2026-11-30 10:00", False),
        ("2026-12-01 01:00", False),
        ("2026-12-01 08:00", True),
    ],
)
def test_several_spans_and_a_closed_day(when: str, expected: bool) -> None:
    assert is_open(site(**SPLIT), at(when)) is expected


@pytest.mark.parametrize(
    "when, closes, opens",
    [
        ("2026-11-28 09:00", "2026-11-28 15:00", "2026-11-28 18:00"),
        ("2026-11-28 16:00", None, "2026-11-28 18:00"),
        ("2026-11-28 23:00", "2026-11-29 02:00", "2026-11-29 10:00"),
        ("2026-11-29 01:00", "2026-11-29 02:00", "2026-11-29 10:00"),
        ("2026-11-29 15:00", None, "2026-12-01 08:00"),
    ],
)
def test_the_next_change(when: str, closes: str | None, opens: str) -> None:
    location = site(**SPLIT)
    assert closes_next(location, at(when)) == (closes and at(closes))
    found = opens_next(location, at(when))
    assert found == at(opens)
    assert found is not None
    assert f"{found:%Y-%m-%d %H:%M}" == opens, "in local time"


def test_a_day_that_differs_replaces_its_weekday_and_not_the_night_before() -> None:
    location = site(KL, {"2026-12-25": "", "2026-12-31": "18-5"}, rest="18-2")
    assert is_open(location, at("2026-12-25 01:00")), "the evening of the 24th"
    assert not is_open(location, at("2026-12-25 20:00"))
    assert not is_open(location, at("2026-12-26 01:00"))
    assert is_open(location, at("2026-12-26 18:00"))
    assert is_open(location, at("2027-01-01 04:59"))
    assert closes_next(location, at("2027-01-01 01:00")) == at("2027-01-01 05:00")
    assert opens_next(location, at("2026-12-25 12:00")) == at("2026-12-26 18:00")


def test_open_round_the_clock_but_for_a_holiday() -> None:
    location = site(KL, {"2026-12-25": ""}, rest="24 hours")
    assert not is_open(location, at("2026-12-25 12:00"))
    assert closes_next(location, at("2026-12-24 12:00")) == at("2026-12-25 00:00")
    assert opens_next(location, at("2026-12-25 12:00")) == at("2026-12-26 00:00")
    assert closes_next(location, at("2026-11-28 12:00")) is None, "it is weeks away"
    assert closes_next(site(rest="24 hours"), at("2026-11-28 12:00")) is None
    # What ends "at closing" ends with the trading day then.
    assert day_ends(location, at("2026-12-22 12:00")) == at("2026-12-23 04:00")
    assert day_ends(location, at("2026-12-24 12:00")) == at("2026-12-25 00:00")


def test_a_long_holiday_has_no_opening_time_after_two_months() -> None:
    closed = {(date(2026, 11, 28) + timedelta(days=day)).isoformat(): "" for day in range(70)}
    assert opens_next(site(KL, closed, rest="8-15"), at("2026-11-28 12:00")) is None


def test_spans_that_touch_are_one_opening() -> None:
    location = site(rest="8-12, 12-18")
    assert closes_next(location, at("2026-11-28 09:00")) == at("2026-11-28 18:00")
    night = site(fri="18-0", sat="0-3")
    assert closes_next(night, at("2026-11-27 20:00")) == at("2026-11-28 03:00")


@pytest.mark.parametrize(
    "days, special, ends",
    [
        (SPLIT, {}, "2026-11-29 02:00"),
        ({"rest": "18-4"}, {}, "2026-11-29 04:00"),
        ({"rest": "18-5"}, {}, "2026-11-29 04:00"),
        ({"rest": "24 hours"}, {}, "2026-11-29 04:00"),
        ({"rest": "8-15"}, {"2026-11-28": "10-20"}, "2026-11-28 20:00"),
        ({"rest": "8-15"}, {"2026-11-28": ""}, "2026-11-29 04:00"),
        ({"rest": "18-2"}, {"2026-11-28": ""}, "2026-11-29 04:00"),
    ],
)
def test_when_the_business_of_a_day_ends(days: dict[str, str], special: dict[str, str], ends: str) -> None:
    assert business_ends(site(KL, special, **days), date(2026, 11, 28)) == at(ends)


# -- the clock goes forward at 02:00 on 8 March 2026 and back at 02:00 on 1 November 2026 in New York ------------


@pytest.mark.parametrize(
    "hours, when, expected",
    [
        # 02:30 does not exist: it is the instant of the change, 03:00.
        ("18-2:30", "2026-03-08 01:59", True),
        ("18-2:30", "2026-03-08 03:00", False),
        ("2:15-2:45", "2026-03-08 03:00", False),
        ("2:15-3:10", "2026-03-08 03:00", True),
        ("2:15-3:10", "2026-03-08 03:10", False),
        ("2:30-9", "2026-03-08 03:00", True),
        ("24 hours", "2026-03-08 03:30", True),
        # 01:30 comes twice: the first is meant.
        ("18-1:30", "2026-11-01 01:29", True),
        ("18-1:30", "2026-11-01 01:30", False),
        ("18-1:30", "2026-11-01 01:15+", False),
        ("1:30-9", "2026-11-01 01:30", True),
        ("1:30-9", "2026-11-01 01:15+", True),
        ("18-3", "2026-11-01 01:59+", True),
        ("18-3", "2026-11-01 02:59", True),
        ("18-3", "2026-11-01 03:00", False),
        ("24 hours", "2026-11-01 01:30+", True),
    ],
)
def test_the_night_of_a_clock_change(hours: str, when: str, expected: bool) -> None:
    assert is_open(site(NEW_YORK, rest=hours), at(when, NEW_YORK)) is expected


def test_closing_times_in_the_night_of_a_clock_change() -> None:
    forward, back = "2026-03-07 20:00", "2026-10-31 20:00"
    for hours, evening, closes in [
        ("18-2:30", forward, "2026-03-08 03:00"),
        ("18-1:30", back, "2026-11-01 01:30"),
        ("18-4", forward, "2026-03-08 04:00"),
        ("18-4", back, "2026-11-01 04:00"),
    ]:
        found = closes_next(site(NEW_YORK, rest=hours), at(evening, NEW_YORK))
        assert found is not None
        # Python calls a time that comes twice equal to none in another zone.
        assert found.astimezone(UTC) == at(closes, NEW_YORK)
    assert business_ends(site(NEW_YORK, rest="18-2:30"), date(2026, 3, 7)) == at("2026-03-08 03:00", NEW_YORK)


def test_a_clock_change_at_midnight() -> None:
    """In Cairo, 24 April 2026 begins at 01:00."""
    cairo = "Africa/Cairo"
    location = site(cairo, {}, 6, rest="0-6")
    assert is_open(location, at("2026-04-24 01:00", cairo))
    assert not is_open(location, at("2026-04-23 23:59", cairo))
    always = site(cairo, {"2027-01-01": ""}, rest="24 hours")
    assert is_open(always, at("2026-04-24 01:00", cairo))
    assert is_open(always, at("2026-04-23 23:59", cairo))


# -- any week, minute by minute ---------------------------------------------------------------------------------

SPANS = st.sampled_from(["", "8-15", "8-15, 18-2", "24 hours", "22-6", "0-2", "23:30-23:45", "4-4:30"])
STARTS = st.sampled_from(["2026-03-07", "2026-10-31", "2026-11-28", "2026-03-28", "2026-10-24"])


@given(
    days=st.lists(SPANS, min_size=7, max_size=7),
    differs=st.sampled_from(["8-15", "", "18-2", None]),
    zone=st.sampled_from([KL, NEW_YORK, LISBON, "Australia/Lord_Howe"]),
    start=STARTS,
    minute=st.integers(0, 2 * 1440),
)
def test_what_is_said_of_the_next_change_is_what_happens(
    days: list[str], differs: str | None, zone: str, start: str, minute: int
) -> None:
    tomorrow = (date.fromisoformat(start) + timedelta(days=1)).isoformat()
    special = {} if differs is None else {tomorrow: differs}
    location = site(zone, special, **dict(zip(NAMES, days, strict=True)))
    when = at(f"{start} 00:00", zone) + timedelta(minutes=minute)
    closes, opens = closes_next(location, when), opens_next(location, when)
    step, second = timedelta(minutes=15), timedelta(seconds=1)
    if not is_open(location, when):
        assert closes is None
        if opens is not None:
            assert is_open(location, opens)
            assert not is_open(location, opens - second)
            quarters = range(min(int((opens - when) / step), 300))
            assert not any(is_open(location, when + number * step) for number in quarters)
    elif closes is not None:
        assert not is_open(location, closes)
        assert is_open(location, closes - second)
        quarters = range(min(int((closes - when) / step), 300))
        assert all(is_open(location, when + number * step) for number in quarters)
    else:
        assert all(is_open(location, when + timedelta(hours=hour)) for hour in range(0, 7 * 24, 5))
