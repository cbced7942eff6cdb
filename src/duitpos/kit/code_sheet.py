"""QR codes to cut out or fold, as PDF: a sheet, stickers and table tents on A4."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import segno

from duitpos.kit.fonts import NOTO, TAMIL, first, han_font

if TYPE_CHECKING:
    from fpdf import FPDF

_PAGE_WIDE, _PAGE_HIGH, _MARGIN = 210.0, 297.0, 10.0
"""Millimetres."""
LEVEL = "h"
"""The error correction of what is printed: of codes with a blot over 15 % of them, those with h were all read, with q
51 of 60, with m none (tests/dashboard/test_code_sheets.py)."""
_QUIET = 4
"""Modules left white around a code."""
_EVERYWHERE, _OWN = "Helvetica", "codes"


class Layout(StrEnum):
    """How codes are laid out on A4."""

    SHEET = "sheet"
    STICKERS = "stickers"
    TENTS = "tents"


GRIDS = {Layout.SHEET: (2, 3), Layout.STICKERS: (4, 5), Layout.TENTS: (1, 2)}
"""Columns and rows of a page."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: what it opens, and what is written around it."""

    url: str
    restaurant: str
    location: str
    table: str
    lines: tuple[str, ...] = ()
    """A short line in each chosen language."""
    notice: str = ""


def codes_pdf(layout: Layout, codes: Sequence[Code], title: str, made_at: datetime) -> bytes:
    """The codes as A4 pages. The same codes are the same file."""
    # Loaded when a PDF is made: otherwise every process would hold it.
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(made_at)
    pdf.set_auto_page_break(auto=False)
    _choose_fonts(pdf, codes)
    pdf.set_title(title)
    columns, rows = GRIDS[layout]
    wide, high = (_PAGE_WIDE - 2 * _MARGIN) / columns, (_PAGE_HIGH - 2 * _MARGIN) / rows
    for number, code in enumerate(codes):
        at = number % (columns * rows)
        if at == 0:
            pdf.add_page()
        box = _Box(_MARGIN + at % columns * wide, _MARGIN + at // columns * high, wide, high)
        if layout == Layout.TENTS:
            _tent(pdf, code, box)
        else:
            _cell(pdf, code, box, is_small=layout == Layout.STICKERS)
    return bytes(pdf.output())


def lacking_signs(codes: Sequence[Code]) -> bool:
    """Whether this machine has no font for a sign that is to be printed, which then becomes a question mark."""
    signs = {sign for code in codes for text in _texts(code) for sign in text}
    has_plain, has_han, has_tamil = first(NOTO) is not None, han_font() is not None, first(TAMIL) is not None
    return any(
        not (has_tamil if _is_tamil(sign) else has_han if ord(sign) >= 0x2E80 else has_plain)
        for sign in signs
        if ord(sign) > 0xFF
    )


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    wide: float
    high: float


def _cell(pdf: FPDF, code: Code, box: _Box, *, is_small: bool) -> None:
    """One code with its texts, and marks to cut along."""
    _cut_marks(pdf, box)
    _face(pdf, code, _Box(box.left + 3, box.top + 3, box.wide - 6, box.high - 6), is_small=is_small)


def _tent(pdf: FPDF, code: Code, box: _Box) -> None:
    """Two faces, one upside down: folded between them, it stands and is read from both sides."""
    _cut_marks(pdf, box)
    half = box.high / 2
    middle = box.top + half
    pdf.set_draw_color(180)
    pdf.set_dash_pattern(dash=2, gap=2)
    pdf.line(box.left, middle, box.left + box.wide, middle)
    pdf.set_dash_pattern()
    _wide_face(pdf, code, _Box(box.left + 6, middle + 4, box.wide - 12, half - 8))
    with pdf.rotation(180, box.left + box.wide / 2, middle):
        _wide_face(pdf, code, _Box(box.left + 6, middle + 4, box.wide - 12, half - 8))


def _face(pdf: FPDF, code: Code, box: _Box, *, is_small: bool) -> None:
    """The texts above each other, with the code between them."""
    size = 7 if is_small else 12
    line = size * 0.45
    below = len(code.lines) + bool(code.notice)
    y = box.top
    y = _text(pdf, code.restaurant, box, y, size, line, bold=True)
    side = min(box.wide, box.high - line * (below + 2) - 2)
    _draw(pdf, code.url, box.left + (box.wide - side) / 2, y, side)
    y += side
    y = _text(pdf, f"{code.location} · {code.table}", box, y, size, line, bold=True)
    for text in (*code.lines, code.notice):
        if text:
            y = _text(pdf, text, box, y, size - 2, line)


def _wide_face(pdf: FPDF, code: Code, box: _Box) -> None:
    """The code at the left, the texts beside it."""
    side = min(box.high, box.wide / 2)
    _draw(pdf, code.url, box.left, box.top + (box.high - side) / 2, side)
    beside = _Box(box.left + side + 4, box.top, box.wide - side - 4, box.high)
    y = box.top + max(0.0, box.high / 2 - 6 * (2 + len(code.lines)) / 2 - 4)
    y = _text(pdf, code.restaurant, beside, y, 16, 8, bold=True)
    y = _text(pdf, f"{code.location} · {code.table}", beside, y, 13, 7, bold=True)
    for text in code.lines:
        y = _text(pdf, text, beside, y, 11, 6)
    if code.notice:
        _text(pdf, code.notice, beside, y + 2, 8, 4)


def _text(pdf: FPDF, text: str, box: _Box, y: float, size: int, line: float, *, bold: bool = False) -> float:
    """Write one line, smaller if it is too long; returns where the next begins."""
    pdf.set_font(pdf.font_family or _EVERYWHERE, "B" if bold else "", size)
    plain = text if pdf.font_family == _OWN.lower() else text.encode("latin-1", "replace").decode("latin-1")
    wide = pdf.get_string_width(plain)
    if wide > box.wide:
        pdf.set_font_size(max(4, size * box.wide / wide))
    pdf.set_xy(box.left, y)
    pdf.cell(box.wide, line, plain, align="C")
    return y + line


def _draw(pdf: FPDF, url: str, left: float, top: float, side: float) -> None:
    """Draw a code as black rectangles, a row's neighbours as one."""
    matrix = segno.make(url, error=LEVEL, micro=False, boost_error=False).matrix
    module = side / (len(matrix) + 2 * _QUIET)
    pdf.set_fill_color(0)
    for row, dots in enumerate(matrix):
        for begins, ends in _runs(dots):
            pdf.rect(
                left + (begins + _QUIET) * module,
                top + (row + _QUIET) * module,
                (ends - begins) * module,
                # A hair more, so that no white line is between two rows on a screen.
                module * 1.02,
                style="F",
            )


def _runs(dots: Sequence[int]) -> Iterator[tuple[int, int]]:
    begins = None
    for at, dot in enumerate([*dots, 0]):
        if dot and begins is None:
            begins = at
        elif not dot and begins is not None:
            yield begins, at
            begins = None


def _cut_marks(pdf: FPDF, box: _Box) -> None:
    pdf.set_draw_color(150)
    for x in (box.left, box.left + box.wide):
        for y in (box.top, box.top + box.high):
            pdf.line(x - 2, y, x + 2, y)
            pdf.line(x, y - 2, x, y + 2)


def _texts(code: Code) -> tuple[str, ...]:
    return (code.restaurant, code.location, code.table, *code.lines, code.notice)


def _choose_fonts(pdf: FPDF, codes: Sequence[Code]) -> None:
    """One font for what every reader has; else this machine's, which are put into the file, and shape their signs."""
    signs = {sign for code in codes for text in _texts(code) for sign in text}
    path = first(NOTO)
    if all(ord(sign) < 256 for sign in signs) or path is None:
        pdf.set_font(_EVERYWHERE, "", 10)
        return
    pdf.add_font(_OWN, "", path)
    pdf.add_font(_OWN, "B", path)
    others = []
    han = han_font()
    if han is not None and any(ord(sign) >= 0x2E80 for sign in signs):
        others.append(("han", han))
    tamil = first(TAMIL)
    if tamil is not None and any(_is_tamil(sign) for sign in signs):
        others.append(("tamil", tamil))
    for name, font in others:
        pdf.add_font(name, "", font)
    pdf.set_fallback_fonts([name for name, _font in others], exact_match=False)
    pdf.set_font(_OWN, "", 10)
    pdf.set_text_shaping(True)


def _is_tamil(sign: str) -> bool:
    return 0x0B80 <= ord(sign) <= 0x0BFF
