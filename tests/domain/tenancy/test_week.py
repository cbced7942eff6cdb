"""Hours as they are typed and checked."""

from __future__ import annotations

from datetime import date, time

import pytest

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.tenancy.week import (
    ALL_DAY,
    ALWAYS,
    Spans,
    SpecialDay,
    Week,
    check_special,
    check_week,
    every_day,
    parse_spans,
    spans_text,
    stored_special,
    stored_week,
    week_of,
)
from duitpos.models import Location

pytestmark = pytest.mark.pure
LUNCH: Spans = ((480, 900),)
NIGHT: Spans = ((1080, 1560),)
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "typed, spans",
    [
        ("", ()),
        ("  closed ", ()),
        ("08:00-15:00", LUNCH),
        ("8-15", LUNCH),
        ("8.00 \u2013 15.00", LUNCH),
        ("8am to 3pm", LUNCH),
        ("8 AM - 3 PM", LUNCH),
        ("18:00-02:00", NIGHT),
        ("6pm-2am", NIGHT),
        ("18-2; 8-15", (*LUNCH, *NIGHT)),
        ("8-15 and 18-2", (*LUNCH, *NIGHT)),
        ("8-15\n18-2", (*LUNCH, *NIGHT)),
        ("8-15, 15-18", ((480, 900), (900, 1080))),
        ("24 hours", ALL_DAY),
        ("00:00-24:00", ALL_DAY),
        ("0-0:00 ", None),
        ("12am-12pm", ((0, 720),)),
        ("10:00-24:00", ((600, 1440),)),
        ("10-0", ((600, 1440),)),
    ],
)
def test_what_people_type(typed: str, spans: Spans | None) -> None:
    if spans is None:
        with pytest.raises(Invalid, match=Code.HOURS_SAME_TIME):
            parse_spans(typed)
    else:
        assert parse_spans(typed) == spans
        assert parse_spans(spans_text(spans)) == spans


@pytest.mark.parametrize(
    "typed, code",
    [
        ("8", Code.HOURS_UNREADABLE),
        ("8-", Code.HOURS_UNREADABLE),
        ("25-26", Code.HOURS_UNREADABLE),
        ("24:00-02:00", Code.HOURS_UNREADABLE),
        ("08:60-10:00", Code.HOURS_UNREADABLE),
        ("8-24:30", Code.HOURS_UNREADABLE),
        ("13pm-15pm", Code.HOURS_UNREADABLE),
        ("0am-3pm", Code.HOURS_UNREADABLE),
        ("-8-15", Code.HOURS_UNREADABLE),
        ("\u0668-\u0661\u0665", Code.HOURS_UNREADABLE),
        ("8-15 18-22", Code.HOURS_UNREADABLE),
        ("08:00-15:00\u202e", Code.HOURS_UNREADABLE),
        ("<b>8-15</b>", Code.HOURS_UNREADABLE),
        ("8h-15h-18h", Code.HOURS_UNREADABLE),
        (",,,", Code.HOURS_UNREADABLE),
        ("x" * 5000, Code.HOURS_UNREADABLE),
        ("9-9", Code.HOURS_SAME_TIME),
        ("8-15, 14-18", Code.HOURS_OVERLAP),
        ("18-2, 20-21", Code.HOURS_OVERLAP),
        ("8-15, 8-15", Code.HOURS_OVERLAP),
        ("24 hours, 8-15", Code.HOURS_UNREADABLE),
        ("1-2,3-4,5-6,7-8,9-10,11-12", Code.HOURS_TOO_MANY),
    ],
)
def test_what_cannot_be_read(typed: str, code: Code) -> None:
    with pytest.raises(Invalid) as refused:
        parse_spans(typed)
    assert refused.value.code == code
    assert len(str(refused.value.facts.get("typed", ""))) <= 40


def week(**days: str) -> Week:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple(parse_spans(days.get(name, days.get("rest", ""))) for name in names)


@pytest.mark.parametrize(
    "hours, day_closes_at",
    [
        (ALWAYS, time(4)),
        (week(rest="8-15, 18-2"), time(4)),
        (week(rest="18-4"), time(4)),
        (week(rest="4-23"), time(4)),
        (week(rest="18-6"), time(6)),
        (week(rest="10-0"), time(0)),
        (week(mon="24 hours", rest="0-24"), time(4)),
        (week(fri="18-2", sat="10-22"), time(4)),
        (week(sun="18-2", mon="2-4"), time(4)),
        (week(sat="12-12:30"), time(4)),
    ],
)
def test_weeks_that_can_be(hours: Week, day_closes_at: time) -> None:
    check_week(hours, day_closes_at)
    assert week_of(Location(weekly_hours=stored_week(hours))) == hours


@pytest.mark.parametrize(
    "hours, day_closes_at, code, row",
    [
        (week(), time(4), Code.HOURS_NEVER, 0),
        (week(mon="18-5", tue="4-8"), time(6), Code.HOURS_INTO_NEXT_DAY, 1),
        (week(sun="18-2", mon="1-8"), time(4), Code.HOURS_INTO_NEXT_DAY, 0),
        (week(wed="18-17"), time(4), Code.DAY_ENDS_WHILE_OPEN, None),
        (week(fri="18-5"), time(4), Code.DAY_ENDS_WHILE_OPEN, 4),
        (week(sun="18-5"), time(4), Code.DAY_ENDS_WHILE_OPEN, 6),
        (week(sun="22-0", mon="0-2"), time(1), Code.DAY_ENDS_WHILE_OPEN, 6),
        (week(tue="8-15"), time(12), Code.DAY_ENDS_WHILE_OPEN, 1),
        (week(tue="22-0", wed="0-3"), time(0), Code.DAY_ENDS_WHILE_OPEN, 1),
    ],
)
def test_weeks_that_cannot_be(hours: Week, day_closes_at: time, code: Code, row: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        check_week(hours, day_closes_at)
    assert refused.value.code == code
    assert row is None or refused.value.facts["row"] == row


def test_days_that_differ() -> None:
    holiday, later = SpecialDay(date(2026, 12, 25), (), "Christmas"), SpecialDay(date(2026, 12, 31), NIGHT)
    check_special([holiday, later, SpecialDay(TODAY, LUNCH)], TODAY)
    assert stored_special([holiday]) == {"2026-12-25": {"spans": [], "name": "Christmas"}}
    for wrong, code in [
        ([holiday, later, holiday], Code.SPECIAL_DAY_TWICE),
        ([SpecialDay(date(2026, 11, 27), ())], Code.SPECIAL_DAY_FAR),
        ([SpecialDay(date(2036, 1, 1), ())], Code.SPECIAL_DAY_FAR),
        ([SpecialDay(date.fromordinal(TODAY.toordinal() + day), ()) for day in range(101)], None),
    ]:
        with pytest.raises(Invalid) as refused:
            check_special(wrong, TODAY)
        assert code in (None, refused.value.code)


def test_one_pair_of_times() -> None:
    assert every_day(None, None) == every_day(time(7), time(7)) == []
    assert every_day(time(18), time(2)) == [[[1080, 1560]]] * 7
    assert every_day(None, time(22)) == [[[0, 1320]]] * 7
