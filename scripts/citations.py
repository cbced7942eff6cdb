"""Checks that comments, docstrings and pages cite only existing rows of the money path, pages and decisions."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

HOLES_PAGE = "docs/money-path.md"
DECISIONS = "docs/decisions"

_HOLE = re.compile(r"\bM[1-9]\d?\b")
_ROW = re.compile(r"^\| (M\d+) \|", re.M)
_DECISION = re.compile(r"\bdecisions? (\d{4})\b")
_PAGE = re.compile(r"(?<![\w*])[\w./-]*\w\.md\b")


@dataclass(frozen=True)
class Known:
    """Valid targets: rows of the money path, numbers of decisions, and the pages of the checkout at `top`."""

    top: Path
    holes: frozenset[str]
    decisions: frozenset[str]

    @classmethod
    def at(cls, top: Path) -> Known:
        """The targets in the checkout at `top`."""
        page = top / HOLES_PAGE
        rows = _ROW.findall(page.read_text(encoding="utf-8")) if page.exists() else []
        numbers = (path.name[:4] for path in (top / DECISIONS).glob("[0-9][0-9][0-9][0-9]-*.md"))
        return cls(top, frozenset(rows), frozenset(numbers))

    def has_page(self, name: str, cited_in: str) -> bool:
        """Whether a page exists, relative to the top of the checkout or to the file that cites it."""
        beside = self.top / PurePosixPath(cited_in).parent
        return any((folder / name).is_file() for folder in (self.top, beside))


def missing(path: str, text: str, known: Known) -> Iterator[tuple[int, str]]:
    """Line and message for every citation without a target. `path` is relative to the top of the checkout."""
    for line, words in _prose(path, text):
        for hole in _HOLE.findall(words):
            if hole not in known.holes:
                yield line, f"{hole} is no row of {HOLES_PAGE}"
        for number in _DECISION.findall(words):
            if number not in known.decisions:
                yield line, f"there is no decision {number}"
        for name in _PAGE.findall(words):
            if not known.has_page(name, path):
                yield line, f"{name} is not in this checkout"


def _prose(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines to check: all of a page, or comments and docstrings of a Python file."""
    if not path.endswith(".py"):
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text, path)):
        # Docstrings, and strings below a constant.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from enumerate(str(node.value.value).splitlines(), node.lineno)
