"""Apply an import in one transaction, if the menu is still the one that the preview saw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model

from duitpos.domain.audit.record import Change, record_changes
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.menus.sheets.columns import DESCRIPTION, NAME, RowType
from duitpos.domain.menus.sheets.edits import Edit, Plan
from duitpos.domain.menus.sheets.plan import plan_import
from duitpos.domain.menus.sheets.read import read_table
from duitpos.domain.menus.sheets.state import TEXT_KINDS, MenuState, menu_state
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.clock import now
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    Location,
    Membership,
    MenuItem,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
)
from duitpos.models.audit import AuditKind

T = TypeVar("T")
_TRIES = 5
_BATCH = 400
"""Rows of one statement."""

_MODELS: dict[RowType, Any] = {
    RowType.SECTION: MenuSection,
    RowType.ITEM: MenuItem,
    RowType.GROUP: ModifierGroup,
    RowType.CHOICE: Modifier,
}


class _Moved(Exception):
    """The menu changed after it was read."""


def preview_import(member: Membership, data: bytes) -> Plan:
    """What the import of a file would do. Forbidden, Invalid."""
    require(member, Can.EDIT_MENU)
    return plan_import(read_table(data), menu_state(member.tenant))


def apply_import(member: Membership, data: bytes, seen: str) -> Plan:
    """Import a file; `seen` is the stamp of the menu that the preview showed. Forbidden, Invalid, Conflict.

    The menu is read and compared outside of the transaction, which begins with a compare-and-set of every location's
    menu_version: every change of a menu raises it.
    """
    require(member, Can.EDIT_MENU)
    table = read_table(data)
    for _ in range(_TRIES):
        state = menu_state(member.tenant)
        plan = plan_import(table, state)
        if state.stamp() != seen or plan.problems:
            break
        if not plan.changed:
            return plan
        try:
            transact(lambda plan=plan: _write(plan, member))  # type: ignore[misc]
        except _Moved:
            # Also something that the import does not change, such as stock: read it again, and compare.
            continue
        return plan
    raise Conflict(Code.MENU_CHANGED_MEANWHILE)


def _write(plan: Plan, member: Membership) -> None:
    _raise_menu_versions(plan.state)
    _raise_row_versions(plan)
    positions = _Positions(plan.state)
    for row_type in (RowType.SECTION, RowType.GROUP, RowType.ITEM, RowType.CHOICE):
        edits = [edit for edit in plan.changed if edit.row_type == row_type]
        _insert(plan.state, row_type, [edit for edit in edits if edit.existing is None], positions)
        _update(row_type, [edit for edit in edits if edit.existing is not None and edit.values], positions)
    _write_groups(plan)
    _write_prices(plan)
    _write_texts(plan)
    record_changes(member, AuditKind.PRICE, _price_changes(plan))


def _raise_menu_versions(state: MenuState) -> None:
    for site in sorted(state.locations, key=lambda site: site.id):
        mine = Location.objects.filter(tenant_id=state.tenant.id, id=site.id, menu_version=site.menu_version)
        if not mine.update(menu_version=F("menu_version") + 1):
            raise _Moved
        location_changed(site.id)


def _raise_row_versions(plan: Plan) -> None:
    """So that an editor who has one of these rows open is told. A group's version counts its choices' edits, too."""
    for row_type in (RowType.SECTION, RowType.ITEM, RowType.GROUP):
        rows = plan.state.rows(row_type)
        by_version: dict[int, list[UUID]] = defaultdict(list)
        for row_id in sorted(_touched(plan, row_type)):
            by_version[rows[row_id].version].append(row_id)
        for version, ids in by_version.items():
            for some in _batches(ids):
                mine = _MODELS[row_type].objects.filter(
                    tenant=plan.state.tenant, id__in=some, version=version
                )
                if mine.update(version=F("version") + 1) != len(some):
                    raise _Moved


def _touched(plan: Plan, row_type: RowType) -> set[UUID]:
    touched = {edit.id for edit in plan.changed if edit.row_type == row_type and edit.existing is not None}
    if row_type == RowType.GROUP:
        for edit in (edit for edit in plan.changed if edit.row_type == RowType.CHOICE):
            touched.add(edit.value("group_id"))
            touched |= {edit.existing.group_id} if edit.existing is not None else set()
        touched &= set(plan.state.groups)
    return touched


class _Positions:
    """Positions after those that are taken, in each section and group."""

    def __init__(self, state: MenuState) -> None:
        self._next: Counter[UUID | None] = Counter()
        for section in state.sections.values():
            self._take(None, section.position)
        for item in state.items.values():
            self._take(item.section_id, item.position)
        for choice in state.choices.values():
            self._take(choice.group_id, choice.position)

    def _take(self, parent: UUID | None, position: int) -> None:
        self._next[parent] = max(self._next[parent], position + 1)

    def after(self, parent: UUID | None) -> int:
        """The next one."""
        self._next[parent] += 1
        return self._next[parent] - 1


def _fields(edit: Edit, positions: _Positions) -> dict[str, Any]:
    """The model's fields that an edit sets."""
    fields = dict(edit.values)
    if "archived" in fields:
        fields["archived_at"] = now() if fields.pop("archived") else None
    parent = fields.get("section_id") or fields.get("group_id")
    if edit.row_type != RowType.GROUP and (parent or edit.existing is None):
        fields["position"] = positions.after(parent)
    return fields


def _insert(state: MenuState, row_type: RowType, edits: Sequence[Edit], positions: _Positions) -> None:
    model = _MODELS[row_type]
    rows = [model(id=edit.id, tenant_id=state.tenant.id, **_fields(edit, positions)) for edit in edits]
    _create(rows)


def _update(row_type: RowType, edits: Sequence[Edit], positions: _Positions) -> None:
    """Write the changed columns; the rows are there, since their versions were just raised."""
    model = _MODELS[row_type]
    by_columns: dict[tuple[str, ...], list[Model]] = defaultdict(list)
    for edit in edits:
        fields = _fields(edit, positions)
        names = [field.attname for field in model._meta.concrete_fields]
        row = model(**{name: fields.get(name, getattr(edit.existing, name)) for name in names})
        by_columns[tuple(sorted(fields))].append(row)
    for columns, rows in by_columns.items():
        # One upsert for many rows. An UPDATE with a CASE for each row would take minutes.
        _create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _write_groups(plan: Plan) -> None:
    gone: list[UUID] = []
    rows: list[Model] = []
    for edit in plan.changed:
        if edit.groups is None:
            continue
        links = plan.state.links.get(edit.id, [])
        gone += [link.id for link in links if link.group_id not in edit.groups]
        rows += [
            ItemGroup(tenant_id=plan.state.tenant.id, item_id=edit.id, group_id=group_id, position=position)
            for position, group_id in enumerate(edit.groups)
        ]
    for some in _batches(gone):
        ItemGroup.objects.filter(tenant=plan.state.tenant, id__in=some).delete()
    _create(
        rows, update_conflicts=True, unique_fields=["tenant", "item", "group"], update_fields=["position"]
    )


def _write_prices(plan: Plan) -> None:
    tenant_id = plan.state.tenant.id
    prices = [(edit.id, site_id, minor) for edit in plan.changed for site_id, minor in edit.prices.items()]
    by_site: dict[UUID, list[UUID]] = defaultdict(list)
    for item_id, site_id, minor in prices:
        if minor is None:
            by_site[site_id].append(item_id)
    for site_id, items in by_site.items():
        for some in _batches(items):
            ItemPrice.objects.filter(tenant_id=tenant_id, location_id=site_id, item_id__in=some).delete()
    rows = [
        ItemPrice(tenant_id=tenant_id, location_id=site_id, item_id=item_id, price_minor=minor)
        for item_id, site_id, minor in prices
        if minor is not None
    ]
    _create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "location", "item"],
        update_fields=["price_minor"],
    )


def _price_changes(plan: Plan) -> Iterator[Change]:
    """For the audit log, from what the transaction's compare-and-set has found unchanged."""
    for edit in plan.changed:
        if edit.row_type != RowType.ITEM:
            continue
        name, currency = edit.value("name"), edit.value("currency")
        existing = edit.existing if isinstance(edit.existing, MenuItem) else None
        yield Change(
            name,
            {} if existing is None else {"price": Money(existing.price_minor, existing.currency)},
            {"price": Money(edit.value("price_minor"), currency)},
        )
        for site_id, new in edit.prices.items():
            old = plan.state.prices.get((edit.id, site_id))
            yield Change(
                name,
                {} if old is None else {"price": Money(old, currency)},
                {} if new is None else {"price": Money(new, currency)},
                site_id,
            )


def _write_texts(plan: Plan) -> None:
    rows = list(_texts(plan))
    _create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "language", "kind", "subject_id"],
        update_fields=["name", "description"],
    )


def _texts(plan: Plan) -> Iterator[MenuText]:
    for edit in plan.changed:
        for language, texts in edit.texts.items():
            name, description = plan.state.texts.get((edit.id, language), ("", ""))
            yield MenuText(
                tenant_id=plan.state.tenant.id,
                language=language,
                kind=TEXT_KINDS[edit.row_type],
                subject_id=edit.id,
                name=texts.get(NAME, name),
                description=texts.get(DESCRIPTION, description),
            )


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while some := list(islice(left, _BATCH)):
        yield some


def _create(rows: Iterable[Model], **conflicts: Any) -> None:
    for some in _batches(rows):
        type(some[0])._default_manager.bulk_create(some, **conflicts)
