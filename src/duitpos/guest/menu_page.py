"""The menu's page: the same for every phone of a table, made once for each language, version and encoding."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import get_language

from duitpos.domain.checkout.options import pay_options
from duitpos.domain.checkout.stopped import Stopped, what_stops_orders
from duitpos.domain.menus.read import menu_of
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.guest.encodings import encode
from duitpos.guest.menu_rows import menu_rows
from duitpos.guest.table_page import TablePage, menu_version, table_page_of
from duitpos.guest.texts import charges_text, included_text, stopped_text
from duitpos.kit.clock import now
from duitpos.kit.kept import Kept
from duitpos.kit.money import decimal_places
from duitpos.models import Location, Tenant

_DAY = 24 * 3600
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
_STOPPED_MARK, _TABLE_MARK = "<!--stopped-->", "<!--table-->"
_LONG = 300
"""From so many items on, a browser lays out only the sections that are near the screen."""


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
    here = render_to_string("guest/_table.html", {"table_name": table_page.table_name})
    stopped = _stopped_html(table_page.stopped, table_page.locale, table_page.version, now())
    menu = menu.replace(_STOPPED_MARK, stopped, 1)
    return menu.replace(_TABLE_MARK, here + at_table, 1)


def preview_html(tenant: Tenant, location: Location, language: str, at: datetime, at_table: str) -> str:
    """The page as a guest sees it at `at`, without its script, for staff to look at. `at_table` is HTML."""
    html = _render(tenant, location, language, at, "guest/menu_preview.html")
    stopped = what_stops_orders(tenant, location, pay_options(tenant, location), at)
    html = html.replace(_STOPPED_MARK, _stopped_html(stopped, location.locale, "", at), 1)
    return html.replace(_TABLE_MARK, at_table, 1)


def _stopped_html(stopped: Stopped | None, locale: str, version: str, at: datetime) -> str:
    context: dict[str, Any] = {"version": version[:8]}
    if stopped is not None:
        context |= asdict(stopped_text(stopped, locale, at))
    return render_to_string("guest/_stopped.html", context)


def _render(
    tenant: Tenant, location: Location, language: str, at: datetime, template: str = "guest/menu.html"
) -> str:
    menu = menu_of(tenant, location, language, at=at)
    is_added = not location.tax_is_inclusive
    context = {
        **menu_rows(menu, location),
        "is_long": sum(1 for _ in menu.items()) > _LONG,
        "charges": charges_text(location),
        "included": included_text(location),
        # What the script needs for the running total, as domain/orders/pricing.totals_of.
        "rules": {
            "service": location.service_charge_bp,
            "tax": location.tax_bp if is_added else 0,
            "taxed_service": int(location.tax_on_service_charge and is_added),
        },
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
