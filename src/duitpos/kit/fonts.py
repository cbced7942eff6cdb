"""The machine's fonts that PDF files need (decision 0024), and which packages would bring those that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from duitpos.kit import env

_SYSTEM = Path("/usr/share/fonts")
PLAIN = (_SYSTEM / "truetype/dejavu/DejaVuSans.ttf", _SYSTEM / "dejavu-sans-fonts/DejaVuSans.ttf")
BOLD = (_SYSTEM / "truetype/dejavu/DejaVuSans-Bold.ttf", _SYSTEM / "dejavu-sans-fonts/DejaVuSans-Bold.ttf")
HAN = (
    _SYSTEM / "opentype/noto/NotoSansCJK-Regular.ttc",
    _SYSTEM / "truetype/noto/NotoSansCJK-Regular.ttc",
    _SYSTEM / "noto-cjk/NotoSansCJK-Regular.ttc",
    _SYSTEM / "truetype/wqy/wqy-zenhei.ttc",
    _SYSTEM / "truetype/droid/DroidSansFallbackFull.ttf",
)
NOTO = (_SYSTEM / "truetype/noto/NotoSans-Regular.ttf", _SYSTEM / "noto/NotoSans-Regular.ttf", *PLAIN)
TAMIL = (_SYSTEM / "truetype/noto/NotoSansTamil-Regular.ttf", _SYSTEM / "noto/NotoSansTamil-Regular.ttf")
PLAIN_PACKAGE, HAN_PACKAGE = "fonts-dejavu-core", "fonts-noto-cjk"
"""Debian's packages of the first of each."""


def first(paths: Sequence[Path]) -> Path | None:
    """The first of these that is there."""
    return next((path for path in paths if path.is_file()), None)


def han_font() -> Path | None:
    """A font with Chinese characters: the one that DUITPOS_PDF_FONT names, or the machine's."""
    named = str(env.read("DUITPOS_PDF_FONT", default=""))
    return first((Path(named), *HAN)) if named else first(HAN)


def missing_packages() -> tuple[str, ...]:
    """What to install so that every name is written in a PDF; empty when nothing is missing."""
    found = ((PLAIN_PACKAGE, first(PLAIN)), (HAN_PACKAGE, han_font()))
    return tuple(package for package, font in found if font is None)


def advice() -> str:
    """One sentence for whoever installs this; empty when nothing is missing."""
    missing = missing_packages()
    if not missing:
        return ""
    lacks = "Chinese names" if missing == (HAN_PACKAGE,) else "names beyond Western European letters"
    return f"PDF files cannot show {lacks}: install {' and '.join(missing)} (Debian's names)."
