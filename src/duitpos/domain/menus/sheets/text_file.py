"""Menu files as CSV: decode what spreadsheets write."""

from __future__ import annotations

import csv
import io
import re

from duitpos.domain.menus.sheets.problems import FileProblem, refused
from duitpos.domain.menus.sheets.workbook import MAX_COLUMNS, MAX_ROWS
from duitpos.kit.csv_file import unprotected

_OTHER_FILES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"<", b"{\\rtf")
_DELIMITERS = ",;\t|"
_DECLARED = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)


def text_rows(data: bytes) -> tuple[list[list[str]], str]:
    """The cells of a CSV file, and the encoding it was read with. Invalid."""
    if data.startswith(_OTHER_FILES):
        raise refused(FileProblem.NO_TABLE)
    text, encoding = _decoded(data)
    if "\0" in text:
        raise refused(FileProblem.NO_TABLE)
    declared = _DECLARED.match(text)
    text = text[declared.end() :] if declared else text
    delimiter = declared[1] if declared else _delimiter(text)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(row[MAX_COLUMNS:]):
                raise refused(FileProblem.TOO_MANY_COLUMNS)
            if len(rows) < MAX_ROWS:
                rows.append([unprotected(cell) for cell in row[:MAX_COLUMNS]])
            elif any(row):
                raise refused(FileProblem.TOO_MANY_ROWS)
    except csv.Error as error:
        raise refused(FileProblem.QUOTE_OPEN) from error
    return rows, encoding


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, encoding), "utf-8"
    head = data[:200]
    if head.count(b"\0") * 3 > len(head):
        return _strictly(data, "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"), "utf-8"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strictly(data, "cp1252"), "cp1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refused(FileProblem.NO_TABLE) from error


def _delimiter(text: str) -> str:
    """The delimiter of the first line that has any, outside of quotation marks."""
    for line in text.splitlines()[:20]:
        bare = re.sub(r'"[^"]*"', "", line)
        best = max(_DELIMITERS, key=bare.count)
        if bare.count(best):
            return best
    return ","
