"""Times as people read them: on the wall clock of a place, as that place writes them, in the page's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from duitpos.kit.clock import display_zone
from duitpos.kit.money import known_locale


def exactly(at: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """The instant on the wall clock of a place: "23 Nov 2026, 9:58 pm"."""
    here, written = at.astimezone(display_zone(time_zone)), words_locale(locale)
    # Babel's types know nothing of CLDR's joining of date and time.
    joined = str(written.datetime_formats["medium"])
    return joined.replace("{1}", _day(here, written)).replace("{0}", _time(here, written))


def day(on: date, locale: str = "en_MY") -> str:
    """A day of the calendar: "23 Nov 2026"."""
    return _day(on, words_locale(locale))


def ago(at: datetime, now: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """How long ago, as short as it may be; from the day before yesterday on, the day itself."""
    past = now - at
    if past < timedelta(minutes=1):
        return _("just now")
    minutes = int(past.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    here = at.astimezone(display_zone(time_zone))
    days = (now.astimezone(display_zone(time_zone)).date() - here.date()).days
    if days == 0 or minutes < 6 * 60:
        return ngettext("%(n)d h ago", "%(n)d h ago", minutes // 60) % {"n": minutes // 60}
    if days == 1:
        return _("yesterday, %(time)s") % {"time": _time(here, words_locale(locale))}
    return exactly(at, time_zone, locale)


def words_locale(locale: str) -> Locale:
    """How a place writes, in the page's language: en_MY read in Chinese is zh_Hans_MY.

    The place itself where it writes in that language, or where nobody knows how it writes in it.
    """
    place = Locale.parse(known_locale(locale))
    page = Locale.parse(get_language() or "en", sep="-")
    if page.language == place.language:
        return place
    try:
        return Locale(page.language, place.territory, page.script)
    except UnknownLocaleError:
        return page


def _day(on: date, written: Locale) -> str:
    return format_date(on, "medium", locale=written)


def _time(here: datetime, written: Locale) -> str:
    return format_time(here, "short", locale=written)
