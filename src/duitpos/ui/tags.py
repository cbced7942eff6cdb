"""Template tags for the pages of all packages: {% load ui %}."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from duitpos.kit.clock import display_zone, now
from duitpos.kit.mail import sends_mail
from duitpos.kit.money import Money
from duitpos.models import MenuPhoto
from duitpos.ui.device import device_name
from duitpos.ui.icons import ICONS
from duitpos.ui.lists import listed
from duitpos.ui.marks import mark_words
from duitpos.ui.pictures import picture_of
from duitpos.ui.watch import SCRIPT as WATCH
from duitpos.ui.when import ago as ago_words
from duitpos.ui.when import ahead as ahead_words
from duitpos.ui.when import day as day_words
from duitpos.ui.when import exactly
from duitpos.ui.words import KINDS, Meaning

register = template.Library()
SHORT = {"en": "EN", "ms": "BM", "zh-hans": "中文"}
"""Common abbreviations of languages; the others are shown by their code."""


@register.simple_tag
def money(minor: int, currency: str, locale: str = "en_MY") -> str:
    """Format minor units in the location's locale: {% money order.total_minor order.currency location.locale %}."""
    return Money(minor, currency).format(locale)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon. Screen readers skip it, because the word beside it has its meaning."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        ICONS[name],
    )


@register.inclusion_tag("ui/watch.html")
def watch(part: str, zone: str = "", locale: str = "", look: str = "notice waiting") -> dict[str, Any]:
    """Say when the live part of a page took no answer for 15 s: {% watch "#orders[hx-trigger]" %}.

    `part` finds the part while it is live; `zone` and `locale` are the location's, or the site's own.
    """
    place = display_zone(zone or settings.TIME_ZONE)
    here = now().astimezone(place)
    return {
        "part": part,
        "look": look,
        "zone": place.key,
        "locale": (locale or get_language() or "en").replace("_", "-"),
        "minutes": here.hour * 60 + here.minute,
        # Our own file, not a visitor's text.
        "script": mark_safe(WATCH),  # noqa: S308
    }


@register.simple_tag(name="sends_mail")
def sends_mail_tag() -> bool:
    """Whether mail leaves this installation: {% sends_mail as has_mail %}."""
    return sends_mail()


@register.simple_tag
def chip(meaning: str, word: str) -> SafeString:
    """A state: {% chip "ok" "Paid" %}. Colour, icon and word have the same meaning."""
    return format_html('<span class="chip {}">{}{}</span>', Meaning(meaning), icon(meaning), word)


@register.simple_tag
def state(kind: str, value: str) -> SafeString:
    """The chip of a stored state: {% state "order" order.status %}; kinds: order, money, payment, refund."""
    shown = KINDS[kind][value]
    return chip(shown.meaning, str(shown.word))


@register.simple_tag
def ago(at: datetime | None, time_zone: str = "UTC", locale: str = "en_MY") -> SafeString | str:
    """How long ago, with the exact time on hover and in print; empty for None."""
    if at is None:
        return ""
    exact = exactly(at, time_zone, locale)
    return format_html(
        '<time datetime="{}" title="{}"><span class="relative">{}</span><span class="exact">{}</span></time>',
        at.isoformat(timespec="seconds"),
        exact,
        ago_words(at, now(), time_zone, locale),
        exact,
    )


@register.simple_tag
def exact_time(at: datetime | None, time_zone: str = "UTC", locale: str = "en_MY") -> SafeString | str:
    """The local time in a time zone; empty for None."""
    if at is None:
        return ""
    words = exactly(at, time_zone, locale)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words)


@register.simple_tag
def languages(codes: str = "") -> list[dict[str, Any]]:
    """The languages to choose from, by their own names: {% languages "en ms" as offered %}; without codes, all."""
    wanted, current = codes.split(), get_language()
    return [
        {"code": code, "name": name, "short": SHORT.get(code, code), "is_current": code == current}
        for code, name in settings.LANGUAGES
        if not wanted or code in wanted
    ]


@register.simple_tag
def ahead(at: datetime, time_zone: str = "UTC", locale: str = "en_MY") -> SafeString:
    """A local time to come, with its date if it is far away."""
    words = ahead_words(at, now(), time_zone, locale)
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words)


@register.simple_tag
def day(on: date | None, locale: str = "en_MY") -> str:
    """A calendar date; empty for None."""
    return day_words(on, locale) if on else ""


@register.filter
def marks(codes: list[str]) -> str:
    """Dietary marks or allergens as a list of words: {{ line.allergens|marks }}."""
    return listed(mark_words(codes))


@register.simple_tag
def picture(photo: MenuPhoto | None, alt: str, sizes: str) -> SafeString | str:
    """A dish's photo: {% picture item.photo item.name "96px" %}; empty for None. `sizes` is how wide it is shown."""
    return picture_of(photo, alt, sizes) if photo else ""


@register.inclusion_tag("ui/copyable.html")
def copyable(text: str, what: str) -> dict[str, Any]:
    """A text that can be copied; `what` names it for the button: {% copyable payment.reference "session id" %}."""
    return {"text": text, "what": what}


@register.filter
def percent(basis_points: int) -> str:
    """Format a rate in basis points: 650 is "6.5 %"."""
    return f"{basis_points / 100:g}\u202f%"


@register.filter
def device(user_agent: str) -> str:
    """A browser's and a system's name: "Chrome, Android"."""
    return device_name(user_agent)
