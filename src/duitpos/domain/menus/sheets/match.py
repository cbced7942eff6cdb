"""Find the row of the menu that each row of a file is about: by its id, else by type and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.edits import Edit
from duitpos.domain.menus.sheets.problems import BadCell, RowProblem
from duitpos.domain.menus.sheets.read import Line
from duitpos.domain.menus.sheets.state import MenuState
from duitpos.domain.menus.sheets.values import REFERENCE, key_of
from duitpos.kit.clean_text import one_line
from duitpos.kit.ids import uuid7

Key = tuple[UUID | None, str]
"""A row's section or group, where it has one, and its name's key."""


def row_type_of(line: Line) -> RowType:
    """The type that a row states; an item, if it states none. BadCell."""
    word = one_line(line.cells.get(col.TYPE, "")).casefold()
    if word not in ("", *RowType):
        raise BadCell(RowProblem.TYPE_UNKNOWN, typed=word[:40])
    return RowType(word or RowType.ITEM)


def parent_of(row_type: RowType, row: Any) -> UUID | None:
    """The section of an item, the group of a choice."""
    parent: UUID | None = None
    if row_type == RowType.ITEM:
        parent = row.section_id
    elif row_type == RowType.CHOICE:
        parent = row.group_id
    return parent


class Rows:
    """Rows of one type, to be found by id or by name; each only once in a file."""

    def __init__(self, row_type: RowType, state: MenuState) -> None:
        self._type = row_type
        self._rows: Mapping[UUID, Any] = state.rows(row_type)
        self._on_menu: dict[Key, list[UUID]] = defaultdict(list)
        self._archived: dict[Key, list[UUID]] = defaultdict(list)
        for row in self._rows.values():
            off = getattr(row, "archived_at", None) is not None
            names = self._archived if off else self._on_menu
            names[parent_of(row_type, row), key_of(row.name)].append(row.id)
        self._seen: dict[UUID | Key, int] = {}

    def edit_for(self, line: Line, parent: UUID | None, is_archived: bool) -> Edit:
        """The edit of the row that the line is about, or of a new one. BadCell."""
        key = (parent, key_of(line.cells.get(col.NAME, "")))
        stated = self.by_id(line)
        found = self._by_name(key, is_archived) if stated is None else stated.id
        # A second row without an id and with the same name would add the same row twice.
        for seen in (found, None if col.ID in line.cells or not key[1] else key):
            if seen is not None:
                before = self._seen.setdefault(seen, line.number)
                if before != line.number:
                    raise BadCell(RowProblem.SAME_ROW, other=before)
        row = None if found is None else self._rows[found]
        name = one_line(line.cells.get(col.NAME, "")) or ("" if row is None else row.name)
        return Edit(line.number, self._type, found or uuid7(), row, name)

    def by_id(self, line: Line) -> Any:
        """The row whose id the line states; None, if it states none. BadCell."""
        text = line.cells.get(col.ID, "").strip()
        if not text:
            return None
        try:
            row_id = UUID(text)
        except ValueError as error:
            raise BadCell(RowProblem.ID_MALFORMED, typed=text[:40]) from error
        if row_id not in self._rows:
            raise BadCell(RowProblem.ID_UNKNOWN, what=self._type.value)
        return self._rows[row_id]

    def _by_name(self, key: Key, is_archived: bool) -> UUID | None:
        found = self._on_menu.get(key) or (self._archived.get(key, []) if is_archived else [])
        if len(found) > 1:
            raise BadCell(RowProblem.NAME_AMBIGUOUS, count=len(found))
        return found[0] if found else None


class Names:
    """Sections or groups by the names that other rows call them by: those after the import, then those before it."""

    def __init__(self, state_rows: Iterable[Any], edits: Iterable[Edit], what: RowType) -> None:
        self._what = what
        self._ids: set[UUID] = set()
        self._now: dict[str, set[UUID]] = defaultdict(set)
        self._before: dict[str, set[UUID]] = defaultdict(set)
        edited = {edit.id: edit for edit in edits}
        for row in state_rows:
            self._ids.add(row.id)
            if getattr(row, "archived_at", None) is None:
                self._before[key_of(row.name)].add(row.id)
                if row.id not in edited:
                    self._now[key_of(row.name)].add(row.id)
        for edit in edited.values():
            self.add(edit)

    def add(self, edit: Edit) -> None:
        """Make a row of the file known."""
        self._ids.add(edit.id)
        if not edit.is_archived():
            self._now[key_of(edit.value("name", edit.name))].add(edit.id)

    def find(self, reference: str, or_make: Callable[[str], Edit] | None = None) -> UUID:
        """The row that a cell names. A name that nobody has is made by `or_make`. BadCell."""
        stated = REFERENCE.fullmatch(reference)
        if stated:
            row_id = UUID(stated[1])
            if row_id in self._ids:
                return row_id
            raise self._unknown(reference)
        key = key_of(reference)
        found = self._now.get(key) or self._before.get(key) or set()
        if len(found) > 1:
            raise BadCell(RowProblem.REFERENCE_AMBIGUOUS, what=self._what.value, named=reference[:80])
        if found:
            return next(iter(found))
        if or_make is None:
            raise self._unknown(reference)
        made = or_make(reference)
        self.add(made)
        return made.id

    def _unknown(self, reference: str) -> BadCell:
        return BadCell(RowProblem.REFERENCE_UNKNOWN, what=self._what.value, named=reference[:80])
