"""The menu of one location, for guests and for pricing orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from duitpos.domain.menus.texts import MenuTexts, texts_in
from duitpos.models import ItemGroup, ItemStock, Location, MenuItem, MenuSection, Modifier, Tenant
from duitpos.models.menu import StockStatus


@dataclass(frozen=True, slots=True)
class Choice:
    """A modifier. `price_delta_minor` may be negative."""

    id: UUID
    name: str
    price_delta_minor: int
    guest_name: str = ""
    """In the guest's language; empty when it equals `name`. The same applies below."""


@dataclass(frozen=True, slots=True)
class Group:
    """A modifier group: a guest takes between `min_choices` and `max_choices` different ones."""

    id: UUID
    name: str
    min_choices: int
    max_choices: int
    choices: tuple[Choice, ...]
    guest_name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item on the menu. `left` is the number left where `stock` is limited, else None.

    The description is in the guest's language, since only guests read it.
    """

    id: UUID
    name: str
    description: str
    price_minor: int
    marks: tuple[str, ...]
    allergens: tuple[str, ...]
    stock: str
    """in_stock, limited or out_of_stock."""
    left: int | None
    groups: tuple[Group, ...]
    guest_name: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its items, in the guest's language."""

    id: UUID
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """Everything a guest can order at one location. `version` changes whenever any of it does."""

    version: int
    currency: str
    sections: tuple[Section, ...]

    def items(self) -> Iterator[Item]:
        """Every item, in the menu's order."""
        for section in self.sections:
            yield from section.items


def menu_of(tenant: Tenant, location: Location, language: str = "") -> Menu:
    """The menu in the location's currency, without empty sections; always five queries.

    `language` is the guest's; it takes a sixth query when the menu is written in another one.
    """
    texts = texts_in(tenant, language)
    items = _items_by_section(tenant, location, texts)
    sections = MenuSection.objects.filter(tenant=tenant).order_by("position", "name")
    return Menu(
        version=location.menu_version,
        currency=location.currency,
        sections=tuple(
            Section(row.id, texts.name(row.id) or row.name, items[row.id])
            for row in sections
            if row.id in items
        ),
    )


def _items_by_section(tenant: Tenant, location: Location, texts: MenuTexts) -> dict[UUID, tuple[Item, ...]]:
    groups = _groups_by_item(tenant, texts)
    stock = {row.item_id: row for row in ItemStock.objects.filter(tenant=tenant, location=location)}
    rows = MenuItem.objects.filter(tenant=tenant, is_active=True, currency=location.currency)
    items: dict[UUID, tuple[Item, ...]] = {}
    for row in rows.order_by("position", "name"):
        item = _item(row, stock.get(row.id), groups.get(row.id, ()), texts)
        items[row.section_id] = (*items.get(row.section_id, ()), item)
    return items


def _groups_by_item(tenant: Tenant, texts: MenuTexts) -> dict[UUID, tuple[Group, ...]]:
    choices: dict[UUID, list[Choice]] = defaultdict(list)
    for row in Modifier.objects.filter(tenant=tenant, is_active=True).order_by("position", "name"):
        choice = Choice(row.id, row.name, row.price_delta_minor, texts.name(row.id))
        choices[row.group_id].append(choice)
    groups: dict[UUID, tuple[Group, ...]] = {}
    links = (
        ItemGroup.objects.filter(tenant=tenant).select_related("group").order_by("position", "group__name")
    )
    for link in links:
        group = link.group
        made = Group(
            id=group.id,
            name=group.name,
            min_choices=group.min_choices,
            max_choices=group.max_choices,
            choices=tuple(choices[group.id]),
            guest_name=texts.name(group.id),
        )
        groups[link.item_id] = (*groups.get(link.item_id, ()), made)
    return groups


def _item(row: MenuItem, stock: ItemStock | None, groups: tuple[Group, ...], texts: MenuTexts) -> Item:
    item = Item(
        id=row.id,
        name=row.name,
        description=texts.description(row.id) or row.description,
        price_minor=row.price_minor,
        marks=tuple(row.marks),
        allergens=tuple(row.allergens),
        stock=StockStatus.IN_STOCK.value,
        left=None,
        groups=tuple(group for group in groups if group.choices),
        guest_name=texts.name(row.id),
    )
    # A required group with too few choices left cannot be satisfied, so the item cannot be ordered.
    if any(len(group.choices) < group.min_choices for group in groups):
        return replace(item, stock=StockStatus.OUT_OF_STOCK.value)
    if stock is None or stock.status == StockStatus.IN_STOCK:
        return item
    left = stock.quantity or 0
    if stock.status == StockStatus.LIMITED and left:
        return replace(item, stock=StockStatus.LIMITED.value, left=left)
    return replace(item, stock=StockStatus.OUT_OF_STOCK.value)
