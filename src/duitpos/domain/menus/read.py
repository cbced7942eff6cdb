"""The menu of one location, for guests and for pricing orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from duitpos.domain.menus.serving import Serving, serving_of
from duitpos.domain.menus.texts import MenuTexts, texts_in
from duitpos.kit.clock import display_zone, now
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    ItemStock,
    Location,
    MenuItem,
    MenuPhoto,
    MenuSection,
    Modifier,
    ModifierStock,
    Tenant,
)
from duitpos.models.menu import StockStatus, TaxClass


@dataclass(frozen=True, slots=True)
class Choice:
    """A modifier. `price_delta_minor` may be negative."""

    id: UUID
    name: str
    price_delta_minor: int
    guest_name: str = ""
    """In the guest's language; empty when it equals `name`. The same applies below."""
    is_default: bool = False
    is_sold_out: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A modifier group: a guest takes between `min_choices` and `max_choices` different ones."""

    id: UUID
    name: str
    min_choices: int
    max_choices: int
    choices: tuple[Choice, ...]
    """Also those that are sold out."""
    guest_name: str = ""

    @property
    def in_stock(self) -> tuple[Choice, ...]:
        """The choices that a guest can take."""
        return tuple(choice for choice in self.choices if not choice.is_sold_out)


@dataclass(frozen=True, slots=True)
class Item:
    """An item on the menu at its price here. `left` is the number left where `stock` is limited, else None.

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
    servings: tuple[Serving, ...] = ()
    """The item's and its section's, where they exclude anything: all of them must cover an instant."""
    is_served: bool = True
    """Whether it is served at the instant for which the menu was read."""
    tax_class: str = TaxClass.STANDARD.value
    photo: MenuPhoto | None = None

    @property
    def is_sold_out(self) -> bool:
        """Whether it is out of stock, or a required group has too few choices left."""
        return self.stock == StockStatus.OUT_OF_STOCK


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


@dataclass(frozen=True)
class _Read:
    """What is read of a location's menu before its items. `at` is the instant it is read for."""

    tenant: Tenant
    location: Location
    at: datetime
    texts: MenuTexts
    only: frozenset[UUID] | None

    @property
    def local(self) -> datetime:
        return self.at.astimezone(display_zone(self.location.time_zone))


def menu_of(
    tenant: Tenant,
    location: Location,
    language: str = "",
    *,
    only: frozenset[UUID] | None = None,
    at: datetime | None = None,
) -> Menu:
    """The menu in the location's currency, without empty sections; always seven queries.

    `language` is the guest's; it takes another query when the menu is written in another one. `only`: with these items
    and no others, for pricing a cart. `at`: as it is at that instant, which is aware; now, if it is not given.
    """
    read = _Read(tenant, location, at or now(), texts_in(tenant, language), only)
    sections = list(MenuSection.objects.filter(tenant=tenant, archived_at=None).order_by("position", "name"))
    items = _items_by_section(read, {row.id: serving_of(row) for row in sections})
    return Menu(
        version=location.menu_version,
        currency=location.currency,
        sections=tuple(
            Section(row.id, read.texts.name(row.id) or row.name, tuple(items[row.id]))
            for row in sections
            if row.id in items
        ),
    )


def _items_by_section(read: _Read, servings: dict[UUID, Serving]) -> dict[UUID, list[Item]]:
    here = {"tenant": read.tenant, "location": read.location}
    groups = _groups_by_item(read)
    stock = {row.item_id: row for row in ItemStock.objects.filter(**here)}
    prices = dict(ItemPrice.objects.filter(**here).values_list("item_id", "price_minor"))
    rows = MenuItem.objects.filter(
        tenant=read.tenant, archived_at=None, currency=read.location.currency, section_id__in=list(servings)
    )
    if read.only is not None:
        rows = rows.filter(id__in=read.only)
    items: dict[UUID, list[Item]] = defaultdict(list)
    for row in rows.select_related("photo").order_by("position", "name"):
        both = (servings[row.section_id], serving_of(row))
        status, left = _stock(stock.get(row.id), groups.get(row.id, []), read.at)
        items[row.section_id].append(
            Item(
                id=row.id,
                name=row.name,
                description=read.texts.description(row.id) or row.description,
                price_minor=prices.get(row.id, row.price_minor),
                marks=tuple(row.marks),
                allergens=tuple(row.allergens),
                stock=status,
                left=left,
                groups=tuple(group for group in groups.get(row.id, []) if group.choices),
                guest_name=read.texts.name(row.id),
                servings=tuple(serving for serving in both if not serving.is_always),
                is_served=all(serving.covers(read.local) for serving in both),
                tax_class=row.tax_class,
                photo=row.photo,
            )
        )
    return items


def _groups_by_item(read: _Read) -> dict[UUID, list[Group]]:
    choices = _choices_by_group(read)
    links = ItemGroup.objects.filter(tenant=read.tenant).select_related("group")
    if read.only is not None:
        links = links.filter(item_id__in=read.only)
    groups: dict[UUID, list[Group]] = defaultdict(list)
    for link in links.order_by("position", "group__name"):
        group = link.group
        groups[link.item_id].append(
            Group(
                id=group.id,
                name=group.name,
                min_choices=group.min_choices,
                max_choices=group.max_choices,
                choices=tuple(choices[group.id]),
                guest_name=read.texts.name(group.id),
            )
        )
    return groups


def _choices_by_group(read: _Read) -> dict[UUID, list[Choice]]:
    stock = ModifierStock.objects.filter(tenant=read.tenant, location=read.location)
    sold_out = {row.modifier_id for row in stock if not _is_over(row, read.at)}
    choices: dict[UUID, list[Choice]] = defaultdict(list)
    for row in Modifier.objects.filter(tenant=read.tenant, archived_at=None).order_by("position", "name"):
        choice = Choice(
            row.id,
            row.name,
            row.price_delta_minor,
            read.texts.name(row.id),
            is_default=row.is_default,
            is_sold_out=row.id in sold_out,
        )
        choices[row.group_id].append(choice)
    return choices


def _stock(row: ItemStock | None, groups: list[Group], at: datetime) -> tuple[str, int | None]:
    """An item's stock status, and how many are left where it is limited."""
    # A required group with too few choices left cannot be satisfied, so the item cannot be ordered.
    if any(len(group.in_stock) < group.min_choices for group in groups):
        return StockStatus.OUT_OF_STOCK.value, None
    if row is None or row.status == StockStatus.IN_STOCK or _is_over(row, at):
        return StockStatus.IN_STOCK.value, None
    left = row.quantity or 0
    if row.status == StockStatus.LIMITED and left:
        return StockStatus.LIMITED.value, left
    return StockStatus.OUT_OF_STOCK.value, None


def _is_over(row: ItemStock | ModifierStock, at: datetime) -> bool:
    return row.until is not None and row.until <= at
