"""Read modifier groups for the pages that edit them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from duitpos.domain.errors import Code, Gone
from duitpos.domain.menus.edit.group_rules import ChoiceEdit, GroupEdit
from duitpos.models import ItemGroup, MenuItem, MenuText, Modifier, ModifierGroup, Tenant

PAGE = 100
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the list. `items` is the number of items that have it."""

    group: ModifierGroup
    choices: tuple[Modifier, ...]
    archived: int
    items: int

    @property
    def is_blocking(self) -> bool:
        """Whether nobody can order its items, because it has too few choices."""
        return len(self.choices) < self.group.min_choices


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """One page of the list; `total` counts all pages' rows."""

    rows: tuple[GroupRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SavedGroup:
    """A group as it is stored, with the version that `save_group` compares."""

    id: UUID
    version: int
    edit: GroupEdit


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item that may have the group."""

    item: MenuItem
    has_group: bool


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """One page of the items."""

    rows: tuple[ItemRow, ...]
    total: int


def groups_page(tenant: Tenant, text: str = "", number: int = 1) -> GroupsPage:
    """The groups by name, those with `text` in their name or in a choice's; four queries."""
    groups = ModifierGroup.objects.filter(tenant=tenant)
    if text:
        choices = Modifier.objects.filter(tenant=tenant, archived_at=None, name__icontains=text)
        groups = groups.filter(Q(name__icontains=text) | Q(id__in=choices.values("group_id")))
    total = groups.count()
    found = list(groups.order_by("name", "id")[_slice(number)])
    ids = [group.id for group in found]
    modifiers: dict[UUID, list[Modifier]] = defaultdict(list)
    for row in Modifier.objects.filter(tenant=tenant, group_id__in=ids).order_by("position", "name"):
        modifiers[row.group_id].append(row)
    items = dict(
        ItemGroup.objects.filter(tenant=tenant, group_id__in=ids)
        .values_list("group_id")
        .annotate(count=Count("id"))
    )
    return GroupsPage(
        tuple(_row(group, modifiers[group.id], items.get(group.id, 0)) for group in found), total
    )


def saved_group(tenant: Tenant, group_id: UUID, languages: Sequence[str]) -> SavedGroup:
    """A group with its translations in these languages; three queries. Gone."""
    group = ModifierGroup.objects.filter(tenant=tenant, id=group_id).first()
    if group is None:
        raise Gone(Code.GROUP_UNKNOWN)
    rows = list(Modifier.objects.filter(tenant=tenant, group=group).order_by("position", "name"))
    names: dict[UUID, dict[str, str]] = {
        subject: dict.fromkeys(languages, "") for subject in (group.id, *(row.id for row in rows))
    }
    texts = MenuText.objects.filter(tenant=tenant, language__in=languages, subject_id__in=list(names))
    for subject_id, language, name in texts.values_list("subject_id", "language", "name"):
        names[subject_id][language] = name
    choices = tuple(
        ChoiceEdit(
            id=row.id,
            name=row.name,
            price_delta_minor=row.price_delta_minor,
            is_default=row.is_default,
            is_archived=row.archived_at is not None,
            names=names[row.id],
        )
        for row in rows
    )
    edit = GroupEdit(
        name=group.name,
        min_choices=group.min_choices,
        max_choices=group.max_choices,
        choices=choices,
        names=names[group.id],
    )
    return SavedGroup(group.id, group.version, edit)


def items_of(tenant: Tenant, group_id: UUID, most: int) -> tuple[list[MenuItem], int]:
    """The first items that have the group, by name, and how many there are; two queries."""
    items = _items(tenant).filter(id__in=_having(tenant, group_id))
    return list(items[:most]), items.count()


def items_page(
    tenant: Tenant, group_id: UUID, *, text: str = "", section_id: UUID | None = None, number: int = 1
) -> ItemsPage:
    """All items that could have the group, by section and name; two queries."""
    items = _items(tenant)
    if text:
        items = items.filter(name__icontains=text)
    if section_id:
        items = items.filter(section_id=section_id)
    total = items.count()
    having = ItemGroup.objects.filter(tenant=tenant, group_id=group_id, item_id=OuterRef("id"))
    found = items.annotate(has_group=Exists(having))[_slice(number)]
    return ItemsPage(tuple(ItemRow(item, item.has_group) for item in found), total)


def _items(tenant: Tenant) -> QuerySet[MenuItem]:
    return (
        MenuItem.objects.filter(tenant=tenant)
        .select_related("section")
        .order_by("section__position", "section__name", "position", "name", "id")
    )


def _having(tenant: Tenant, group_id: UUID) -> QuerySet[ItemGroup, UUID]:
    return ItemGroup.objects.filter(tenant=tenant, group_id=group_id).values_list("item_id", flat=True)


def _row(group: ModifierGroup, modifiers: list[Modifier], items: int) -> GroupRow:
    offered = tuple(row for row in modifiers if row.archived_at is None)
    return GroupRow(group, offered, len(modifiers) - len(offered), items)


def _slice(number: int) -> slice:
    return slice((number - 1) * PAGE, number * PAGE)
