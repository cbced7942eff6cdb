"""Template tags and filters that every room uses."""

from __future__ import annotations

from django import template

from duitpos.kit.money import Money

register = template.Library()


@register.simple_tag
def money(minor: int, currency: str, locale: str = "en_MY") -> str:
    """An amount as people of the location read it: {% money order.total_minor order.currency location.locale %}."""
    return Money(minor, currency).format(locale)
