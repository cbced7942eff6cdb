"""Read the first sheet of an XLSX workbook that may be hostile.

calamine keeps a sheet as a dense table and copies a shared text into every cell that uses it. So a few bytes can
make it ask for more memory than there is, which ends the process. Therefore a workbook is measured before calamine
opens it, and calamine gets a copy with the measured parts only.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from xml.parsers import expat

from python_calamine import load_workbook

from duitpos.domain.menus.sheets.problems import FileProblem, refused

MAX_UNPACKED = 64 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 10_001
"""With the heading."""
MAX_COLUMNS = 200
MAX_TEXT = 16 * 1024 * 1024
"""Characters of all cells together."""
MAX_ELEMENTS = 3_000_000
"""XML elements of all parts together, which bound the time of measuring: about three seconds."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK"

_SHEET = re.compile(r"xl/worksheets/[\w.-]+\.xml", re.ASCII)
_OTHER_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/(workbook|styles|sharedStrings)\.xml"
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_SHARED_STRINGS = "xl/sharedStrings.xml"


class Number(str):
    """A cell that holds a number and no text: a name that was one may have lost its leading zeros."""


class Date(str):
    """A cell that holds a date."""


class Failed(str):
    """A cell whose formula failed."""


def workbook_rows(data: bytes) -> list[list[str]]:
    """The cells of the first sheet, from its first row, without trailing empty rows. Invalid."""
    parts = _parts(data)
    budget = _Budget()
    lengths = _text_lengths(parts.get(_SHARED_STRINGS, b""), budget)
    failed: dict[str, set[tuple[int, int]]] = {}
    for name, xml in parts.items():
        if _SHEET.fullmatch(name):
            failed[name] = _measure(xml, lengths, budget)
    if "xl/workbook.xml" not in parts or not failed:
        raise refused(FileProblem.NO_WORKBOOK)
    rows = _read(_packed(parts))
    # Which part is the first sheet is calamine's to know; with one sheet, it is the only one.
    places = next(iter(failed.values())) if len(failed) == 1 else set()
    return [
        [Failed("") if (y, x) in places else _cell(value) for x, value in enumerate(row)]
        for y, row in enumerate(rows)
    ]


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts of the workbook that hold its cells, unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(archive, entries)
            wanted = [
                one
                for one in entries
                if _SHEET.fullmatch(one.filename) or _OTHER_PARTS.fullmatch(one.filename)
            ]
            return {one.filename: archive.read(one) for one in wanted}
    # Among them an unknown compression, a truncated entry and a name that cannot be decoded.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise refused(FileProblem.DAMAGED) from error


def _check_entries(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [one.filename for one in entries]
    if len(entries) > MAX_PARTS or len(set(names)) != len(names):
        raise refused(FileProblem.TOO_MANY_PARTS)
    if sum(one.file_size for one in entries) > MAX_UNPACKED:
        raise refused(FileProblem.UNPACKS_TOO_LARGE)
    if any(one.flag_bits & 1 for one in entries):
        raise refused(FileProblem.ENCRYPTED)
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:200]:
        raise refused(FileProblem.OPEN_DOCUMENT)
    if "xl/workbook.bin" in names:
        raise refused(FileProblem.BINARY_WORKBOOK)
    if "xl/workbook.xml" not in names:
        raise refused(FileProblem.NO_WORKBOOK)


def _packed(parts: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return packed.getvalue()


def _read(data: bytes) -> Sequence[Sequence[object]]:
    try:
        with load_workbook(BytesIO(data)) as book:
            sheet = book.get_sheet_by_index(0)
            return [] if sheet.end is None else sheet.to_python(skip_empty_area=False)
    except BaseException as error:
        # calamine's errors have several bases, and a panic of its Rust code is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise refused(FileProblem.DAMAGED) from error


def _cell(value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return Number(repr(value).removesuffix(".0"))
        case time():
            return value.isoformat()
        case timedelta():
            return Number(repr(value / timedelta(days=1)))
        case datetime() | date():
            return Date(value.isoformat()[:10])
    return ""


@dataclass
class _Budget:
    """How many elements may still be read."""

    left: int = MAX_ELEMENTS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise refused(FileProblem.TOO_MUCH_TEXT)


@dataclass
class _TextLengths:
    """Counts the characters of each shared text."""

    budget: _Budget
    lengths: list[int] = field(default_factory=list)
    _is_text: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.budget.spend()
        local = _local(name)
        if local == "si":
            self.lengths.append(0)
        self._is_text = local == "t"

    def end(self, name: str) -> None:
        self._is_text = False

    def text(self, data: str) -> None:
        if self._is_text and self.lengths:
            self.lengths[-1] += len(data)


@dataclass
class _Extent:
    """Follows the cells of a sheet as calamine does: where each is, and how much text all of them have."""

    lengths: Sequence[int]
    budget: _Budget
    failed: set[tuple[int, int]] = field(default_factory=set)
    characters: int = 0
    row: int = -1
    column: int = -1
    kind: str = ""
    value: str = ""
    _collects: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.budget.spend()
        match _local(name):
            case "row":
                self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
                self.column = -1
            case "c":
                self._move(attributes.get("r"))
                self.kind, self.value = attributes.get("t", ""), ""
            case "v" | "t" | "is" | "f":
                self._check_place()
                self._collects = _local(name) != "f"

    def end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self._collects = False
        if local == "c" and self.kind == "s" and self.value.strip():
            self._count(self.lengths[int(self.value)])
        if local == "c" and self.kind == "e":
            self.failed.add((self.row, self.column))

    def text(self, data: str) -> None:
        if self._collects:
            self.value = data if len(self.value) > 20 else self.value + data
            self._count(len(data))

    def _move(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise refused(FileProblem.DAMAGED)
        self.column = 0
        for letter in found[1]:
            self.column = self.column * 26 + ord(letter) - 64
        self.column -= 1
        self.row = int(found[2]) - 1

    def _check_place(self) -> None:
        if not 0 <= self.row < MAX_ROWS:
            raise refused(FileProblem.TOO_MANY_ROWS)
        if not 0 <= self.column < MAX_COLUMNS:
            raise refused(FileProblem.TOO_MANY_COLUMNS)

    def _count(self, characters: int) -> None:
        self.characters += characters
        if self.characters > MAX_TEXT:
            raise refused(FileProblem.TOO_MUCH_TEXT)


def _text_lengths(xml: bytes, budget: _Budget) -> list[int]:
    counted = _TextLengths(budget)
    if xml:
        _parse(xml, counted)
    return counted.lengths


def _measure(xml: bytes, lengths: Sequence[int], budget: _Budget) -> set[tuple[int, int]]:
    """Refuse a sheet that is too large; returns the places of formulas that failed."""
    extent = _Extent(lengths, budget)
    _parse(xml, extent)
    return extent.failed


def _parse(xml: bytes, follower: _TextLengths | _Extent) -> None:
    # calamine reads UTF-8 whatever the file declares, so this must, too. Stricter than calamine in everything else.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = follower.start
    parser.EndElementHandler = follower.end
    parser.CharacterDataHandler = follower.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, IndexError) as error:
        raise refused(FileProblem.DAMAGED) from error


def _refuse_doctype(*declared: object) -> None:
    """A workbook needs no entities, which are a way to make a short text long."""
    raise refused(FileProblem.DAMAGED)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
