"""Turn the cells of one row into an edit of the menu's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets import values
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.edits import Change, Edit
from duitpos.domain.menus.sheets.problems import BadCell, RowProblem
from duitpos.domain.menus.sheets.state import MenuState, Writer
from duitpos.domain.menus.sheets.workbook import Failed
from duitpos.kit.clean_text import one_line
from duitpos.kit.money import decimal_text
from duitpos.models.menu import EVERY_DAY, TaxClass

_DEFAULTS: dict[str, Any] = {
    "description": "",
    "marks": [],
    "allergens": [],
    "tax_class": TaxClass.STANDARD.value,
    "days": EVERY_DAY,
    "served_from": None,
    "served_until": None,
    "archived": False,
    "price_delta_minor": 0,
    "is_default": False,
    "min_choices": 0,
    "max_choices": 1,
}
"""What an empty cell means, and a column that the file does not have, for a new row."""

Parse = Callable[[str], Any]


class Fields:
    """Reads the cells of a file for one menu."""

    def __init__(self, state: MenuState, columns: tuple[str, ...]) -> None:
        self._state = state
        # The currency first, since prices are read in it.
        self._columns = sorted(columns, key=lambda column: column != col.CURRENCY)
        self._writer = Writer(state)
        self._sites = {col.price_at(site.slug): site for site in state.locations}

    def fill(
        self, edit: Edit, cells: Mapping[str, str], parent: UUID | None, groups: list[UUID]
    ) -> list[tuple[str, BadCell]]:
        """Put into the edit what the cells change. Returns the cells that are wrong, by column."""
        before = {} if edit.existing is None else self._writer.cells(edit.row_type, edit.existing)
        wrong: list[tuple[str, BadCell]] = []
        for column in self._columns:
            if column in (col.TYPE, col.ID):
                continue
            cell = cells.get(column, "")
            if not col.is_used(edit.row_type, column):
                if cell:
                    wrong.append((column, BadCell(RowProblem.NOT_FOR_TYPE, what=edit.row_type.value)))
                continue
            was = before.get(column, "")
            # What an export wrote is taken back as it is, even where it could not be typed today.
            if edit.existing is not None and one_line(cell) == was:
                continue
            try:
                if self._put(edit, column, cell, parent, groups):
                    edit.changes.append(Change(column, was, self._shown(edit, column, cell)))
            except BadCell as error:
                wrong.append((column, error))
        return wrong

    def _put(self, edit: Edit, column: str, cell: str, parent: UUID | None, groups: list[UUID]) -> bool:
        """Set the column's value in the edit; False if it is what it was. BadCell."""
        base, _, more = column.partition(": ")
        if more and base == col.PRICE:
            return self._put_price(edit, column, cell)
        if more:
            return self._put_text(edit, base, more, cell)
        if column == col.GROUPS and edit.row_type == RowType.ITEM:
            return self._put_groups(edit, groups)
        if column in (col.SECTION, col.GROUPS):
            return _set(edit, "section_id" if column == col.SECTION else "group_id", parent)
        if column == col.CURRENCY:
            return self._put_currency(edit, cell)
        name, parse = self._field(edit, column)
        return _set(edit, name, parse(cell))

    def _field(self, edit: Edit, column: str) -> tuple[str, Parse]:
        """The model's field of a column, and how its cells are read."""
        if column == col.PRICE:
            if edit.row_type == RowType.CHOICE:
                return (
                    "price_delta_minor",
                    lambda cell: (cell and values.amount_of(cell, self._state.currency)) or 0,
                )
            return "price_minor", lambda cell: _price(cell, edit.value("currency", self._state.currency))
        return {
            col.NAME: ("name", lambda cell: _name(cell, col.NAME_LENGTHS[edit.row_type])),
            col.DESCRIPTION: ("description", lambda cell: values.text_of(cell, col.DESCRIPTION_LENGTH)),
            col.MARKS: ("marks", values.words_of),
            col.ALLERGENS: ("allergens", values.words_of),
            col.TAX: ("tax_class", values.tax_of),
            col.DAYS: ("days", values.days_of),
            col.FROM: ("served_from", values.time_of),
            col.UNTIL: ("served_until", values.time_of),
            col.MIN: ("min_choices", lambda cell: values.count_of(cell, 0)),
            col.MAX: ("max_choices", lambda cell: values.count_of(cell, 1)),
            col.DEFAULT: ("is_default", values.yes_of),
            col.ARCHIVED: ("archived", values.yes_of),
        }[column]

    def _put_price(self, edit: Edit, column: str, cell: str) -> bool:
        site = self._sites[column]
        before = self._state.prices.get((edit.id, site.id))
        currency = edit.value("currency", self._state.currency)
        after = values.price_of(cell, currency) if cell.strip() else None
        if after == before:
            return False
        edit.prices[site.id] = after
        return True

    def _put_text(self, edit: Edit, base: str, language: str, cell: str) -> bool:
        most = col.TRANSLATED_NAME_LENGTH if base == col.NAME else col.DESCRIPTION_LENGTH
        after = values.text_of(cell, most, is_name=base == col.NAME)
        name, description = self._state.texts.get((edit.id, language), ("", ""))
        if after == (name if base == col.NAME else description):
            return False
        edit.texts.setdefault(language, {})[base] = after
        return True

    def _put_groups(self, edit: Edit, groups: list[UUID]) -> bool:
        before = [link.group_id for link in self._state.links.get(edit.id, [])]
        if before == groups:
            return False
        edit.groups = groups
        return True

    def _put_currency(self, edit: Edit, cell: str) -> bool:
        currency = one_line(cell).upper() or edit.value("currency", self._state.currency)
        if edit.existing is not None and currency != edit.existing.currency:
            raise BadCell(RowProblem.CURRENCY_FIXED, currency=edit.existing.currency)
        if edit.existing is None and currency not in {site.currency for site in self._state.locations}:
            raise BadCell(RowProblem.CURRENCY_UNKNOWN, typed=currency[:20])
        return _set(edit, "currency", currency)

    def _shown(self, edit: Edit, column: str, cell: str) -> str:
        """The cell as an export would write it, where that may differ from what was typed."""
        if column.partition(": ")[0] == col.PRICE and cell.strip():
            site = self._sites.get(column)
            is_choice = edit.row_type == RowType.CHOICE
            minor = (
                edit.prices[site.id]
                if site
                else edit.values["price_delta_minor" if is_choice else "price_minor"]
            )
            currency = self._state.currency if is_choice else edit.value("currency", self._state.currency)
            return decimal_text(minor or 0, currency)
        if column in (col.FROM, col.UNTIL):
            return values.time_text(edit.values["served_from" if column == col.FROM else "served_until"])
        if column in (col.MARKS, col.ALLERGENS):
            return values.words_text(edit.values[column])
        return values.days_text(edit.values["days"]) if column == col.DAYS else one_line(cell)


def _set(edit: Edit, name: str, value: Any) -> bool:
    before = _before(edit, name)
    if edit.existing is None:
        edit.values[name] = value
        return bool(value != before)
    if value == before:
        return False
    edit.values[name] = value
    return True


def _before(edit: Edit, name: str) -> Any:
    if edit.existing is None:
        return _DEFAULTS.get(name)
    if name == "archived":
        return edit.existing.archived_at is not None
    value = getattr(edit.existing, name)
    return list(value) if isinstance(value, list) else value


def _name(cell: str, most: int) -> str:
    name = values.text_of(cell, most, is_name=True)
    if not name:
        raise BadCell(RowProblem.NAME_MISSING)
    return name


def _price(cell: str, currency: str) -> int:
    if not cell.strip() and not isinstance(cell, Failed):
        raise BadCell(RowProblem.PRICE_MISSING)
    return values.price_of(cell, currency)
