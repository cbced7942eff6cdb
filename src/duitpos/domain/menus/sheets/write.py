"""Export the menu as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from io import BytesIO
from uuid import UUID

from duitpos.domain.menus.sheets import columns as col
from duitpos.domain.menus.sheets.columns import RowType
from duitpos.domain.menus.sheets.state import MenuState, Writer, menu_state
from duitpos.domain.people.roles import Can, require
from duitpos.kit.csv_file import csv_file
from duitpos.kit.money import decimal_places
from duitpos.models import Membership

_WIDTHS = {col.ID: 12, col.SECTION: 20, col.NAME: 32, col.DESCRIPTION: 48}


class FileKind(StrEnum):
    """The formats of a menu file."""

    CSV = "csv"
    XLSX = "xlsx"


def export_menu(member: Membership, kind: FileKind) -> bytes:
    """The whole menu as a file that `import` reads again without a change. Forbidden."""
    require(member, Can.EDIT_MENU)
    state = menu_state(member.tenant)
    columns = export_columns(state)
    numbers = frozenset(at for at, column in enumerate(columns) if column.partition(": ")[0] == col.PRICE)
    rows = [list(columns), *_rows(state, columns)]
    if kind == FileKind.CSV:
        return csv_file(rows, numbers)
    return _workbook(rows, numbers, decimal_places(state.currency))


def export_columns(state: MenuState) -> list[str]:
    """The columns of an export: those that every menu has, one for each further location, two for each language."""
    columns = [column for column in col.PLAIN if column != col.CURRENCY or _has_currencies(state)]
    if len(state.locations) > 1 or state.prices:
        columns += [col.price_at(site.slug) for site in state.locations]
    for language in state.languages:
        columns += [col.text_in(col.NAME, language), col.text_in(col.DESCRIPTION, language)]
    return columns


def _has_currencies(state: MenuState) -> bool:
    used = {site.currency for site in state.locations} | {row.currency for row in state.items.values()}
    return len(used) > 1


def _rows(state: MenuState, columns: Sequence[str]) -> Iterator[list[str]]:
    """Each section with its items, then each group with its choices."""
    writer = Writer(state)
    items: dict[UUID, list[list[str]]] = {}
    for item in state.items.values():
        items.setdefault(item.section_id, []).append(_cells(writer, RowType.ITEM, item, columns))
    choices: dict[UUID, list[list[str]]] = {}
    for choice in state.choices.values():
        choices.setdefault(choice.group_id, []).append(_cells(writer, RowType.CHOICE, choice, columns))
    for section in state.sections.values():
        yield _cells(writer, RowType.SECTION, section, columns)
        yield from items.get(section.id, [])
    for group in state.groups.values():
        yield _cells(writer, RowType.GROUP, group, columns)
        yield from choices.get(group.id, [])


def _cells(writer: Writer, row_type: RowType, row: object, columns: Sequence[str]) -> list[str]:
    cells = writer.cells(row_type, row)
    return [cells.get(column, "") for column in columns]


def _workbook(rows: Sequence[Sequence[str]], numbers: frozenset[int], places: int) -> bytes:
    # Loaded when a workbook is made: it takes 10 MB, which otherwise every process would hold.
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("Menu")
    head = book.add_format({"bold": True})
    # Text, so that a spreadsheet does not make a date or a number of what is typed there later.
    text = book.add_format({"num_format": "@"})
    amount = book.add_format({"num_format": f"0.{'0' * places}" if places else "0"})
    for x, column in enumerate(rows[0]):
        width = _WIDTHS.get(column.partition(": ")[0], 11)
        sheet.set_column(x, x, width, amount if x in numbers else text)
    sheet.freeze_panes(1, 0)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if y and x in numbers and cell:
                sheet.write_number(y, x, float(cell), amount)
            elif cell:
                sheet.write_string(y, x, cell, text if y else head)
    book.close()
    return out.getvalue()
