"""A QR code's table, kept for a second: a full restaurant scans the same few codes over and over.

Decision 0018 explains the second; domain/tenancy/location_stamp.py ends it earlier.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import Model

from duitpos.domain.checkout.options import PayOption, pay_options
from duitpos.domain.checkout.stopped import Stopped, what_stops_orders
from duitpos.domain.menus.moments import menu_moment
from duitpos.domain.tables.find import table_by_token
from duitpos.domain.tenancy.find import tenant_by_slug
from duitpos.domain.tenancy.location_stamp import stamp_of
from duitpos.kit.clock import now
from duitpos.kit.kept import Kept
from duitpos.models import Location, Table, Tenant

SECONDS = 1
"""How long a process may use facts of a table. Meanwhile a rotated code still shows the menu, nothing more."""
OPTIONS_SECONDS = 10
"""How long a process may use a location's ways to pay. Only the menu's notice depends on them, never a checkout."""

_APPLICATION = Path(__file__).resolve().parent.parent


class TablePage(NamedTuple):
    """What the menu page of a code depends on, except the language.

    `menu` identifies the location's menu, `version` the whole page.
    """

    tenant: str
    location: str
    stamp: str
    menu: str
    version: str
    table_name: str
    stopped: Stopped | None
    locale: str


_TABLES: Kept[TablePage] = Kept(seconds=SECONDS, most=2000)
_OPTIONS: Kept[tuple[PayOption, ...]] = Kept(seconds=OPTIONS_SECONDS, most=2000)


def table_page_of(slug: str, token: str) -> TablePage:
    """Look the code up. Raises Gone. One query, or none within a second of the last scan.

    Four more for a new menu, and one for the location's ways to pay every OPTIONS_SECONDS.
    """
    key = f"{slug}/{token}"
    table_page = _TABLES.get(key)
    if table_page is None or table_page.stamp != stamp_of(table_page.location):
        tenant = tenant_by_slug(slug)
        table_page = _table_page(tenant, table_by_token(tenant, token))
        _TABLES.set(key, table_page)
    return table_page


def _table_page(tenant: Tenant, table: Table) -> TablePage:
    location, at = table.location, now()
    menu = menu_version(tenant, location, at)
    stopped = what_stops_orders(tenant, location, _options(tenant, location), at)
    return TablePage(
        tenant=str(tenant.id),
        location=str(location.id),
        stamp=stamp_of(str(location.id)),
        menu=menu,
        version=_hash(menu.encode(), table.name.encode(), repr(stopped).encode()),
        table_name=table.name,
        stopped=stopped,
        locale=location.locale,
    )


def _options(tenant: Tenant, location: Location) -> tuple[PayOption, ...]:
    key = str(location.id)
    options = _OPTIONS.get(key)
    if options is None:
        options = pay_options(tenant, location)
        _OPTIONS.set(key, options)
    return options


def menu_version(tenant: Tenant, location: Location, at: datetime) -> str:
    """A hash of what decides a location's menu: the restaurant's row, its own with `menu_version`, and the time."""
    return _hash(_columns(tenant), _columns(location), menu_moment(tenant, location, at).encode())


def _columns(row: Model) -> bytes:
    return repr([getattr(row, field.attname) for field in row._meta.concrete_fields]).encode()


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
