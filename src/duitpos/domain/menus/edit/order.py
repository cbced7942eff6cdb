"""The order of sections and items: by one step, or as a whole after dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When

from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.people.roles import Can, require
from duitpos.kit.transact import transact
from duitpos.models import Membership, MenuItem, MenuSection

R = TypeVar("R", MenuItem, MenuSection)
T = TypeVar("T")
STEPS = {"up": -1, "down": 1}
_TRIES = 4
_AT_ONCE = 200


class _Overtaken(Exception):
    """Another reordering wrote between our read and our write."""


def live_sections(tenant_id: UUID) -> QuerySet[MenuSection]:
    """The sections on the menu, in the order in which guests read them."""
    return MenuSection.objects.filter(tenant_id=tenant_id, archived_at=None).order_by(
        "position", "name", "id"
    )


def live_items(tenant_id: UUID, section_id: UUID) -> QuerySet[MenuItem]:
    """The items on the menu of one section, in the same order."""
    rows = MenuItem.objects.filter(tenant_id=tenant_id, section_id=section_id, archived_at=None)
    return rows.order_by("position", "name", "id")


def move_section(member: Membership, section_id: UUID, to: str) -> int:
    """Move a section by one step, "up" or "down"; returns its place from 1. Forbidden, Gone, Conflict."""
    require(member, Can.EDIT_MENU)

    def work() -> int:
        rows = list(live_sections(member.tenant_id))
        return _stepped(member, MenuSection.objects.all(), rows, section_id, to, Code.SECTION_UNKNOWN)

    return again(work)


def move_item(member: Membership, item_id: UUID, to: str) -> int:
    """Move an item by one step inside its section; returns its place from 1. Forbidden, Gone, Conflict."""
    require(member, Can.EDIT_MENU)

    def work() -> int:
        item = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id).first()
        if item is None:
            raise Gone(Code.ITEM_UNKNOWN)
        rows = list(live_items(member.tenant_id, item.section_id))
        return _stepped(member, MenuItem.objects.all(), rows, item_id, to, Code.ITEM_UNKNOWN)

    return again(work)


def order_sections(member: Membership, ids: Sequence[UUID]) -> None:
    """Give the sections this order. One that is not named keeps its place. Forbidden, Gone, Conflict."""
    require(member, Can.EDIT_MENU)

    def work() -> None:
        _require_own(MenuSection.objects.all(), member.tenant_id, ids, Code.SECTION_UNKNOWN)
        rows = list(live_sections(member.tenant_id))
        _renumber(MenuSection.objects.filter(tenant_id=member.tenant_id), _in_order(rows, ids))
        menus_changed(member.tenant_id)

    again(work)


def order_items(member: Membership, section_id: UUID, ids: Sequence[UUID], moved: UUID) -> None:
    """Give a section's items this order; `moved`, the one that was dragged, may come from another section.

    An item that is not named keeps its place; one that is named and has meanwhile left the section stays away.
    Forbidden, Gone, Conflict.
    """
    require(member, Can.EDIT_MENU)
    mine = MenuItem.objects.filter(tenant_id=member.tenant_id)

    def work() -> None:
        if not live_sections(member.tenant_id).filter(id=section_id).exists():
            raise Gone(Code.SECTION_UNKNOWN)
        _require_own(MenuItem.objects.all(), member.tenant_id, [*ids, moved], Code.ITEM_UNKNOWN)
        rows = list(live_items(member.tenant_id, section_id))
        newcomer = mine.filter(id=moved, archived_at=None).exclude(section_id=section_id).first()
        if newcomer is not None:
            # Placed behind the named item before it, so that the named ones have one slot for each.
            before = ids[: ids.index(moved)] if moved in ids else []
            at = max((place for place, row in enumerate(rows, 1) if row.id in before), default=0)
            rows.insert(at, newcomer)
            update = {"section_id": section_id, "version": F("version") + 1}
            if not mine.filter(id=moved, section_id=newcomer.section_id).update(**update):
                raise _Overtaken
        _renumber(mine, _in_order(rows, ids))
        menus_changed(member.tenant_id)

    again(work)


def next_position(rows: QuerySet[R]) -> int:
    """The position behind the last of the rows."""
    last = rows.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def place_after(rows: Sequence[R], mine: QuerySet[R], row: R, after: UUID) -> None:
    """Renumber so that `row`, which is new, follows the row with the id `after`; in the caller's transaction."""
    ordered: list[R] = [one for one in rows if one.id != row.id]
    places: list[int] = [place for place, one in enumerate(ordered, 1) if one.id == after]
    ordered.insert(places[0] if places else len(ordered), row)
    _renumber(mine, ordered)


def _require_own(model: QuerySet[R], tenant_id: UUID, ids: Sequence[UUID], code: Code) -> None:
    wanted = set(ids)
    if model.filter(tenant_id=tenant_id, id__in=wanted).count() != len(wanted):
        raise Gone(code)


def _stepped(
    member: Membership, model: QuerySet[R], rows: list[R], row_id: UUID, to: str, unknown: Code
) -> int:
    at = next((place for place, row in enumerate(rows) if row.id == row_id), None)
    if at is None:
        raise Gone(unknown)
    there = min(max(at + STEPS.get(to, 0), 0), len(rows) - 1)
    if there != at:
        rows[at], rows[there] = rows[there], rows[at]
        _renumber(model.filter(tenant_id=member.tenant_id), rows)
        menus_changed(member.tenant_id)
    return there + 1


def _in_order(rows: list[R], ids: Sequence[UUID]) -> list[R]:
    """The rows, with the named ones in the order of `ids` in the places that they have together."""
    by_id = {row.id: row for row in rows}
    named = iter([by_id[one] for one in dict.fromkeys(ids) if one in by_id])
    wanted = set(ids)
    return [next(named) if row.id in wanted else row for row in rows]


def _renumber(mine: QuerySet[R], rows: Sequence[R]) -> None:
    """Number the rows from 0. Guarded by each row's old position: a reordering in between raises _Overtaken."""
    changed = [(row, place) for place, row in enumerate(rows) if row.position != place]
    for start in range(0, len(changed), _AT_ONCE):
        some = changed[start : start + _AT_ONCE]
        ids = [row.pk for row, _ in some]
        old = Case(*(When(id=row.pk, then=Value(row.position)) for row, _ in some))
        new = Case(*(When(id=row.pk, then=Value(place)) for row, place in some))
        if mine.filter(id__in=ids, position=old).update(position=new) != len(some):
            raise _Overtaken


def again(work: Callable[[], T]) -> T:
    """Run `work` in a transaction, and again when another reordering came in between. Conflict after some tries."""
    for _ in range(_TRIES):
        try:
            return transact(work)
        except _Overtaken:
            continue
    raise Conflict(Code.MENU_ORDER_CHANGED)
