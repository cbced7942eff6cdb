"""What is on the menu with its stock at one location, for staff who mark it sold out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from duitpos.domain.menus.eighty_six import Stocked
from duitpos.kit.clock import now
from duitpos.models import (
    ItemGroup,
    ItemStock,
    Location,
    MenuItem,
    MenuText,
    Modifier,
    ModifierStock,
    Tenant,
)
from duitpos.models.menu import StockStatus

PAGE = 50
MOST_OUT = 100
"""How many sold-out rows are listed; the others are found by searching."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """An item or a modifier. `where` is its section's or its group's name.

    `left` is the number left where it is limited; `until` is when it comes back by itself, if it does.
    """

    kind: Stocked
    id: UUID
    name: str
    where: str
    is_sold_out: bool = False
    left: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockPage:
    """One page of rows; `count` is the number of all that fit the search. Pages begin at 1."""

    rows: list[StockRow]
    count: int
    number: int

    @property
    def has_more(self) -> bool:
        """Whether a page follows."""
        return self.number * PAGE < self.count


def sold_out_rows(tenant: Tenant, location: Location) -> list[StockRow]:
    """The items and modifiers that are sold out there now, by name. Two queries."""
    items = (
        _item_stock(tenant, location)
        .filter(_absent(), item__tenant=tenant, item__archived_at=None, item__section__tenant=tenant)
        .select_related("item__section")
        .order_by("item__name", "item_id")[:MOST_OUT]
    )
    modifiers = (
        _modifier_stock(tenant, location)
        .filter(modifier__tenant=tenant, modifier__archived_at=None, modifier__group__tenant=tenant)
        .select_related("modifier__group")
        .order_by("modifier__name", "modifier_id")[:MOST_OUT]
    )
    return [
        *(_item_row(stock.item, stock) for stock in items),
        *(_modifier_row(stock.modifier, stock) for stock in modifiers),
    ]


def stock_page(
    tenant: Tenant, location: Location, kind: Stocked, text: str = "", number: int = 1
) -> StockPage:
    """A page of the items or modifiers whose name, in any language, contains `text`. Three queries."""
    rows = _named(
        tenant, kind, text, _items(tenant, location) if kind is Stocked.ITEM else _modifiers(tenant)
    )
    begin = (number - 1) * PAGE
    found = list(rows[begin : begin + PAGE])
    return StockPage(_with_stock(tenant, location, kind, found), rows.count(), number)


def stock_of_item(tenant: Tenant, location: Location, item_id: UUID) -> list[StockRow]:
    """The item with the modifiers of its groups; empty when it is not on the location's menu. Four queries."""
    items = list(_items(tenant, location).filter(id=item_id))
    groups = ItemGroup.objects.filter(tenant=tenant, item_id=item_id)
    modifiers = list(_modifiers(tenant).filter(group_id__in=groups.values("group_id"))) if items else []
    return [
        *_with_stock(tenant, location, Stocked.ITEM, items),
        *_with_stock(tenant, location, Stocked.MODIFIER, modifiers),
    ]


def stock_of_items(tenant: Tenant, location: Location, item_ids: set[UUID]) -> dict[UUID, StockRow]:
    """The items of these that are on the location's menu, by id. Two queries."""
    items = list(_items(tenant, location).filter(id__in=item_ids))
    return {row.id: row for row in _with_stock(tenant, location, Stocked.ITEM, items)}


def _with_stock(tenant: Tenant, location: Location, kind: Stocked, found: list[Any]) -> list[StockRow]:
    ids = [row.id for row in found]
    if kind is Stocked.ITEM:
        items = {
            row.item_id: row
            for row in _item_stock(tenant, location).filter(_absent() | _limited(), item_id__in=ids)
        }
        return [_item_row(row, items.get(row.id)) for row in found]
    modifiers = {
        row.modifier_id: row for row in _modifier_stock(tenant, location).filter(modifier_id__in=ids)
    }
    return [_modifier_row(row, modifiers.get(row.id)) for row in found]


def _items(tenant: Tenant, location: Location) -> QuerySet[MenuItem]:
    """The location's menu, as menus/read.py has it."""
    rows = MenuItem.objects.filter(
        tenant=tenant,
        archived_at=None,
        currency=location.currency,
        section__tenant=tenant,
        section__archived_at=None,
    )
    order = ("section__position", "section__name", "section_id", "position", "name", "id")
    return rows.select_related("section").order_by(*order)


def _modifiers(tenant: Tenant) -> QuerySet[Modifier]:
    rows = Modifier.objects.filter(tenant=tenant, archived_at=None, group__tenant=tenant)
    return rows.select_related("group").order_by("group__name", "group_id", "position", "name", "id")


def _named(tenant: Tenant, kind: Stocked, text: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    if not text:
        return rows
    translated = MenuText.objects.filter(tenant=tenant, kind=kind.value, name__icontains=text)
    return rows.filter(Q(name__icontains=text) | Q(id__in=translated.values("subject_id")))


def _item_stock(tenant: Tenant, location: Location) -> QuerySet[ItemStock]:
    return ItemStock.objects.filter(tenant=tenant, location=location)


def _modifier_stock(tenant: Tenant, location: Location) -> QuerySet[ModifierStock]:
    return ModifierStock.objects.filter(_lasts(), tenant=tenant, location=location)


def _lasts() -> Q:
    return Q(until=None) | Q(until__gt=now())


def _limited() -> Q:
    return Q(status=StockStatus.LIMITED, quantity__gt=0)


def _absent() -> Q:
    """Sold out: by hand and not over, or nothing is left of what was limited."""
    return (Q(status=StockStatus.OUT_OF_STOCK) & _lasts()) | Q(status=StockStatus.LIMITED, quantity=0)


def _item_row(item: MenuItem, stock: ItemStock | None) -> StockRow:
    is_limited = stock is not None and stock.status == StockStatus.LIMITED and bool(stock.quantity)
    return StockRow(
        Stocked.ITEM,
        item.id,
        item.name,
        item.section.name,
        is_sold_out=stock is not None and not is_limited,
        left=stock.quantity if stock is not None and is_limited else None,
        until=stock.until if stock is not None else None,
    )


def _modifier_row(modifier: Modifier, stock: ModifierStock | None) -> StockRow:
    until = stock.until if stock is not None else None
    return StockRow(
        Stocked.MODIFIER, modifier.id, modifier.name, modifier.group.name, stock is not None, None, until
    )
