"""Which font packages a machine lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from duitpos.kit import fonts

pytestmark = pytest.mark.pure


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = tmp_path / "font.ttf"
    there.touch()
    for plain, han, missing, words in (
        ((there,), (there,), (), ""),
        ((there,), (), ("fonts-noto-cjk",), "Chinese names: install fonts-noto-cjk"),
        ((), (there,), ("fonts-dejavu-core",), "install fonts-dejavu-core"),
        ((), (), ("fonts-dejavu-core", "fonts-noto-cjk"), "fonts-dejavu-core and fonts-noto-cjk"),
    ):
        monkeypatch.setattr(fonts, "PLAIN", plain)
        monkeypatch.setattr(fonts, "HAN", han)
        assert fonts.missing_packages() == missing
        assert words in fonts.advice()
        assert bool(fonts.advice()) == bool(missing)


def test_a_named_font_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "han.ttf"
    monkeypatch.setenv("DUITPOS_PDF_FONT", str(named))
    monkeypatch.setattr(fonts, "HAN", ())
    assert fonts.han_font() is None
    named.touch()
    assert fonts.han_font() == named
