"""Times as people read them: how long ago, and exactly."""

from __future__ import annotations

from datetime import datetime, timedelta

from babel.dates import format_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duitpos.kit.clock import display_zone
from duitpos.kit.money import known_locale


def exactly(at: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> str:
    """The instant on the wall clock of a place: "23 Nov 2026, 9:58 pm"."""
    return format_datetime(
        at.astimezone(display_zone(time_zone)), "d MMM y, h:mm a", locale=known_locale(locale)
    )


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
        return _("yesterday, %(time)s") % {
            "time": format_datetime(here, "h:mm a", locale=known_locale(locale))
        }
    return format_datetime(here, "d MMM y, h:mm a", locale=known_locale(locale))
