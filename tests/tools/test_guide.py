"""The user guide: it builds, needs no other site, and names only pictures and words that are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts.messages import sentences, sources
from scripts.screenshots.picture import MOST_BYTES, names

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [DOCS / "index.md", *sorted((DOCS / "guide").glob("*.md"))]
ILLUSTRATED = [*PAGES, DOCS / "menu-files.md"]

pytestmark = pytest.mark.pure

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.S)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
_LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?(?:https?:)?//[^>]*>", re.I)
_LINKED = re.compile(r"<link\b[^>]*\bhref=\"?(?:https?:)?//[^>]*>", re.I)
_STYLED = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)]*", re.I)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built guide."""
    folder = tmp_path_factory.mktemp("guide")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


def test_every_page_is_built_and_no_internal_one(site: Path) -> None:
    for page in PAGES[1:]:
        assert (site / "guide" / page.stem / "index.html").exists()
    assert not (site / "decisions").exists()
    assert not (site / "money-path").exists()


def test_a_reader_loads_nothing_from_other_sites(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    styles = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.css")}
    assert pages
    assert styles
    found = [
        (path.name, match)
        for path, text in [*pages.items(), *styles.items()]
        for pattern in (_LOADED, _LINKED, _STYLED)
        for match in pattern.findall(text)
    ]
    assert found == []


def test_every_picture_is_named_once_described_and_small() -> None:
    named = [
        ((page.parent / target).resolve(), description)
        for page in ILLUSTRATED
        for description, target in _PICTURE.findall(page.read_text(encoding="utf-8"))
    ]
    assert sorted(path for path, _description in named) == names()
    assert [path for path, description in named if not description] == []
    assert [path.name for path in names() if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_word_in_bold_is_on_a_screen(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    bold = {" ".join(words.split()) for words in _BOLD.findall(text)}
    assert {words for words in bold if not is_on_a_screen(words)} == set()


@pytest.mark.parametrize("words", ["Begin with Café", "Back in stock", "Change 43 prices", "Refund RM 10.96"])
def test_a_sentence_with_its_values_filled_in_is_on_a_screen(words: str) -> None:
    assert is_on_a_screen(words)


@pytest.mark.parametrize("words", ["Back in stok", "back in stock", "Milk: oat", "Start with", "."])
def test_other_words_are_not(words: str) -> None:
    assert not is_on_a_screen(words)


def is_on_a_screen(words: str) -> bool:
    """Whether a sentence of the product is this, with anything in its placeholders."""
    return words in _SYMBOLS or any(pattern.fullmatch(words) for pattern in catalog())


_SYMBOLS = frozenset({"+", "Aa"})
"""Buttons without a sentence."""


@cache
def catalog() -> list[re.Pattern[str]]:
    """The product's sentences, without HTML. One that is all placeholders says nothing and is left out."""
    return [as_pattern(text) for text in texts() if re.search(r"[^\W\d_]{2}", _PLACEHOLDER.sub("", text))]


def texts() -> Iterator[str]:
    """Every sentence of the sources; plurals are two."""
    for path in sources():
        for sentence, _context in sentences(path):
            for text in [sentence] if isinstance(sentence, str) else sentence:
                if text:
                    yield " ".join(re.sub(r"<[^>]+>", "", text).split())


def as_pattern(text: str) -> re.Pattern[str]:
    """The sentence with `.+` for each placeholder. `%%` is a percent sign."""
    parts = [re.escape(part.replace("%%", "%")) for part in _PLACEHOLDER.split(text)]
    return re.compile(".+".join(parts))
