"""Format times in a location's time zone and regional format, in the page's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from duitpos.kit.clock import display_zone
from duitpos.kit.money import known_locale


def exactly(at: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """The local date and time: "23 Nov 2026, 9:58 pm"."""
    here, written = at.astimezone(display_zone(time_zone)), words_locale(locale)
    # Babel's types lack CLDR's pattern that joins date and time.
    joined = str(written.datetime_formats["medium"])
    return joined.replace("{1}", _day(here, written)).replace("{0}", _time(here, written))


def day_and_second(at: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> tuple[str, str]:
    """The local date, and the time to the second: "23 Nov 2026" and "9:58:03 pm"."""
    here, written = at.astimezone(display_zone(time_zone)), words_locale(locale)
    return _day(here, written), format_time(here, "medium", locale=written)


def day(on: date, locale: str = "en_MY") -> str:
    """A calendar date: "23 Nov 2026"."""
    return _day(on, words_locale(locale))


def ago(at: datetime, now: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """How long ago, in short; the date and time if it was before yesterday."""
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


def ahead(at: datetime, now: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """A local time to come: "10:15 pm", with its date if it is more than 20 hours away."""
    if at - now > timedelta(hours=20):
        return exactly(at, time_zone, locale)
    return _time(at.astimezone(display_zone(time_zone)), words_locale(locale))


def at_time(at: datetime, now: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """The local time, with its date unless it is today's: "2:02 pm"."""
    zone = display_zone(time_zone)
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return _time(at.astimezone(zone), words_locale(locale))
    return exactly(at, time_zone, locale)


def words_locale(locale: str) -> Locale:
    """The location's locale in the page's language: en_MY on a Chinese page is zh_Hans_MY.

    The location's own locale if it already has that language. The page's language alone if CLDR lacks the combination.
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
