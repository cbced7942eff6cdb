"""Hours as they are stored and typed: spans of a day, a week of them, and days that differ.

A span is a pair of minutes since midnight of the day that it begins on. Its end may be on the next day: 18:00 to 02:00
is (1080, 1560). It belongs to the day that it begins on. Location.weekly_hours is a list of seven days' spans, Monday
first, or an empty list: open all day, every day. Location.special_hours has days that differ, by date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any

from duitpos.domain.errors import Code, Invalid
from duitpos.kit.clean_text import one_line
from duitpos.models import Location

DAY = 1440
"""Minutes of a day."""
WEEK = 7 * DAY
MOST_SPANS = 5
"""Spans of one day."""
MOST_SPECIAL = 100
"""Days that differ."""
LONGEST_NAME = 60

Span = tuple[int, int]
Spans = tuple[Span, ...]
Week = tuple[Spans, ...]
"""Seven days, Monday first."""

ALL_DAY: Spans = ((0, DAY),)
ALWAYS: Week = (ALL_DAY,) * 7


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date that differs from its weekday: without spans it is closed."""

    day: date
    spans: Spans
    name: str = ""


def week_of(location: Location) -> Week:
    """Its weekly hours."""
    stored = location.weekly_hours
    return tuple(_spans(day) for day in stored) if stored else ALWAYS


def special_days_of(location: Location) -> list[SpecialDay]:
    """The days that differ, in their order."""
    return [
        SpecialDay(date.fromisoformat(day), _spans(one["spans"]), one["name"])
        for day, one in sorted(location.special_hours.items())
    ]


def spans_on(location: Location, day: date) -> Spans:
    """The spans that begin on a date."""
    special = location.special_hours.get(day.isoformat()) if location.special_hours else None
    if special is not None:
        return _spans(special["spans"])
    return _spans(location.weekly_hours[day.weekday()]) if location.weekly_hours else ALL_DAY


def _spans(stored: Sequence[Sequence[int]]) -> Spans:
    return tuple((opens, closes) for opens, closes in stored)


def stored_week(week: Week) -> list[list[list[int]]]:
    """The value of Location.weekly_hours."""
    return [] if week == ALWAYS else [[list(span) for span in spans] for spans in week]


def stored_special(days: Sequence[SpecialDay]) -> dict[str, Any]:
    """The value of Location.special_hours."""
    return {
        one.day.isoformat(): {"spans": [list(span) for span in one.spans], "name": one.name} for one in days
    }


def every_day(opens: time | None, closes: time | None) -> list[list[list[int]]]:
    """The stored week of one pair of times. Empty is midnight; equal is all day; an earlier end is on the next day."""
    first, last = _minute(opens or time.min), _minute(closes or time.min)
    if first == last:
        return []
    return stored_week((((first, last if last > first else last + DAY),),) * 7)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def clock_text(minute: int) -> str:
    """A span's begin or end: "02:00" also on the next day, and "24:00" for midnight at its end."""
    within = minute if minute == DAY else minute % DAY
    return f"{within // 60:02}:{within % 60:02}"


def span_text(span: Span) -> str:
    """How a span is typed: "18:00-02:00"."""
    return f"{clock_text(span[0])}-{clock_text(span[1])}"


def spans_text(spans: Spans) -> str:
    """How a day is typed: "08:00-15:00, 18:00-22:00"; empty when it is closed."""
    return ", ".join(span_text(span) for span in spans)


_SEPARATOR = re.compile(r"[,;\n]|\band\b|&", re.IGNORECASE)
_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"
_SPAN = re.compile(rf"{_TIME}\s*(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|\u2212|to|until)\s*{_TIME}", re.ASCII)
_CLOSED = frozenset({"", "closed", "tutup", "off", "-", "none"})
_ALWAYS = frozenset({"24h", "24 h", "24 hours", "all day", "open all day"})


def parse_spans(text: str) -> Spans:
    """Read a day as people type it: "8-15, 6pm-2am", "closed", "24 hours". Raises Invalid."""
    words = " ".join(text.lower().split())
    if words in _CLOSED:
        return ()
    if words in _ALWAYS:
        return ALL_DAY
    parts = [part.strip() for part in _SEPARATOR.split(text.lower()) if part.strip()]
    if len(parts) > MOST_SPANS:
        raise Invalid(Code.HOURS_TOO_MANY, most=MOST_SPANS)
    spans = tuple(sorted(_parse(part) for part in parts))
    if not spans:
        raise Invalid(Code.HOURS_UNREADABLE, typed=_shown(text))
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise Invalid(Code.HOURS_OVERLAP, first=span_text(before), second=span_text(after))
    return spans


def _parse(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise Invalid(Code.HOURS_UNREADABLE, typed=_shown(part))
    opens, closes = _typed_minute(*found.groups()[:3]), _typed_minute(*found.groups()[3:])
    # 24:00 is an end, and no day begins with it.
    if opens is None or closes is None or opens == DAY:
        raise Invalid(Code.HOURS_UNREADABLE, typed=_shown(part))
    if opens == closes:
        raise Invalid(Code.HOURS_SAME_TIME, typed=_shown(part))
    return opens, closes if closes > opens else closes + DAY


def _typed_minute(hour: str, minute: str | None, half: str | None) -> int | None:
    hours, minutes = int(hour), int(minute or 0)
    if half and not 1 <= hours <= 12:
        return None
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    at = hours * 60 + minutes
    return at if minutes < 60 and at <= DAY else None


def _shown(text: str) -> str:
    return one_line(text)[:40]


def check_week(week: Week, day_closes_at: time) -> None:
    """Refuse a week without hours, spans over each other, and a trading day that ends while it is open. Invalid.

    `row` says which day the problem is on.
    """
    if not any(week):
        raise Invalid(Code.HOURS_NEVER, row=0)
    for row, spans in enumerate(week):
        _check_next_day(spans, week[(row + 1) % 7], (row + 1) % 7)
    closing = _minute(day_closes_at)
    for opens, closes in _merged(week):
        # Open round the clock, the trading day has to end while it is open.
        if closes - opens < DAY and any(opens < day * DAY + closing < closes for day in range(9)):
            hours = span_text((opens % DAY, opens % DAY + closes - opens))
            ends = clock_text(closing)
            raise Invalid(Code.DAY_ENDS_WHILE_OPEN, row=opens // DAY % 7, hours=hours, ends=ends)


def _check_next_day(spans: Spans, tomorrow: Spans, row: int) -> None:
    for span in spans:
        for other in tomorrow:
            if span[1] - DAY > other[0]:
                first, second = span_text(span), span_text(other)
                raise Invalid(Code.HOURS_INTO_NEXT_DAY, row=row, first=first, second=second)


def _merged(week: Week) -> list[Span]:
    """The week's spans in minutes since Monday, those that touch each other as one."""
    merged: list[list[int]] = []
    spans = sorted(
        (day * DAY + opens, day * DAY + closes) for day, of in enumerate(week) for opens, closes in of
    )
    for opens, closes in spans:
        if merged and opens <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], closes)
        else:
            merged.append([opens, closes])
    # Sunday night goes on into Monday.
    if len(merged) > 1 and merged[-1][1] - WEEK >= merged[0][0]:
        merged[-1][1] = max(merged[-1][1], merged[0][1] + WEEK)
        del merged[0]
    return [(opens, closes) for opens, closes in merged]


def check_special(days: Sequence[SpecialDay], today: date) -> None:
    """Refuse too many days that differ, one of them twice, and one that is over. Invalid."""
    if len(days) > MOST_SPECIAL:
        raise Invalid(Code.SPECIAL_DAYS_TOO_MANY, most=MOST_SPECIAL)
    seen: set[date] = set()
    for row, one in enumerate(days):
        if one.day in seen:
            raise Invalid(Code.SPECIAL_DAY_TWICE, row=row, day=one.day.isoformat())
        seen.add(one.day)
        if not 0 <= (one.day - today).days <= 3 * 366:
            raise Invalid(Code.SPECIAL_DAY_FAR, row=row, day=one.day.isoformat())
