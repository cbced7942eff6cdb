"""The menu's HTML: rendered once per location, version and language, and combined with each guest's few bytes."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import get_language

from duitpos.domain.menus.read import Item, Menu, menu_of
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.compressed import CompressedPart, compress_part
from duitpos.guest.table_page import TablePage, menu_key_of
from duitpos.guest.texts import charges_text, rule_text, wrong_choice_text
from duitpos.kit.money import decimal_places
from duitpos.models import Location, Tenant
from duitpos.models.menu import StockStatus
from duitpos.ui.lists import listed
from duitpos.ui.marks import mark_words

KEPT_SECONDS = 24 * 3600
"""A version that is no longer requested expires."""

_HEAD_MARK, _TAIL_MARK = "<!--live:head-->", "<!--live:tail-->"


class MenuParts(NamedTuple):
    """The page around its two per-guest parts: below the restaurant's name, and at the very end.

    A tuple, because the cache unpickles it for every page.
    """

    before: CompressedPart
    between: CompressedPart
    after: CompressedPart


def menu_parts(table_page: TablePage, slug: str, token: str) -> MenuParts:
    """The compressed parts of the menu's page, rendered now if this version is not cached."""
    parts: MenuParts | None = cache.get(table_page.menu_key)
    if parts is None:
        tenant = tenant_by_slug(slug)
        location = table_by_token(tenant, token).location
        parts = _render(tenant, location)
        # Use the key of what was read just now: the menu may have changed since `table_page` was read.
        cache.set(menu_key_of(tenant, location), parts, KEPT_SECONDS)
    return parts


def _render(tenant: Tenant, location: Location) -> MenuParts:
    context = {
        "sections": _sections(menu_of(tenant, location, get_language() or "en")),
        "charges": charges_text(location),
        **page_facts(tenant, location),
    }
    page = render_to_string("guest/menu.html", context)
    before, _, rest = page.partition(_HEAD_MARK)
    between, _, after = rest.partition(_TAIL_MARK)
    return MenuParts(compress_part(before), compress_part(between), compress_part(after))


def page_facts(tenant: Tenant, location: Location) -> dict[str, Any]:
    """Context that every page at a table needs, also for its script: the cart's name and how to format money."""
    return {
        "tenant": tenant,
        "location": location,
        "cart_name": f"duitpos:{tenant.slug}:{location.slug}",
        "locale": location.locale,
        "language_tag": location.locale.replace("_", "-"),
        "currency": location.currency,
        "places": decimal_places(location.currency),
    }


def _sections(menu: Menu) -> list[dict[str, Any]]:
    return [
        {"id": section.id.hex, "name": section.name, "items": [_item(item) for item in section.items]}
        for section in menu.sections
    ]


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id.hex,
        "name": item.guest_name or item.name,
        "description": item.description,
        "price_minor": item.price_minor,
        "marks": mark_words(item.marks),
        "allergens": listed(mark_words(item.allergens)),
        "is_sold_out": item.stock == StockStatus.OUT_OF_STOCK,
        "left": item.left,
        "groups": [
            {
                "name": group.guest_name or group.name,
                "rule": rule_text(group),
                "wrong": wrong_choice_text(group),
                "min": group.min_choices,
                "max": group.max_choices,
                "is_single": group.min_choices == group.max_choices == 1,
                "choices": [
                    {
                        "id": choice.id.hex,
                        "name": choice.guest_name or choice.name,
                        "delta": choice.price_delta_minor,
                        # A required choice that is free is preselected; the guest may change it.
                        "is_default": group.min_choices == group.max_choices == 1
                        and number == 0
                        and choice.price_delta_minor == 0,
                    }
                    for number, choice in enumerate(group.choices)
                ],
            }
            for group in item.groups
        ],
    }
