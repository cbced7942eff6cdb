"""Menu files for tests, good and bad."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def csv_file(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def workbook(*rows: Sequence[Any], options: dict[str, Any] | None = None) -> bytes:
    """An XLSX file; a cell may be a function of the book, the sheet and its place."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **(options or {})})
    sheet = book.add_worksheet()
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if callable(cell):
                cell(book, sheet, y, x)
            else:
                sheet.write(y, x, cell)
    book.close()
    return out.getvalue()


def a_date(book: Any, sheet: Any, y: int, x: int) -> None:
    from datetime import date

    sheet.write_datetime(y, x, date(2026, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"}))


def a_failed_formula(book: Any, sheet: Any, y: int, x: int) -> None:
    sheet.write_formula(y, x, "=1/0", None, "#DIV/0!")


def repacked(
    data: bytes, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None
) -> bytes:
    """The archive with its parts changed; None leaves a part out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            part = change(one.filename, old.read(one))
            if part is not None:
                new.writestr(one.filename, part)
        for name, part in (more or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def with_sheet(xml: str, shared: str = "") -> bytes:
    """A workbook whose first sheet is this XML, with these shared texts."""

    def change(name: str, part: bytes) -> bytes:
        if name == "xl/worksheets/sheet1.xml":
            return xml.encode()
        return shared.encode() if shared and name == "xl/sharedStrings.xml" else part

    return repacked(workbook(["name", "price"]), change)


def sheet(rows: str) -> str:
    return f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>"


def encrypted(data: bytes) -> bytes:
    """The archive with the flag of encryption on every entry."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def bomb(megabytes: int = 900) -> bytes:
    """A small file that unpacks to this many megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry:
            block = b" " * 1_000_000
            for _ in range(megabytes):
                entry.write(block)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()
