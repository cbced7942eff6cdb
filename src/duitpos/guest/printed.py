"""The menu as a page to print: without what changes during a day."""

from __future__ import annotations

from typing import Any

from duitpos.domain.menus.read import Item, Section, menu_of
from duitpos.guest.texts import charges_text, rule_text, served_text
from duitpos.models import Location, Tenant
from duitpos.ui.lists import listed
from duitpos.ui.marks import mark_words


def printed_context(
    tenant: Tenant, location: Location, language: str, *, with_sold_out: bool = False
) -> dict[str, Any]:
    """The page's context in the current language, which is `language`.

    Items that are not served now are on it with their times; sold-out ones only if they are asked for.
    """
    menu = menu_of(tenant, location, language)
    sections = [_section(section, location.locale, with_sold_out=with_sold_out) for section in menu.sections]
    return {
        "tenant": tenant,
        "location": location,
        "currency": location.currency,
        "locale": location.locale,
        "charges": charges_text(location),
        "sections": [section for section in sections if section["items"]],
    }


def _section(section: Section, locale: str, *, with_sold_out: bool) -> dict[str, Any]:
    shown = [item for item in section.items if with_sold_out or not item.is_sold_out]
    return {"name": section.name, "items": [_item(item, locale) for item in shown]}


def _item(item: Item, locale: str) -> dict[str, Any]:
    return {
        "name": item.guest_name or item.name,
        "description": item.description,
        "price_minor": item.price_minor,
        "marks": mark_words(item.marks),
        "allergens": listed(mark_words(item.allergens)),
        "served": served_text(item.servings, locale) if item.servings else "",
        "groups": [
            {
                "name": group.guest_name or group.name,
                "rule": rule_text(group),
                "choices": [
                    {"name": choice.guest_name or choice.name, "delta": choice.price_delta_minor}
                    for choice in group.choices
                ],
            }
            for group in item.groups
        ],
    }
