"""The menu as its editor lists it: sections with their items, filtered, a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from duitpos.kit.clock import now
from duitpos.models import ItemPrice, ItemStock, Location, MenuItem, MenuSection, Tenant
from duitpos.models.menu import StockStatus

PAGE = 100
"""Items on one page."""


@dataclass(frozen=True, slots=True)
class MenuFilters:
    """What the list is narrowed to. `text` is a part of a name or description."""

    text: str = ""
    section_id: UUID | None = None
    location: Location | None = None
    is_archived: bool = False
    is_sold_out: bool = False

    @property
    def leaves_items_out(self) -> bool:
        """Whether a section without items may have some that are not listed."""
        return bool(self.text or self.location or self.is_archived or self.is_sold_out)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item in the list. `price_minor` is the location's own one if the list is of one location."""

    item: MenuItem
    price_minor: int
    sold_out: tuple[str, ...] = ()
    """The names of the locations where it is sold out."""


@dataclass(frozen=True, slots=True)
class SectionRows:
    """A section with its items on this page. Not `is_end`: more of them are on the next page."""

    section: MenuSection
    rows: tuple[ItemRow, ...]
    is_end: bool


@dataclass(frozen=True, slots=True)
class MenuList:
    """One page of the list, from 1. `count` is the number of items on all `pages`."""

    parts: tuple[SectionRows, ...]
    every: tuple[MenuSection, ...]
    """All sections, also archived ones."""
    count: int
    page: int
    pages: int


def menu_list(tenant: Tenant, sites: Sequence[Location], filters: MenuFilters, page: int = 1) -> MenuList:
    """The page of the list; the nearest one if there is no such page. At most five queries."""
    counts = dict(_items(tenant, filters).values_list("section_id").annotate(count=Count("id")))
    every = tuple(MenuSection.objects.filter(tenant=tenant).order_by("position", "name", "id"))
    count = sum(counts.values())
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    items = _items(tenant, filters).select_related("photo")
    ordered = items.order_by("section__position", "section__name", "section_id", "position", "name", "id")
    rows = _rows(tenant, sites, filters.location, list(ordered[(page - 1) * PAGE : page * PAGE]))
    parts = _parts([one for one in every if _is_listed(one, filters, counts)], counts, rows, page, pages)
    return MenuList(tuple(parts), every, count, page, pages)


def item_row(
    tenant: Tenant, sites: Sequence[Location], item: MenuItem, location: Location | None = None
) -> ItemRow:
    """One item as the list has it; at most two queries."""
    return _rows(tenant, sites, location, [item])[item.section_id][0]


def _items(tenant: Tenant, filters: MenuFilters) -> QuerySet[MenuItem]:
    rows = MenuItem.objects.filter(tenant=tenant)
    if filters.text:
        rows = rows.filter(Q(name__icontains=filters.text) | Q(description__icontains=filters.text))
    if filters.section_id:
        rows = rows.filter(section_id=filters.section_id)
    if filters.location:
        rows = rows.filter(currency=filters.location.currency)
    if filters.is_sold_out:
        stock = _sold_out(tenant)
        at_location = stock.filter(location=filters.location) if filters.location else stock
        rows = rows.filter(id__in=at_location.values("item_id"))
    if filters.is_archived:
        return rows.filter(Q(archived_at__isnull=False) | Q(section__archived_at__isnull=False))
    return rows.filter(archived_at=None, section__archived_at=None)


def _sold_out(tenant: Tenant) -> QuerySet[ItemStock]:
    """The stock rows that say sold out now, as guests see it (menus/read.py)."""
    rows = ItemStock.objects.filter(tenant=tenant).exclude(status=StockStatus.IN_STOCK)
    rows = rows.filter(Q(until=None) | Q(until__gt=now()))
    return rows.exclude(status=StockStatus.LIMITED, quantity__gt=0)


def _rows(
    tenant: Tenant, sites: Sequence[Location], location: Location | None, items: Sequence[MenuItem]
) -> Mapping[UUID, list[ItemRow]]:
    """Rows by section, for items in the list's order."""
    ids = [item.id for item in items]
    names = {site.id: site.name for site in sites}
    out: dict[UUID, list[str]] = defaultdict(list)
    for stock in _sold_out(tenant).filter(item_id__in=ids):
        if location is None or stock.location_id == location.id:
            out[stock.item_id].append(names.get(stock.location_id, ""))
    prices: dict[UUID, int] = {}
    if location is not None:
        own = ItemPrice.objects.filter(tenant=tenant, location=location, item_id__in=ids)
        prices = dict(own.values_list("item_id", "price_minor"))
    rows: dict[UUID, list[ItemRow]] = defaultdict(list)
    for item in items:
        row = ItemRow(item, prices.get(item.id, item.price_minor), tuple(sorted(out[item.id])))
        rows[item.section_id].append(row)
    return rows


def _is_listed(section: MenuSection, filters: MenuFilters, counts: Mapping[UUID, int]) -> bool:
    if counts.get(section.id):
        return True
    if filters.section_id not in (None, section.id):
        return False
    if filters.is_archived:
        return section.archived_at is not None and not filters.text
    return section.archived_at is None and not filters.leaves_items_out


def _parts(
    sections: Sequence[MenuSection],
    counts: Mapping[UUID, int],
    rows: Mapping[UUID, list[ItemRow]],
    page: int,
    pages: int,
) -> list[SectionRows]:
    """The sections of a page: those with items on it, and empty ones that lie between them."""
    first, end = (page - 1) * PAGE, page * PAGE
    parts, start = [], 0
    for section in sections:
        count = counts.get(section.id, 0)
        is_here = first <= start < end or (page == pages and start >= end)
        if section.id in rows or (not count and is_here):
            parts.append(SectionRows(section, tuple(rows.get(section.id, ())), start + count <= end))
        start += count
    return parts
