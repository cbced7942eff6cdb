"""Files that are hostile, damaged or of another kind are refused with the reason, before they cost much."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.sheets.problems import FileProblem
from duitpos.domain.menus.sheets.read import read_table
from duitpos.web.texts.menu_files import FILE_REFUSED
from tests.domain.menus.sheets.files import (
    archive,
    bomb,
    csv_file,
    encrypted,
    repacked,
    sheet,
    with_sheet,
    workbook,
)

pytestmark = pytest.mark.pure

GOOD = workbook(["section", "name", "price"], ["Drinks", "Kopi", 2.5])
SHARED = "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>{}</t></si></sst>"


def _cells(count: int) -> str:
    return "".join(f'<row r="{y}">' + '<c t="s"><v>0</v></c>' * 150 + "</row>" for y in range(1, count + 1))


def _twice(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("xl/worksheets/sheet1.xml", sheet(""))
    return out.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], FileProblem]] = {
    "nothing": (lambda: b"", FileProblem.EMPTY),
    "only white space": (lambda: b" \r\n\t\n", FileProblem.EMPTY),
    "more than 5 MB": (lambda: b"name,price\n" + b"x,1\n" * 1_400_000, FileProblem.TOO_LARGE),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", FileProblem.NO_TABLE),
    "a photo": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", FileProblem.NO_TABLE),
    "a page": (lambda: b"<html><table><tr><td>name</td></tr></table></html>", FileProblem.NO_TABLE),
    "binary rubbish": (lambda: b"name,\x00\x01\x81", FileProblem.NO_TABLE),
    "half of a UTF-16 character": (lambda: "name,price".encode("utf-16") + b"x", FileProblem.NO_TABLE),
    "an old Excel file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, FileProblem.OLD_EXCEL),
    "an encrypted archive": (lambda: encrypted(GOOD), FileProblem.ENCRYPTED),
    "an OpenDocument file": (
        lambda: archive(
            mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": b"<x/>"}
        ),
        FileProblem.OPEN_DOCUMENT,
    ),
    "a binary workbook": (lambda: archive(**{"xl/workbook.bin": b"\0"}), FileProblem.BINARY_WORKBOOK),
    "a text document": (lambda: archive(**{"word/document.xml": b"<x/>"}), FileProblem.NO_WORKBOOK),
    "a workbook in an archive": (lambda: archive(**{"menu.xlsx": GOOD}), FileProblem.NO_WORKBOOK),
    "a workbook without sheets": (
        lambda: repacked(GOOD, lambda name, part: None if "worksheets" in name else part),
        FileProblem.NO_WORKBOOK,
    ),
    "a small file that unpacks to 900 MB": (bomb, FileProblem.UNPACKS_TOO_LARGE),
    "600 parts": (
        lambda: archive(**{f"xl/{number}.xml": b"" for number in range(600)}),
        FileProblem.TOO_MANY_PARTS,
    ),
    "two parts of the same name": (lambda: _twice(GOOD), FileProblem.TOO_MANY_PARTS),
    "the beginning of a workbook": (lambda: GOOD[: len(GOOD) // 2], FileProblem.DAMAGED),
    "an archive with a damaged directory": (
        lambda: GOOD.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        FileProblem.DAMAGED,
    ),
    "a sheet that is no XML": (lambda: with_sheet("<worksheet><sheetData>"), FileProblem.DAMAGED),
    "a sheet with entities": (
        lambda: with_sheet('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + sheet("<row><c><v>&a;</v></c></row>")),
        FileProblem.DAMAGED,
    ),
    "a cell in the last corner": (
        lambda: with_sheet(
            sheet('<row r="1"><c r="A1"><v>1</v></c></row><row><c r="XFD1048576"><v>1</v></c></row>')
        ),
        FileProblem.TOO_MANY_ROWS,
    ),
    "a cell far to the right": (
        lambda: with_sheet(sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')),
        FileProblem.TOO_MANY_COLUMNS,
    ),
    "cells without places after a row far below": (
        lambda: with_sheet(sheet('<row r="1000000"><c><v>1</v></c></row>')),
        FileProblem.TOO_MANY_ROWS,
    ),
    "a cell at no place": (
        lambda: with_sheet(sheet('<row r="1"><c r="A0x"><v>1</v></c></row>')),
        FileProblem.DAMAGED,
    ),
    "one long text in 300,000 cells": (
        lambda: with_sheet(sheet(_cells(2000)), SHARED.format("x" * 40_000)),
        FileProblem.TOO_MUCH_TEXT,
    ),
    "four million empty cells": (
        lambda: with_sheet(sheet('<row r="1">' + "<c/>" * 4_000_000 + "</row>")),
        FileProblem.TOO_MUCH_TEXT,
    ),
    "a shared text that is not there": (
        lambda: with_sheet(sheet('<row r="1"><c t="s"><v>99</v></c></row>')),
        FileProblem.DAMAGED,
    ),
    "10,001 dishes": (
        lambda: csv_file("section,name,price", *(f"Drinks,Kopi {number},1" for number in range(10_001))),
        FileProblem.TOO_MANY_ROWS,
    ),
    "201 columns": (lambda: csv_file("name,price" + ",x" * 199), FileProblem.TOO_MANY_COLUMNS),
    "a quotation mark that is not closed": (
        lambda: csv_file("name,price", '"Kopi,1'),
        FileProblem.QUOTE_OPEN,
    ),
    "no headings": (lambda: csv_file("Kopi,2.50", "Teh,2.20"), FileProblem.NO_HEADER),
    "only headings": (lambda: csv_file("section,name,price", ",,", ""), FileProblem.NO_ROWS),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name: str) -> None:
    make, problem = BAD[name]
    with pytest.raises(Invalid) as caught:
        read_table(make())
    assert caught.value.code == Code.MENU_FILE_REFUSED
    assert caught.value.facts == {"problem": problem.value}


def test_control_the_workbook_that_the_bad_ones_are_made_of_is_read() -> None:
    table = read_table(GOOD)
    assert [dict(line.cells) for line in table.lines] == [
        {"section": "Drinks", "name": "Kopi", "price": "2.5"}
    ]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    rows += '<row><c t="inlineStr"><is><t>Teh</t></is></c></row>'
    table = read_table(with_sheet(sheet(rows)))
    assert [dict(line.cells) for line in table.lines] == [{"name": "Teh"}]


def test_every_reason_has_a_sentence_and_a_bad_file() -> None:
    assert set(FILE_REFUSED.texts) == set(FileProblem)
    assert {problem for _, problem in BAD.values()} == set(FileProblem)


def test_parts_that_hold_no_cells_are_not_read() -> None:
    """A polyglot's other half, macros and pictures reach no library."""
    more = {
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
        "xl/media/image1.png": b"\x89PNG",
        "../evil.xml": b"<x/>",
    }
    data = repacked(GOOD, lambda name, part: part, more) + b"%PDF-1.7 and more"
    assert len(read_table(data).lines) == 1


def test_an_error_inside_calamine_is_a_damaged_file() -> None:
    data = repacked(GOOD, lambda name, part: b"<workbook/>" if name == "xl/workbook.xml" else part)
    with pytest.raises(Invalid) as caught:
        read_table(data)
    assert caught.value.facts == {"problem": FileProblem.DAMAGED.value}


@pytest.mark.parametrize(
    "data",
    [
        "section,name,price\nDrinks,Café,2.50\n".encode("utf-8-sig"),
        "section,name,price\nDrinks,Café,2.50\n".encode("utf-16"),
        "section,name,price\nDrinks,Café,2.50\n".encode("utf-16-le"),
        "section,name,price\nDrinks,Café,2.50\n".encode("utf-16-be"),
        "section,name,price\nDrinks,Café,2.50\n".encode("cp1252"),
        "Section;NAME;Price\r\nDrinks;Café;2.50\r\n;;\r\n\r\n".encode(),
        "sep=;\r\nsection;name;price\r\nDrinks;Café;2.50".encode(),
        "\n\ncategory\tDish\tprice*\nDrinks\tCafé\t2.50\n".encode(),
        '"section","name","price"\n"Drinks","Café","2.50"\n'.encode(),
    ],
)
def test_what_spreadsheets_write_is_read(data: bytes) -> None:
    (line,) = read_table(data).lines
    assert dict(line.cells) == {"section": "Drinks", "name": "Café", "price": "2.50"}
