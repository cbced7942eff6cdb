"""A QR code's table and menu version, cached for a second: a full restaurant scans the same few codes over and over.

docs/decisions/ explains the second; domain/tenancy/location_stamp.py invalidates the cache earlier.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.translation import get_language

from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.tenancy.hours import takes_orders
from duitpos.domain.tenancy.location_stamp import stamp_of
from duitpos.guest.texts import charges_text
from duitpos.kit.clock import now
from duitpos.models import Location, Table, Tenant

SECONDS = 1
"""How long a process may use cached facts of a table. Meanwhile a rotated code still shows the menu, nothing more."""

_APPLICATION = Path(__file__).resolve().parent.parent


class TablePage(NamedTuple):
    """What the menu page needs for a code. `menu_key` identifies the menu's HTML, `version` that of the whole page."""

    location: str
    stamp: str
    menu_key: str
    version: str
    head: bytes
    """Rendered HTML: the table's name, and a notice when the location is closed."""


def table_page_of(slug: str, token: str) -> TablePage:
    """Look the code up. Raises Gone. One query, or none within a second of the last scan."""
    key = f"table_page:{slug}:{token}:{get_language()}"
    is_cacheable = len(key) < 100 and key.isascii() and key.isprintable() and " " not in key
    table_page: TablePage | None = cache.get(key) if is_cacheable else None
    if table_page is None or table_page.stamp != stamp_of(table_page.location):
        tenant = tenant_by_slug(slug)
        table_page = _table_page(tenant, table_by_token(tenant, token))
        cache.set(key, table_page, SECONDS)
    return table_page


def _table_page(tenant: Tenant, table: Table) -> TablePage:
    location = table.location
    facts = {"table": table, "takes_orders": takes_orders(tenant, location, now())}
    head = render_to_string("guest/_table.html", facts).encode()
    menu_key = menu_key_of(tenant, location)
    return TablePage(
        location=str(location.id),
        stamp=stamp_of(str(location.id)),
        menu_key=menu_key,
        version=_hash(menu_key.encode(), head),
        head=head,
    )


def menu_key_of(tenant: Tenant, location: Location) -> str:
    """A cache key of everything that decides the HTML of a location's menu."""
    facts = (
        code_version(),
        get_language(),
        tenant.name,
        location.id,
        location.menu_version,
        location.shown_version,
        charges_text(location),
    )
    return f"menu:{_hash(repr(facts).encode())}"


@lru_cache(maxsize=1)
def code_version() -> str:
    """A hash of the whole application, so that a release serves no page of the release before."""
    kinds = (".py", ".html", ".css", ".js", ".mo")
    files = sorted(file for file in _APPLICATION.rglob("*") if file.suffix in kinds)
    return _hash(*(file.read_bytes() for file in files))


def _hash(*parts: bytes) -> str:
    made = hashlib.blake2b(digest_size=12)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()
