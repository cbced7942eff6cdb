"""What cooks and other staff read when they mark something sold out or pause orders."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duitpos.domain.menus.eighty_six import Changed
from duitpos.kit.clock import now
from duitpos.models import Location
from duitpos.ui.when import ahead


def sold_out_text(changed: Changed, location: Location) -> str:
    """What was marked, and when it comes back."""
    facts = {"name": changed.name}
    if changed.until is None:
        return _("%(name)s is sold out until somebody brings it back.") % facts
    time = ahead(changed.until, now(), location.time_zone, location.locale)
    return _("%(name)s is sold out until %(time)s.") % {**facts, "time": time}


def back_text(name: str) -> str:
    """What guests can order again."""
    return _("%(name)s is back.") % {"name": name}


def limited_text(name: str, count: int) -> str:
    """How many guests can still order."""
    sentence = ngettext(
        "%(name)s: %(count)d left, then it is sold out.",
        "%(name)s: %(count)d left, then it is sold out.",
        count,
    )
    return sentence % {"name": name, "count": count}


def paused_text(location: Location) -> str:
    """That a location takes no orders, and until when. It must be paused."""
    if location.paused_until is None:
        return _("Orders are paused until somebody starts them again.")
    time = ahead(location.paused_until, now(), location.time_zone, location.locale)
    return _("Orders are paused until %(time)s.") % {"time": time}


def resumed_text() -> str:
    """That it takes them again."""
    return _("Guests can order again.")


def guests_read(location: Location) -> str:
    """What guests of a paused location read: the restaurant's message, or our own sentence."""
    return location.pause_message or _("We are not taking orders right now.")


def how_long_labels() -> list[tuple[str, str]]:
    """How long something is sold out: the form's value, and the button's label."""
    return [
        ("open", _("Until I change it")),
        ("1h", _("1 hour")),
        ("2h", _("2 hours")),
        ("closing", _("Until closing")),
    ]


def pause_labels() -> list[tuple[str, str]]:
    """How long orders are paused: the form's value, and the button's label."""
    return [
        ("15m", _("15 min")),
        ("30m", _("30 min")),
        ("1h", _("1 hour")),
        ("open", _("Until I start again")),
    ]
