"""Compare a file with the menu: what an import would do, and what is wrong in the file."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.edits import Change, Edit, Plan
from duitpos.domain.menus.sheets.fields import Fields
from duitpos.domain.menus.sheets.match import Names, Rows, row_type_of
from duitpos.domain.menus.sheets.problems import BadCell, Problem, RowProblem
from duitpos.domain.menus.sheets.read import Line, Table
from duitpos.domain.menus.sheets.state import MenuState
from duitpos.domain.menus.sheets.values import references_of, yes_of
from duitpos.kit.clean_text import one_line
from duitpos.kit.ids import uuid7


def plan_import(table: Table, state: MenuState) -> Plan:
    """What the import of the table into this menu does. Rows of the menu that the file does not have stay."""
    planner = _Planner(table, state)
    planner.run()
    edits = sorted(planner.edits, key=lambda edit: (edit.row, edit.row_type != RowType.SECTION))
    problems = sorted(planner.problems, key=lambda problem: (problem.row, problem.column))
    return Plan(state, table, edits, problems)


class _Planner:
    def __init__(self, table: Table, state: MenuState) -> None:
        self.table, self.state = table, state
        self.edits: list[Edit] = []
        self.problems: list[Problem] = list(table.problems)
        self.fields = Fields(state, self._columns())
        self.rows = {row_type: Rows(row_type, state) for row_type in RowType}
        self.sections = Names([], [], RowType.SECTION)
        self.groups = Names([], [], RowType.GROUP)

    def run(self) -> None:
        """Sections and groups first, since items and choices name them."""
        lines: dict[RowType, list[Line]] = defaultdict(list)
        for line in self.table.lines:
            try:
                lines[row_type_of(line)].append(line)
            except BadCell as error:
                self._wrong(line.number, col.TYPE, error)
        sections = self._edits(RowType.SECTION, lines)
        self.sections = Names(self.state.sections.values(), sections, RowType.SECTION)
        groups = self._edits(RowType.GROUP, lines)
        self.groups = Names(self.state.groups.values(), groups, RowType.GROUP)
        self._edits(RowType.ITEM, lines)
        choices = self._edits(RowType.CHOICE, lines)
        self._check_groups(groups, choices)

    def _columns(self) -> tuple[str, ...]:
        """The columns whose location or language this restaurant has."""
        known = []
        slugs = {site.slug for site in self.state.locations}
        own = self.state.tenant.menu_language
        row = min((line.number for line in self.table.lines), default=2) - 1
        for column in self.table.columns:
            base, _, more = column.partition(": ")
            if more and base == col.PRICE and more not in slugs:
                self.problems.append(Problem(row, column, RowProblem.LOCATION_UNKNOWN, {"typed": more[:40]}))
            elif more and base != col.PRICE and more == own:
                self.problems.append(Problem(row, column, RowProblem.OWN_LANGUAGE, {"plain": base}))
            elif more and base != col.PRICE and more not in self.state.languages:
                languages = ", ".join(self.state.languages)
                facts = {"typed": more[:40], "languages": languages}
                self.problems.append(Problem(row, column, RowProblem.LANGUAGE_UNKNOWN, facts))
            else:
                known.append(column)
        return tuple(known)

    def _edits(self, row_type: RowType, lines: dict[RowType, list[Line]]) -> list[Edit]:
        made = []
        for line in lines[row_type]:
            edit = self._edit(row_type, line)
            if edit is not None:
                made.append(edit)
        self.edits += made
        return made

    def _edit(self, row_type: RowType, line: Line) -> Edit | None:
        column = col.GROUPS if row_type == RowType.CHOICE else col.SECTION
        try:
            parent = self._parent(row_type, line)
            column = col.GROUPS
            groups = self._groups(line) if row_type == RowType.ITEM else []
            column = col.ID if col.ID in line.cells else col.NAME
            edit = self.rows[row_type].edit_for(line, parent, self._is_archived(line))
        except BadCell as bad:
            self._wrong(line.number, column, bad)
            return None
        for wrong_column, wrong in self.fields.fill(edit, line.cells, parent, groups):
            self._wrong(line.number, wrong_column, wrong)
        if edit.existing is None:
            self._complete(edit, parent)
        return edit

    def _complete(self, edit: Edit, parent: UUID | None) -> None:
        """What a new row needs although the file has no column for it."""
        if edit.row_type == RowType.ITEM:
            edit.values.setdefault("section_id", parent)
            edit.values.setdefault("currency", self.state.currency)
            if col.PRICE not in self.table.columns:
                self._wrong(edit.row, col.PRICE, BadCell(RowProblem.PRICE_MISSING))
        if edit.row_type == RowType.CHOICE:
            edit.values.setdefault("group_id", parent)

    def _parent(self, row_type: RowType, line: Line) -> UUID | None:
        """The section of an item, which is made where nobody has its name, or the group of a choice. BadCell."""
        if row_type == RowType.ITEM:
            if section := one_line(line.cells.get(col.SECTION, "")):
                return self.sections.find(section, lambda name: self._new_section(line.number, name))
            return self._kept_parent(row_type, line, "section_id", RowProblem.SECTION_MISSING)
        if row_type == RowType.CHOICE:
            groups = references_of(line.cells.get(col.GROUPS, ""))
            if len(groups) == 1:
                return self.groups.find(groups[0])
            return self._kept_parent(row_type, line, "group_id", RowProblem.GROUP_MISSING)
        return None

    def _kept_parent(self, row_type: RowType, line: Line, name: str, missing: RowProblem) -> UUID:
        """The parent of a row that is known by its id, if the file has no such column."""
        column = col.SECTION if row_type == RowType.ITEM else col.GROUPS
        row = None if column in self.table.columns else self.rows[row_type].by_id(line)
        if row is None:
            raise BadCell(missing)
        kept: UUID = getattr(row, name)
        return kept

    def _new_section(self, row: int, name: str) -> Edit:
        most = col.NAME_LENGTHS[RowType.SECTION]
        if len(name) > most:
            raise BadCell(RowProblem.TEXT_TOO_LONG, most=most, length=len(name))
        edit = Edit(row, RowType.SECTION, uuid7(), None, name)
        edit.values["name"] = name
        edit.changes.append(Change(col.NAME, "", name))
        self.edits.append(edit)
        return edit

    def _groups(self, line: Line) -> list[UUID]:
        groups = [self.groups.find(one) for one in references_of(line.cells.get(col.GROUPS, ""))]
        if len(set(groups)) != len(groups):
            raise BadCell(RowProblem.GROUP_TWICE)
        return groups

    def _is_archived(self, line: Line) -> bool:
        try:
            return yes_of(line.cells.get(col.ARCHIVED, ""))
        except BadCell:
            return False  # `fill` reports it

    def _check_groups(self, groups: list[Edit], choices: list[Edit]) -> None:
        """A group that the file changes can be satisfied, and what is chosen at first costs nothing."""
        after: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
        edited = {edit.id: edit for edit in choices}
        for row in self.state.choices.values():
            if row.id not in edited and row.archived_at is None:
                after[row.group_id][row.id] = row.is_default
        for edit in choices:
            if not edit.is_archived():
                after[edit.value("group_id")][edit.id] = bool(edit.value("is_default", False))
            if edit.is_change and edit.value("is_default", False) and edit.value("price_delta_minor", 0) > 0:
                self._wrong(edit.row, col.DEFAULT, BadCell(RowProblem.DEFAULT_COSTS))
        rows = {edit.id: edit for edit in groups}
        touched: dict[UUID, int] = {}
        for edit in choices:
            if edit.is_change:
                touched.setdefault(edit.value("group_id"), edit.row)
        touched |= {edit.id: edit.row for edit in groups if edit.is_change}
        for group_id, number in touched.items():
            self._check_group(number, rows.get(group_id), group_id, after[group_id])

    def _check_group(self, number: int, edit: Edit | None, group_id: UUID, choices: dict[UUID, bool]) -> None:
        row = edit or Edit(number, RowType.GROUP, group_id, self.state.groups[group_id])
        least, most = row.value("min_choices", 0), row.value("max_choices", 1)
        if most < max(least, 1):
            self._wrong(number, col.MAX, BadCell(RowProblem.MAX_BELOW_MIN, least=max(least, 1)))
        elif len(choices) < least:
            self._wrong(number, col.MIN, BadCell(RowProblem.TOO_FEW_CHOICES, least=least, count=len(choices)))
        elif sum(choices.values()) > most:
            self._wrong(number, col.DEFAULT, BadCell(RowProblem.TOO_MANY_DEFAULTS, most=most))

    def _wrong(self, row: int, column: str, error: BadCell) -> None:
        self.problems.append(Problem(row, column, error.code, error.facts))
