"""A menu file as a table: its columns and rows, still as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duitpos.domain.menus.sheets.columns import ALIASES, NAME, PLAIN
from duitpos.domain.menus.sheets.problems import FileProblem, Problem, RowProblem, refused
from duitpos.domain.menus.sheets.text_file import text_rows
from duitpos.domain.menus.sheets.workbook import MAX_ROWS, OLE, ZIP, workbook_rows

MAX_BYTES = 5 * 1024 * 1024
MAX_CELL = 50_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file. `number` is its spreadsheet row; `cells` are by column, without those that are empty."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows. `ignored` are headings that are no column of ours; `encoding` is "utf-8" or "cp1252"."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    encoding: str


def read_table(data: bytes) -> Table:
    """The table in a CSV or XLSX file, told by its contents. Invalid."""
    if not data.strip():
        raise refused(FileProblem.EMPTY)
    if len(data) > MAX_BYTES:
        raise refused(FileProblem.TOO_LARGE)
    if data.startswith(OLE):
        raise refused(FileProblem.OLD_EXCEL)
    if data.startswith(ZIP):
        return _table(workbook_rows(data), "utf-8")
    return _table(*text_rows(data))


def _table(rows: Sequence[Sequence[str]], encoding: str) -> Table:
    head, columns = _heading(rows)
    ignored: list[str] = []
    problems: list[Problem] = []
    known: dict[int, str] = {}
    for x, column in enumerate(columns):
        if column in known.values():
            problems.append(Problem(head + 1, column, RowProblem.COLUMN_TWICE, {}))
        elif is_column(column):
            known[x] = column
        elif column:
            ignored.append(str(rows[head][x]).strip())
    lines = []
    for y in range(head + 1, len(rows)):
        # A number, a date and a failed formula are no plain texts; the last one is empty.
        written = {x: cell for x, cell in enumerate(rows[y]) if cell.strip() or type(cell) is not str}
        cells = {known[x]: cell for x, cell in written.items() if x in known}
        long = [column for column, cell in cells.items() if len(cell) > MAX_CELL]
        problems += [Problem(y + 1, column, RowProblem.CELL_TOO_LONG, {"most": MAX_CELL}) for column in long]
        if cells and not long:
            lines.append(Line(y + 1, cells))
    if not lines and not problems:
        raise refused(FileProblem.NO_ROWS)
    if len(lines) >= MAX_ROWS:
        raise refused(FileProblem.TOO_MANY_ROWS)
    return Table(tuple(known.values()), tuple(lines), tuple(ignored), tuple(problems), encoding)


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, list[str]]:
    """The first row that is not empty, which must name a column `name`."""
    for y, row in enumerate(rows):
        if any(cell.strip() for cell in row):
            columns = [_column(cell) for cell in row]
            if NAME not in columns:
                break
            return y, columns
    raise refused(FileProblem.NO_HEADER)


def _column(heading: str) -> str:
    """A heading in the form of columns.py: "Price:Bangsar" is "price: bangsar"."""
    base, colon, more = " ".join(heading.casefold().replace("*", "").split()).partition(":")
    base = ALIASES.get(base.strip(), base.strip())
    return f"{base}: {more.strip()}" if colon else base


def is_column(column: str) -> bool:
    """Whether the format has such a column; its location or language may still be unknown."""
    base, _, more = column.partition(": ")
    return column in PLAIN or bool(more and base in ("name", "description", "price"))
