"""What an item's form shows beside the item itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.menus.edit.items import find_item
from duitpos.domain.menus.edit.order import live_sections
from duitpos.domain.menus.edit.translations import texts_of
from duitpos.domain.menus.texts import Text
from duitpos.kit.clock import now
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    ItemStock,
    Location,
    MenuItem,
    MenuSection,
    ModifierGroup,
    Tenant,
)
from duitpos.models.menu import StockStatus, TextKind


@dataclass(frozen=True, slots=True)
class SiteStock:
    """An item's stock status at a location; `quantity` is the number left, where it is limited."""

    location: Location
    status: str
    quantity: int | None


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """An item with all that its form edits. `sites` are the locations that can sell it."""

    item: MenuItem
    sections: Sequence[MenuSection]
    groups: Sequence[ModifierGroup]
    """All groups of the restaurant, by name."""
    group_ids: tuple[UUID, ...]
    prices: Mapping[UUID, int]
    texts: Mapping[str, Text]
    stock: Sequence[SiteStock]


def item_detail(tenant: Tenant, sites: Sequence[Location], item_id: UUID) -> ItemDetail:
    """Everything of an item that can be edited; seven queries. Gone."""
    item = find_item(tenant.id, item_id)
    links = ItemGroup.objects.filter(tenant=tenant, item=item).order_by("position", "group__name")
    prices = ItemPrice.objects.filter(tenant=tenant, item=item)
    sections = list(live_sections(tenant.id))
    if item.section_id not in {section.id for section in sections}:
        sections.append(item.section)
    return ItemDetail(
        item=item,
        sections=sections,
        groups=list(ModifierGroup.objects.filter(tenant=tenant).order_by("name", "id")),
        group_ids=tuple(links.values_list("group_id", flat=True)),
        prices=dict(prices.values_list("location_id", "price_minor")),
        texts=texts_of(tenant.id, TextKind.ITEM, item.id),
        stock=_stock(tenant, item, sites),
    )


def _stock(tenant: Tenant, item: MenuItem, sites: Sequence[Location]) -> list[SiteStock]:
    rows = {row.location_id: row for row in ItemStock.objects.filter(tenant=tenant, item=item)}
    return [_at(site, rows.get(site.id)) for site in sites if site.currency == item.currency]


def _at(site: Location, row: ItemStock | None) -> SiteStock:
    """As guests see it (menus/read.py)."""
    if row is None or (row.until is not None and row.until <= now()):
        return SiteStock(site, StockStatus.IN_STOCK, None)
    if row.status == StockStatus.LIMITED and not row.quantity:
        return SiteStock(site, StockStatus.OUT_OF_STOCK, None)
    return SiteStock(site, row.status, row.quantity if row.status == StockStatus.LIMITED else None)
