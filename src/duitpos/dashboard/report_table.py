"""A revenue report as a table: the page, the CSV file and the workbook show the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from duitpos.domain.reporting.report import By, Report, Row, Sums

COUNTS = ("orders", "guests", "quantity", "refunded_quantity")
REFUNDED = ("refunded_sales", "refunded_service_charge", "refunded_tax", "refunded_other")
"""What refunds consist of: in files, and on the page in words."""
MONEY = (
    "sales",
    "discounts",
    "service_charge",
    "tax_added",
    "rounding",
    "unmatched",
    "gross",
    "refunds",
    *REFUNDED,
    "disputes",
    "net",
    "fees",
    "net_after_fees",
    "tax_included",
)
_ALWAYS = frozenset({"orders", "gross", "refunds", "net"})
_FEES = ("fees", "net_after_fees")
_OF_DISHES = ("quantity", "sales", "refunded_quantity", "refunds", "net")
DISHES = (By.ITEM, By.SECTION, By.MODIFIER)
MOST = 200
"""Rows on the page; files have all of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row, and its cells by column: counts, and amounts in minor units."""

    key: str
    name: str
    cells: dict[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by their codes. Rows and `rest` sum to `total`; `rest` is None when the rows cover it."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    rest: Line | None
    total: Line


def report_table(report: Report, name: Callable[[Row], str], *, all_columns: bool = False) -> Table:
    """Return the table of a report, with the columns that have something unless `all_columns`."""
    by = report.question.by
    lines = tuple(Line(row.key, name(row), _cells(row.sums)) for row in report.rows)
    covered = sum((row.sums for row in report.rows), Sums())
    rest = report.total - covered
    columns: tuple[str, ...] = _OF_DISHES if by in DISHES else (*COUNTS[:2], *MONEY)
    if not any(sums.fees for sums in (report.total, *(row.sums for row in report.rows))) and not all_columns:
        columns = tuple(column for column in columns if column not in _FEES)
    if not all_columns:
        hidden = frozenset(REFUNDED) - ({"refunded_tax"} if by == By.TAX else set())
        columns = tuple(column for column in columns if column not in hidden)
    used = [report.total, rest, *(row.sums for row in report.rows)]
    shown = tuple(
        column
        for column in columns
        if all_columns or column in _ALWAYS or any(_cells(sums)[column] for sums in used)
    )
    is_covered = not any(_cells(rest)[column] for column in MONEY)
    # Guests are counted once a day, so that those of several rows may be the same.
    last = None if is_covered else Line("", "", _cells(replace(rest, guests=0)))
    return Table(shown, lines, last, Line("", "", _cells(report.total)))


def sorted_table(table: Table, order: str) -> Table:
    """Sort the rows by a column's code, from the most, or with a "-" from the least; unknown codes change nothing."""
    column = order.removeprefix("-")
    if column not in table.columns:
        return table
    lines = sorted(table.lines, key=lambda line: line.cells[column], reverse=not order.startswith("-"))
    return replace(table, lines=tuple(lines))


def cut_table(table: Table, most: int = MOST) -> tuple[Table, Line | None]:
    """Return the table with its first rows, and the sum of the others; None when all are shown."""
    kept, others = table.lines[:most], table.lines[most:]
    if not others:
        return table, None
    return replace(table, lines=kept), Line("", "", _sum(line.cells for line in others))


def _cells(sums: Sums) -> dict[str, int]:
    return {column: getattr(sums, column) for column in (*COUNTS, *MONEY)}


def _sum(cells: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = dict.fromkeys((*COUNTS, *MONEY), 0)
    for one in cells:
        for column, value in one.items():
            total[column] += value
    return total
