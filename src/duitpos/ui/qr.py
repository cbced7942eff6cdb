"""QR codes, black on white with the quiet zone that readers need."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString

_BORDER = 4
_PIXELS = 10
"""Per module of a picture: sharp on any phone, and large enough for an app that reads it from the photos."""


def qr_code(text: str, level: str = "m") -> segno.QRCode:
    """The code of a text, with this level of error correction. Raises ValueError if it is too long for one."""
    return segno.make(text, error=level, micro=False)


def qr_svg(text: str) -> SafeString:
    """An inline SVG. It draws the text and does not contain it, so it is safe."""
    drawn = qr_code(text).svg_inline(
        border=_BORDER, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return SafeString(drawn)


def qr_svg_file(text: str, width_mm: int, level: str) -> bytes:
    """An SVG file to print, this wide."""
    code = qr_code(text, level)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=_BORDER,
        unit="mm",
        scale=width_mm / code.symbol_size(border=_BORDER)[0],
        dark="#000",
        light="#fff",
    )
    return out.getvalue()


def qr_png(text: str, level: str = "m") -> bytes:
    """A PNG file, to save on a phone or to print."""
    out = io.BytesIO()
    qr_code(text, level).save(out, kind="png", border=_BORDER, scale=_PIXELS, dark="#000", light="#fff")
    return out.getvalue()
