"""A revenue report as CSV and as an Excel workbook."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from duitpos.dashboard.report_table import Line, Table
from duitpos.dashboard.texts.reports import COUNTS
from duitpos.kit.csv_file import csv_file
from duitpos.kit.money import decimal_places, decimal_text


def table_csv(table: Table, heads: Sequence[str], words: Sequence[str], currency: str) -> bytes:
    """The table as CSV. `heads` names its columns; `words` is the name of `rest` and of `total`."""
    rows = [list(heads), *(_texts(table, line, name, currency) for line, name in _lines(table, words))]
    return csv_file(rows, frozenset(range(1, len(table.columns) + 1)))


def table_workbook(
    table: Table, heads: Sequence[str], words: Sequence[str], currency: str, title: str
) -> bytes:
    """The table as .xlsx: names as text, amounts as numbers with the currency's decimals."""
    # Loaded when a workbook is made: it takes 10 MB, which otherwise every process would hold.
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    places = decimal_places(currency)
    bold = book.add_format({"bold": True, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    amount = book.add_format({"num_format": f"#,##0.{'0' * places}" if places else "#,##0"})
    count = book.add_format({"num_format": "#,##0"})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(table.columns), 14)
    sheet.set_header(f"&L{title.replace('&', '&&')}")
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    for x, head in enumerate(heads):
        sheet.write_string(0, x, head, bold)
    for y, (line, name) in enumerate(_lines(table, words), start=1):
        sheet.write_string(y, 0, name, text)
        for x, column in enumerate(table.columns, start=1):
            if column in COUNTS:
                sheet.write_number(y, x, line.cells[column], count)
            else:
                sheet.write_number(y, x, float(decimal_text(line.cells[column], currency)), amount)
    book.close()
    return out.getvalue()


def _lines(table: Table, words: Sequence[str]) -> list[tuple[Line, str]]:
    rest, total = words
    ends = [(table.rest, rest)] if table.rest else []
    return [*((line, line.name) for line in table.lines), *ends, (table.total, total)]


def _texts(table: Table, line: Line, name: str, currency: str) -> list[str]:
    return [name, *(_text(column, line.cells[column], currency) for column in table.columns)]


def _text(column: str, value: int, currency: str) -> str:
    return str(value) if column in COUNTS else decimal_text(value, currency)
