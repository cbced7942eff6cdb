"""A page of tables as PDF: a title, what it is about, and tables whose last columns are amounts (decision 0025)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from duitpos.kit.fonts import PLAIN, first, han_font

if TYPE_CHECKING:
    from fpdf import FPDF

_PLAIN = str.maketrans("\u202f\u00a0\u2009\u2019\u2018\u201c\u201d\u2013\u2014", "   ''\"\"--")
"""Signs that the fonts every PDF reader has do not know, or that are hard to search for."""
_MARGIN, _LINE, _WIDE = 15.0, 6.0, 180.0
"""Millimetres: around the page, of a row, and what is left of A4's width."""
_FIRST = 0.4
"""The least share of the width that the first column has."""
_GREY = 90
_EVERYWHERE, _OWN = "Helvetica", "sheet"
"""The font that every PDF reader has, and one that is put into the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A name and its cells. `is_total`: it sums what is above it."""

    name: str
    cells: tuple[str, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`heads` has one more than each row's cells: the first is above the names. `note` stands beneath it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page or a PDF shows. `about`: names and values below the title."""

    title: str
    about: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    made_at: datetime


def pdf_of(sheet: Sheet) -> bytes:
    """The sheet as A4. The same sheet is the same file."""
    # Loaded when a PDF is made: otherwise every process would hold it.
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(sheet.made_at)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    page = _Page(pdf, _family(pdf, sheet))
    pdf.set_title(page.plain(sheet.title))
    pdf.add_page()
    page.write(sheet.title, 9, "B", 18)
    for name, value in sheet.about:
        pdf.set_font(page.family, "", 10)
        pdf.set_text_color(_GREY)
        pdf.cell(38, _LINE, page.plain(name))
        pdf.set_text_color(0)
        page.write(value, _LINE, "", 10)
    for table in sheet.tables:
        _table(page, table)
    return bytes(pdf.output())


@dataclass(frozen=True, slots=True)
class _Page:
    """Where is written, and with which font."""

    pdf: FPDF
    family: str

    def plain(self, text: str) -> str:
        """The text as the font can show it."""
        text = text.translate(_PLAIN)
        return text if self.family == _OWN else text.encode("latin-1", "replace").decode("latin-1")

    def write(self, text: str, height: float, style: str, size: int) -> None:
        """Write lines as wide as the page."""
        self.pdf.set_font(self.family, style, size)
        self.pdf.multi_cell(0, height, self.plain(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _table(page: _Page, table: Table) -> None:
    pdf = page.pdf
    # A title is not left alone at a page's end.
    if pdf.will_page_break(4 * _LINE):
        pdf.add_page()
    pdf.ln(4)
    page.write(table.title, 7, "B", 12)
    columns = len(table.heads) - 1
    share = min(0.2, (1 - _FIRST) / columns) if columns else 0.0
    widths = [_WIDE * (1 - share * columns), *[_WIDE * share] * columns]
    pdf.set_draw_color(190)
    pdf.set_text_color(_GREY)
    _line(page, table.heads, widths, "", 8)
    pdf.set_text_color(0)
    for row in table.rows:
        if pdf.will_page_break(2 * _LINE):
            pdf.add_page()
        y = pdf.get_y()
        pdf.line(_MARGIN, y, _MARGIN + _WIDE, y)
        _line(page, (row.name, *row.cells), widths, "B" if row.is_total else "", 10)
    if table.note:
        pdf.set_text_color(_GREY)
        page.write(table.note, 5, "", 8)
        pdf.set_text_color(0)


def _line(page: _Page, texts: tuple[str, ...], widths: list[float], style: str, size: int) -> None:
    pdf = page.pdf
    pdf.set_font(page.family, style, size)
    first, *others = texts
    top = pdf.get_y()
    pdf.multi_cell(widths[0], _LINE, page.plain(first), align="L", new_x="RIGHT", new_y="NEXT")
    bottom = pdf.get_y()
    pdf.set_xy(_MARGIN + widths[0], top)
    for text, width in zip(others, widths[1:], strict=True):
        pdf.cell(width, _LINE, page.plain(text), align="R")
    pdf.set_xy(_MARGIN, bottom)


def _family(pdf: FPDF, sheet: Sheet) -> str:
    """The font that has the sheet's signs: one that every reader has, or one of this machine that is put into the file.

    Without any of those, signs that it lacks become question marks.
    """
    texts = "".join(_texts(sheet)).translate(_PLAIN)
    if all(ord(sign) < 256 for sign in texts):
        return _EVERYWHERE
    path = han_font() or first(PLAIN)
    if path is None:
        return _EVERYWHERE
    pdf.add_font(_OWN, "", path)
    pdf.add_font(_OWN, "B", path)
    return _OWN


def _texts(sheet: Sheet) -> Iterator[str]:
    yield sheet.title
    for pair in sheet.about:
        yield from pair
    for table in sheet.tables:
        yield from (table.title, table.note, *table.heads)
        for row in table.rows:
            yield from (row.name, *row.cells)
