"""A page of headings, facts and tables as a PDF, in the fonts that the machine has (decision 0024)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from duitpos.kit.fonts import BOLD, HAN_PACKAGE, PLAIN, PLAIN_PACKAGE, first, han_font

# It tells of every table of a font.
logging.getLogger("fontTools").setLevel(logging.WARNING)
_BODY, _CORE, _HAN = "body", "helvetica", "han"
_FIRST_HAN = "\u2e80"
"""From here on characters are East Asian, which the plain font has none of."""
_LAST_CORE = 0xFF
"""The last character of the built-in font, but for the signs that `_known` replaces."""
_MARGIN, _LINE, _NAME = 18, 5.2, 46
"""Millimetres: the margins, a line, and the column of a fact's name."""


class Document(FPDF):
    """An A4 document. `footer_text` stands on every page."""

    def __init__(self, title: str, footer_text: str, made_at: datetime, all_text: str) -> None:
        """`all_text`: whatever will be written, to know whether East Asian characters need their font."""
        super().__init__(format="A4")
        self._footer_text = footer_text
        self._family = self._add_fonts(all_text)
        self.set_title(title)
        self.set_creation_date(made_at)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN)
        self.alias_nb_pages()
        self.add_page()
        self._use(18, bold=True)
        self._text(title, 8)
        self.ln(2)
        if lacks := _lacks(all_text):
            # Whoever reads it must not take a blank for nothing.
            self._use(9.5)
            self._text(lacks, _LINE)
            self.ln(1)

    def heading(self, text: str) -> None:
        """Begin a section; not at the very end of a page."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4)
        self._use(12, bold=True)
        self._text(text, 6.5)
        self.ln(1)

    def paragraph(self, text: str) -> None:
        """Write plain text."""
        self._use(9.5)
        self._text(text, _LINE)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write names with their values; without a value, none."""
        for name, value in rows:
            if not value:
                continue
            if self.will_page_break(2 * _LINE):
                self.add_page()
            self._use(9.5, bold=True)
            top = self.get_y()
            self.multi_cell(_NAME, _LINE, self._known(name), new_x=XPos.RIGHT, new_y=YPos.NEXT, align="L")
            bottom = self.get_y()
            self.set_xy(_MARGIN + _NAME, top)
            self._use(9.5)
            self._text(value, _LINE)
            # A value may go on to another page; a name never does.
            if top < self.get_y() < bottom:
                self.set_y(bottom)

    def amounts(self, rows: Sequence[tuple[str, str]], total: tuple[str, str]) -> None:
        """Write lines with an amount at the right, and their total."""
        width = self.epw - 34
        for name, amount in (*rows, total):
            self._use(9.5, bold=(name, amount) == total)
            if self.will_page_break(2 * _LINE):
                self.add_page()
            top = self.get_y()
            self.multi_cell(width, _LINE, self._known(name), new_x=XPos.LEFT, new_y=YPos.NEXT, align="L")
            bottom = self.get_y()
            self.set_xy(_MARGIN + width, top)
            self.cell(34, _LINE, self._known(amount), align="R")
            self.set_xy(_MARGIN, bottom)

    def footer(self) -> None:
        """The line at the foot of a page, which the library asks for."""
        self.set_y(-12)
        self._use(7.5)
        page = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.cell(0, 4, self._known(self._footer_text), align="L")
        self.set_x(_MARGIN)
        self.cell(0, 4, self._known(page), align="R")

    def to_bytes(self) -> bytes:
        """The file."""
        return bytes(self.output())

    def _add_fonts(self, all_text: str) -> str:
        plain, bold = first(PLAIN), first(BOLD)
        if plain is None:
            return _CORE
        self.add_font(_BODY, "", plain)
        self.add_font(_BODY, "B", bold or plain)
        # It is large, so it is read only for text that needs it.
        han = han_font() if _has_han(all_text) else None
        if han is not None:
            self.add_font(_HAN, "", han)
            self.set_fallback_fonts([_HAN], exact_match=False)
        return _BODY

    def _use(self, size: float, *, bold: bool = False) -> None:
        self.set_font(self._family, "B" if bold else "", size)

    def _text(self, text: str, height: float) -> None:
        here: dict[str, Any] = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT, "align": "L"}
        self.multi_cell(0, height, self._known(text), **here)

    def _known(self, text: str) -> str:
        """The text in characters that the font has; the built-in one knows Western European ones only."""
        if self._family == _BODY:
            return text
        return text.replace("“", '"').replace("”", '"').encode("latin-1", "replace").decode("latin-1")


def _has_han(text: str) -> bool:
    return any(one >= _FIRST_HAN for one in text)


def _lacks(text: str) -> str:
    """What cannot be written here for lack of a font; empty when all of it can."""
    if first(PLAIN) is None and any(ord(one) > _LAST_CORE for one in text if one not in "“”"):
        said = _(
            "This machine has no font for some of these letters: they are question marks below."
            " Ask whoever runs this site to install %(package)s, and download this again."
        )
        return said % {"package": f"{PLAIN_PACKAGE}, {HAN_PACKAGE}" if _has_han(text) else PLAIN_PACKAGE}
    if _has_han(text) and han_font() is None:
        said = _(
            "This machine has no font for Chinese characters: they are left out below."
            " Ask whoever runs this site to install %(package)s, and download this again."
        )
        return said % {"package": HAN_PACKAGE}
    return ""
