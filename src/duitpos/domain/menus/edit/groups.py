"""Write modifier groups: add, save, delete, and say which items have them. Guests see a change at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Max

from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.edit.group_rules import ChoiceEdit, GroupEdit, check, cleaned
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import ItemGroup, Membership, MenuItem, MenuText, Modifier, ModifierGroup, ModifierStock
from duitpos.models.menu import TextKind

_NAMED = 5
"""How many items are named that keep a group from being deleted."""

Names = dict[tuple[str, UUID], Mapping[str, str]]
"""Translations by the row they belong to, then by language."""


def create_group(member: Membership, edit: GroupEdit) -> ModifierGroup:
    """Add a group, which no item has yet. Forbidden, GroupRefused; Gone if a choice names an existing one."""
    require(member, Can.EDIT_MENU)
    edit = cleaned(edit)
    _require_known(edit, {})
    check(edit)

    def work() -> ModifierGroup:
        group = ModifierGroup.objects.create(
            tenant_id=member.tenant_id,
            name=edit.name,
            min_choices=edit.min_choices,
            max_choices=edit.max_choices,
        )
        _write(group, edit, {})
        return group

    return transact(work)


def save_group(member: Membership, group_id: UUID, version: int, edit: GroupEdit) -> None:
    """Save a group that was read at `version`. Forbidden, GroupRefused, Gone; Conflict if it was changed since.

    Choices that the edit does not name stay as they are, below the others.
    """
    require(member, Can.EDIT_MENU)
    edit = cleaned(edit)

    def work() -> None:
        groups = ModifierGroup.objects.filter(tenant_id=member.tenant_id, id=group_id)
        claimed = groups.filter(version=version).update(version=F("version") + 1)
        if not claimed:
            raise Conflict(Code.GROUP_CHANGED) if groups.exists() else Gone(Code.GROUP_UNKNOWN)
        rows = Modifier.objects.filter(tenant_id=member.tenant_id, group_id=group_id)
        before = {row.id: row for row in rows.order_by("position", "name")}
        _require_known(edit, before)
        named = {choice.id for choice in edit.choices}
        others = tuple(_as_edit(row) for row in before.values() if row.id not in named)
        check(
            GroupEdit(
                name=edit.name,
                min_choices=edit.min_choices,
                max_choices=edit.max_choices,
                choices=(*edit.choices, *others),
                names=edit.names,
            )
        )
        groups.update(name=edit.name, min_choices=edit.min_choices, max_choices=edit.max_choices)
        _write(groups.get(), edit, before)
        menus_changed(member.tenant_id)

    transact(work)


def delete_group(member: Membership, group_id: UUID) -> str:
    """Delete a group that no item has, and return its name. Forbidden, Gone; Conflict names items that have it."""
    require(member, Can.EDIT_MENU)
    tenant_id = member.tenant_id

    def work() -> str:
        group = ModifierGroup.objects.filter(tenant_id=tenant_id, id=group_id).first()
        if group is None:
            raise Gone(Code.GROUP_UNKNOWN)
        users = ItemGroup.objects.filter(tenant_id=tenant_id, group=group)
        if count := users.count():
            names = users.order_by("item__name").values_list("item__name", flat=True)[:_NAMED]
            more = " …" if count > _NAMED else ""
            raise Conflict(Code.GROUP_IN_USE, name=group.name, dishes=", ".join(names) + more)
        modifiers = Modifier.objects.filter(tenant_id=tenant_id, group=group)
        subjects = [group.id, *modifiers.values_list("id", flat=True)]
        MenuText.objects.filter(tenant_id=tenant_id, subject_id__in=subjects).delete()
        ModifierStock.objects.filter(tenant_id=tenant_id, modifier_id__in=subjects).delete()
        # Django's own delete would look up what to cascade to and then name no tenant.
        modifiers._raw_delete("default")
        ModifierGroup.objects.filter(tenant_id=tenant_id, id=group.id)._raw_delete("default")
        return group.name

    try:
        return transact(work)
    except IntegrityError as error:
        # An item got the group after the count.
        raise Conflict(Code.GROUP_CHANGED) from error


def set_items(
    member: Membership,
    group_id: UUID,
    attach: frozenset[UUID] = frozenset(),
    detach: frozenset[UUID] = frozenset(),
) -> None:
    """Give the group to some items, as their last one, and take it from others. Forbidden, Gone.

    Doing it again changes nothing. The items get a new version, because their own pages show their groups.
    """
    require(member, Can.EDIT_MENU)
    tenant_id = member.tenant_id
    wanted = attach | detach

    def work() -> None:
        if not ModifierGroup.objects.filter(tenant_id=tenant_id, id=group_id).exists():
            raise Gone(Code.GROUP_UNKNOWN)
        items = MenuItem.objects.filter(tenant_id=tenant_id, id__in=wanted)
        if items.count() != len(wanted):
            raise Gone(Code.ITEM_UNKNOWN)
        links = ItemGroup.objects.filter(tenant_id=tenant_id, group_id=group_id)
        links.filter(item_id__in=detach - attach).delete()
        last = dict(
            ItemGroup.objects.filter(tenant_id=tenant_id, item_id__in=attach)
            .values_list("item_id")
            .annotate(last=Max("position"))
        )
        made = [
            ItemGroup(
                tenant_id=tenant_id, item_id=item_id, group_id=group_id, position=last.get(item_id, -1) + 1
            )
            for item_id in sorted(attach)
        ]
        ItemGroup.objects.bulk_create(made, ignore_conflicts=True)
        items.update(version=F("version") + 1)
        menus_changed(tenant_id)

    if wanted:
        transact(work)


def _require_known(edit: GroupEdit, before: Mapping[UUID, Modifier]) -> None:
    if any(choice.id is not None and choice.id not in before for choice in edit.choices):
        raise Gone(Code.MODIFIER_UNKNOWN)


def _as_edit(row: Modifier) -> ChoiceEdit:
    return ChoiceEdit(
        id=row.id,
        name=row.name,
        price_delta_minor=row.price_delta_minor,
        is_default=row.is_default,
        is_archived=row.archived_at is not None,
    )


def _write(group: ModifierGroup, edit: GroupEdit, before: Mapping[UUID, Modifier]) -> None:
    """Write the choices in their order, and the translations. `before`: the group's rows as they are."""
    names: Names = {(TextKind.GROUP, group.id): edit.names}
    made: list[Modifier] = []
    changed: list[Modifier] = []
    for position, choice in enumerate(edit.choices):
        row = Modifier(tenant_id=group.tenant_id, group=group) if choice.id is None else before[choice.id]
        row.name, row.price_delta_minor, row.position = choice.name, choice.price_delta_minor, position
        row.is_default = choice.is_default
        row.archived_at = (row.archived_at or now()) if choice.is_archived else None
        names[(TextKind.MODIFIER, row.id)] = choice.names
        (made if choice.id is None else changed).append(row)
    left = [row for row in before.values() if row not in changed]
    for position, row in enumerate(left, len(edit.choices)):
        row.position = position
    Modifier.objects.bulk_create(made)
    Modifier.objects.filter(tenant_id=group.tenant_id).bulk_update(
        [*changed, *left],
        ["name", "price_delta_minor", "is_default", "position", "archived_at"],
    )
    _write_names(group.tenant_id, names)


def _write_names(tenant_id: UUID, names: Names) -> None:
    """Store the translations that are given, and delete those that are empty now."""
    empty = [
        (subject_id, language)
        for (_, subject_id), one in names.items()
        for language, name in one.items()
        if not name
    ]
    for language, subjects in _by_language(empty).items():
        rows = MenuText.objects.filter(tenant_id=tenant_id, language=language, subject_id__in=subjects)
        rows.delete()
    MenuText.objects.bulk_create(
        _texts(tenant_id, names),
        update_conflicts=True,
        unique_fields=["tenant", "language", "kind", "subject_id"],
        update_fields=["name"],
    )


def _by_language(pairs: Iterable[tuple[UUID, str]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for subject_id, language in pairs:
        found.setdefault(language, []).append(subject_id)
    return found


def _texts(tenant_id: UUID, names: Names) -> Iterator[MenuText]:
    for (kind, subject_id), one in names.items():
        for language, name in one.items():
            if name:
                yield MenuText(
                    tenant_id=tenant_id, kind=kind, subject_id=subject_id, language=language, name=name
                )
