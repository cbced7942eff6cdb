"""A location's hours in words, in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

from babel.dates import get_day_names
from django.utils.translation import gettext as _

from duitpos.domain.tenancy.week import ALWAYS, Spans, clock_text, special_days_of, week_of
from duitpos.kit.clock import display_zone
from duitpos.models import Location
from duitpos.ui.lists import listed
from duitpos.ui.when import day, words_locale

TO = "\u2013"
"""The dash of a range: "07:00 to 11:00", "Mon to Fri"."""
_SAID_AHEAD = timedelta(days=14)
"""How long before a day that differs is said."""


def hours_texts(location: Location, locale: str = "") -> list[str]:
    """When a location is open, a line for days that are alike; none if it is open all day."""
    week = week_of(location)
    if week == ALWAYS:
        return []
    if len(set(week)) == 1:
        return [_("Open every day %(hours)s") % {"hours": spans_words(week[0])}]
    masks: dict[Spans, int] = {}
    for number, spans in enumerate(week):
        masks[spans] = masks.get(spans, 0) | 1 << number
    return [
        (_("%(days)s %(hours)s") if spans else _("%(days)s closed"))
        % {"days": days_text(mask, locale or location.locale), "hours": spans_words(spans)}
        for spans, mask in masks.items()
    ]


def special_texts(location: Location, at: datetime) -> list[str]:
    """The days of the next two weeks that differ, a line for each."""
    if not location.special_hours:
        return []
    today = at.astimezone(display_zone(location.time_zone)).date()
    lines = []
    for one in special_days_of(location):
        if today <= one.day <= today + _SAID_AHEAD:
            facts = {"day": day(one.day, location.locale), "hours": spans_words(one.spans)}
            if one.name:
                text = _("%(day)s: %(hours)s (%(name)s)") if one.spans else _("%(day)s: closed (%(name)s)")
            else:
                text = _("%(day)s: %(hours)s") if one.spans else _("%(day)s: closed")
            lines.append(text % {**facts, "name": one.name})
    return lines


def spans_words(spans: Spans) -> str:
    """The times of a day: "08:00 to 15:00, 18:00 to 22:00", with dashes."""
    return ", ".join(f"{clock_text(opens)}{TO}{clock_text(closes)}" for opens, closes in spans)


def days_text(days: int, locale: str) -> str:
    """The days' short names, three or more in a row as their first and last; empty for all days."""
    on = [number for number in range(7) if days >> number & 1]
    if len(on) == 7:
        return ""
    names = get_day_names("abbreviated", locale=words_locale(locale))
    runs = [
        [number for _place, number in run]
        for _start, run in groupby(enumerate(on), lambda pair: pair[1] - pair[0])
    ]
    words = [
        f"{names[run[0]]}{TO}{names[run[-1]]}" if len(run) > 2 else listed([names[one] for one in run])
        for run in runs
    ]
    return listed(words)


def moment_text(local: datetime, locale: str, at: datetime) -> str:
    """A local time to come, with its date if it is more than 20 hours away."""
    clock = f"{local:%H:%M}"
    return clock if local - at < timedelta(hours=20) else f"{day(local.date(), locale)}, {clock}"
