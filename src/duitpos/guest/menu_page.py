"""The menu's page: the same for every phone of a table, made once for each language, version and encoding."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.translation import get_language

from duitpos.domain.menus.read import Group, Item, Menu, menu_of
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.encodings import encode
from duitpos.guest.table_page import TablePage, menu_version, table_page_of
from duitpos.guest.texts import charges_text, rule_text
from duitpos.kit.clock import now
from duitpos.kit.kept import Kept
from duitpos.kit.money import decimal_places
from duitpos.models import Location, Tenant
from duitpos.ui.lists import listed
from duitpos.ui.marks import mark_words

_DAY = 24 * 3600
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_TABLE_MARK = "<!--table-->"


class MenuPage(NamedTuple):
    """The finished page in one encoding."""

    etag: str
    body: bytes


_PAGES: Kept[MenuPage] = Kept(seconds=_DAY, most=500)
_MENUS: Kept[str] = Kept(seconds=_DAY, most=50)
"""Locations' menus in a language, around the place of the table's name."""


def menu_page(slug: str, token: str, encoding: str) -> MenuPage:
    """The page of the table with this code in the current language. Raises Gone. Not rendered if it is cached."""
    table_page = table_page_of(slug, token)
    key = f"{table_page.version}/{get_language()}/{encoding}"
    page = _PAGES.get(key)
    if page is None:
        body = encode(menu_html(table_page, slug, token).encode(), encoding)
        page = MenuPage(f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', body)
        _PAGES.set(key, page)
    return page


def menu_html(table_page: TablePage, slug: str, token: str, at_table: str = "") -> str:
    """The page as text, with `at_table`, which is HTML, below the table's name."""
    language = get_language() or "en"
    menu = _MENUS.get(f"{table_page.menu}/{language}")
    if menu is None:
        tenant = tenant_by_slug(slug)
        location = table_by_token(tenant, token).location
        at = now()
        menu = _render(tenant, location, language, at)
        # Use the version of what was read just now: the menu may have changed since `table_page` was read.
        _MENUS.set(f"{menu_version(tenant, location, at)}/{language}", menu)
    here = render_to_string("guest/_table.html", table_page._asdict())
    return menu.replace(_TABLE_MARK, here + at_table, 1)


def preview_html(tenant: Tenant, location: Location, language: str, at: datetime, at_table: str) -> str:
    """The page as a guest sees it at `at`, without its script, for staff to look at. `at_table` is HTML."""
    html = _render(tenant, location, language, at, "guest/menu_preview.html")
    return html.replace(_TABLE_MARK, at_table, 1)


def _render(
    tenant: Tenant, location: Location, language: str, at: datetime, template: str = "guest/menu.html"
) -> str:
    context = {
        "sections": _sections(menu_of(tenant, location, language, at=at)),
        "charges": charges_text(location),
        **page_facts(tenant, location),
    }
    return _BETWEEN_TAGS.sub("><", render_to_string(template, context))


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
    numbers = count()
    return [
        {"name": section.name, "items": [_item(item, next(numbers)) for item in section.items]}
        for section in menu.sections
    ]


def _item(item: Item, number: int) -> dict[str, Any]:
    return {
        "id": item.id.hex,
        # In the names of the form's fields: the ids do not compress, and would be in each of them.
        "number": number,
        "name": item.guest_name or item.name,
        "description": item.description,
        "price_minor": item.price_minor,
        "marks": mark_words(item.marks),
        "allergens": listed(mark_words(item.allergens)),
        "is_sold_out": item.is_sold_out or not item.is_served,
        "left": item.left,
        "groups": [
            {
                "name": group.guest_name or group.name,
                "rule": rule_text(group),
                "min": group.min_choices,
                "max": group.max_choices,
                "is_single": group.min_choices == group.max_choices == 1,
                "choices": [
                    {
                        "id": choice.id.hex,
                        "name": choice.guest_name or choice.name,
                        "delta": choice.price_delta_minor,
                        "is_default": choice.id == _default_of(group),
                    }
                    for choice in group.in_stock
                ],
            }
            for group in item.groups
        ],
    }


def _default_of(group: Group) -> UUID | None:
    """The choice that is selected until the guest selects another: the owner's default, or the first if one is needed.

    Never one that adds to the price.
    """
    free = [choice for choice in group.in_stock if choice.price_delta_minor <= 0]
    chosen = [choice for choice in free if choice.is_default]
    if not chosen and group.min_choices == group.max_choices == 1:
        # As before there were defaults: only if the first of all is free.
        chosen = [choice for choice in group.in_stock[:1] if choice.price_delta_minor == 0]
    return chosen[0].id if chosen else None
