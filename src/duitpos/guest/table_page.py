"""Where a QR code leads, kept for a second: a full restaurant scans the same few codes over and over.

docs/decisions/ says why a second, and who forgets it earlier (domain/tenancy/location_stamp.py).
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
"""How long a process may go on with what it knows of a table: a rotated code still shows the menu, never more."""

_PACKAGE = Path(__file__).resolve().parent


class TablePage(NamedTuple):
    """What the menu page needs to know of a code. `menu_key` names the menu's look, `version` the whole page's."""

    location: str
    stamp: str
    menu_key: str
    version: str
    head: bytes
    """The table's name and, when closed, that it is closed: ready to be sent."""


def table_page_of(slug: str, token: str) -> TablePage:
    """Where this code leads. Gone. One query, or none within a second of the last scan."""
    key = f"table_page:{slug}:{token}:{get_language()}"
    sound = len(key) < 100 and key.isascii() and key.isprintable() and " " not in key
    table_page: TablePage | None = cache.get(key) if sound else None
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
    """One name for everything that decides how a location's menu looks."""
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
    """Changes with every file of this package, of ui's styles and of the translations: a release shows no old page."""
    others = ((_PACKAGE.parent / "ui" / "static").rglob("*.css"), (_PACKAGE.parent / "locale").rglob("*.mo"))
    files = [*_PACKAGE.rglob("*"), *others[0], *others[1]]
    kinds = (".py", ".html", ".css", ".js", ".mo")
    contents = [file.read_bytes() for file in sorted(files) if file.suffix in kinds]
    return _hash(*contents)


def _hash(*parts: bytes) -> str:
    made = hashlib.blake2b(digest_size=12)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()
