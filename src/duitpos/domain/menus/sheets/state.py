"""A restaurant's whole menu, as an import compares it with a file and an export writes it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings

from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets import values
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.kit.clean_text import one_line
from duitpos.kit.money import decimal_text
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    Location,
    MenuItem,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
    Tenant,
)
from duitpos.models.menu import TextKind

MenuRow = MenuSection | MenuItem | ModifierGroup | Modifier

TEXT_KINDS = {
    RowType.SECTION: TextKind.SECTION,
    RowType.ITEM: TextKind.ITEM,
    RowType.GROUP: TextKind.GROUP,
    RowType.CHOICE: TextKind.MODIFIER,
}


@dataclass(frozen=True)
class MenuState:
    """Every row of the menu by id, also those that are archived. `locations` were read before all other rows."""

    tenant: Tenant
    locations: tuple[Location, ...]
    sections: dict[UUID, MenuSection] = field(default_factory=dict)
    items: dict[UUID, MenuItem] = field(default_factory=dict)
    groups: dict[UUID, ModifierGroup] = field(default_factory=dict)
    choices: dict[UUID, Modifier] = field(default_factory=dict)
    links: dict[UUID, list[ItemGroup]] = field(default_factory=dict)
    """The groups of an item, in order."""
    prices: dict[tuple[UUID, UUID], int] = field(default_factory=dict)
    """By item and location."""
    texts: dict[tuple[UUID, str], tuple[str, str]] = field(default_factory=dict)
    """Name and description by row and language."""

    @property
    def currency(self) -> str:
        """Of new items and of choices: the first location's."""
        return self.locations[0].currency

    @cached_property
    def languages(self) -> list[str]:
        """Languages that the menu can be translated into, and those that it is."""
        offered = [code for code, _ in settings.LANGUAGES if code != self.tenant.menu_language]
        used = sorted({language for _, language in self.texts} - set(offered) - {self.tenant.menu_language})
        return offered + used

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on the menu."""
        return not any(row.archived_at is None for row in self.items.values())

    def rows(self, row_type: RowType) -> dict[UUID, Any]:
        """All rows of a type."""
        rows: dict[RowType, dict[UUID, Any]] = {
            RowType.SECTION: self.sections,
            RowType.ITEM: self.items,
            RowType.GROUP: self.groups,
            RowType.CHOICE: self.choices,
        }
        return rows[row_type]

    def stamp(self) -> str:
        """A digest of everything that an import could change."""
        digest = hashlib.blake2b(digest_size=16)
        for part in self._parts():
            digest.update(repr(part).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _parts(self) -> Iterator[object]:
        yield [(one.id, one.slug, one.currency) for one in self.locations]
        for row_type in RowType:
            for row_id, row in sorted(self.rows(row_type).items()):
                yield row_id, [getattr(row, name) for name in _COMPARED[row_type]]
        yield sorted((key, [link.group_id for link in links]) for key, links in self.links.items())
        yield sorted(self.prices.items())
        yield sorted(self.texts.items())


_COMPARED = {
    RowType.SECTION: ("version", "name", "days", "served_from", "served_until", "archived_at"),
    RowType.ITEM: (
        *("version", "section_id", "name", "description", "price_minor", "currency", "marks", "allergens"),
        *("tax_class", "days", "served_from", "served_until", "archived_at"),
    ),
    RowType.GROUP: ("version", "name", "min_choices", "max_choices"),
    RowType.CHOICE: ("group_id", "name", "price_delta_minor", "is_default", "archived_at"),
}


def menu_state(tenant: Tenant) -> MenuState:
    """The whole menu; always eight queries."""
    # First, so that a menu_version that is still the same later means that all that follows is, too.
    sites = tuple(Location.objects.filter(tenant=tenant).order_by("position", "name", "id"))
    mine = {"tenant": tenant}
    links: dict[UUID, list[ItemGroup]] = defaultdict(list)
    for link in ItemGroup.objects.filter(**mine).order_by("position", "id"):
        links[link.item_id].append(link)
    prices = ItemPrice.objects.filter(**mine).values_list("item_id", "location_id", "price_minor")
    texts = MenuText.objects.filter(**mine).values_list("subject_id", "language", "name", "description")
    return MenuState(
        tenant=tenant,
        locations=sites,
        sections={
            row.id: row for row in MenuSection.objects.filter(**mine).order_by("position", "name", "id")
        },
        items={row.id: row for row in MenuItem.objects.filter(**mine).order_by("position", "name", "id")},
        groups={row.id: row for row in ModifierGroup.objects.filter(**mine).order_by("name", "id")},
        choices={row.id: row for row in Modifier.objects.filter(**mine).order_by("position", "name", "id")},
        links=dict(links),
        prices={(item_id, location_id): minor for item_id, location_id, minor in prices},
        texts={(subject, language): (name, more) for subject, language, name, more in texts},
    )


class Writer:
    """Writes the menu's rows as cells: what an export has in them, and what an import compares a file with."""

    def __init__(self, state: MenuState) -> None:
        self._state = state
        on_menu = [row for row in state.sections.values() if row.archived_at is None]
        self._sections = Counter(values.key_of(row.name) for row in on_menu)
        self._groups = Counter(values.key_of(row.name) for row in state.groups.values())

    def cells(self, row_type: RowType, row: Any) -> dict[str, str]:
        """A row's cells by column, without those that are empty."""
        writers: dict[RowType, Callable[[Any], dict[str, str]]] = {
            RowType.SECTION: _served,
            RowType.ITEM: self._item,
            RowType.GROUP: self._group,
            RowType.CHOICE: self._choice,
        }
        more = writers[row_type](row)
        cells = {col.TYPE: row_type.value, col.ID: str(row.id), col.NAME: one_line(row.name), **more}
        if getattr(row, "archived_at", None) is not None:
            cells[col.ARCHIVED] = "yes"
        for language in self._state.languages:
            name, description = self._state.texts.get((row.id, language), ("", ""))
            cells[col.text_in(col.NAME, language)] = one_line(name)
            if row_type == RowType.ITEM:
                cells[col.text_in(col.DESCRIPTION, language)] = one_line(description)
        return {column: cell for column, cell in cells.items() if cell}

    def section(self, section_id: UUID) -> str:
        """How other rows name a section."""
        row = self._state.sections[section_id]
        is_only = row.archived_at is None and self._sections[values.key_of(row.name)] == 1
        return values.reference_text(row.name, row.id, is_only=is_only)

    def group(self, group_id: UUID) -> str:
        """How other rows name a group."""
        row = self._state.groups[group_id]
        return values.reference_text(row.name, row.id, is_only=self._groups[values.key_of(row.name)] == 1)

    def _item(self, row: MenuItem) -> dict[str, str]:
        links = self._state.links.get(row.id, [])
        prices = {
            col.price_at(site.slug): decimal_text(self._state.prices[row.id, site.id], row.currency)
            for site in self._state.locations
            if (row.id, site.id) in self._state.prices
        }
        return {
            col.SECTION: self.section(row.section_id),
            col.DESCRIPTION: one_line(row.description),
            col.PRICE: decimal_text(row.price_minor, row.currency),
            col.CURRENCY: row.currency,
            col.MARKS: values.words_text(row.marks),
            col.ALLERGENS: values.words_text(row.allergens),
            col.TAX: row.tax_class,
            col.GROUPS: "; ".join(self.group(link.group_id) for link in links),
            **_served(row),
            **prices,
        }

    def _group(self, row: ModifierGroup) -> dict[str, str]:
        return {col.MIN: str(row.min_choices), col.MAX: str(row.max_choices)}

    def _choice(self, row: Modifier) -> dict[str, str]:
        return {
            col.PRICE: decimal_text(row.price_delta_minor, self._state.currency),
            col.GROUPS: self.group(row.group_id),
            col.DEFAULT: "yes" if row.is_default else "",
        }


def _served(row: MenuSection | MenuItem) -> dict[str, str]:
    return {
        col.DAYS: values.days_text(row.days),
        col.FROM: values.time_text(row.served_from),
        col.UNTIL: values.time_text(row.served_until),
    }
