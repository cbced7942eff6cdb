"""CSV files that spreadsheets open as they are meant: as UTF-8, and without taking a text for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for a formula, also written with the full-width signs of a Chinese keyboard."""


def csv_file(
    rows: Iterable[Sequence[str]],
    numbers: frozenset[int],
    *,
    delimiter: str = ",",
    is_for_people: bool = True,
) -> bytes:
    """A CSV file that Excel opens as UTF-8. Cells of the columns `numbers` are amounts and stay as they are.

    `is_for_people`: with the mark by which Excel knows UTF-8; a program that imports the file takes it for a text.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for at, row in enumerate(rows):
        writer.writerow([cell if at and x in numbers else protected(cell) for x, cell in enumerate(row)])
    return out.getvalue().encode("utf-8-sig" if is_for_people else "utf-8")


def protected(cell: str) -> str:
    """The text with an apostrophe before it, if a spreadsheet would take it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unprotected(cell: str) -> str:
    """The text that `protected` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
