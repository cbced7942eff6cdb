"""Rules of this house that no common linter knows. `make lint` runs them; tests/tools shows that each bites.

one-writer       The status of an Order, a Payment or a Refund changes in `advance.py` only: no save(), no
                 update(status=...), no assignment anywhere else. A save() writes back every column that it
                 once read, and so undoes what the winner of a race has written.
quiet-layers     Domain, models, processors and kit know no request, no address, no template, and write no sentence.
short-functions  At most 60 lines a function in src. Longer means two things in one.
short-files      At most 500 lines a file.
no-addresses     Requirements name packages, never the place they come from.
citations        A row of the money path (M7), a decision or a page that a comment, a docstring or a page cites is
                 in this checkout.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.citations import Known, missing
from scripts.money_writes import money_writes

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60

_SOURCES = ("src", "tests", "scripts", "bench")
_PAGES = ("*.md", "docs/**/*.md", "bench/**/*.md")
_MEASURED = (".py", ".html", ".css", ".js")
_QUIET = tuple(f"src/duitpos/{layer}/" for layer in ("domain", "models", "processors", "kit"))
_SPOKEN = ("http", "shortcuts", "template", "urls", "views", "forms", "utils.translation")
_ADDRESS = re.compile(r"\w+://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")


@dataclass(frozen=True, order=True)
class Breach:
    """One rule broken in one place. `path` is relative to the top of the checkout."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def one_writer(path: str, tree: ast.AST) -> Iterator[Breach]:
    """Status columns of orders, payments and refunds have one writer each."""
    if not path.startswith("src/duitpos/") or path.endswith("/advance.py"):
        return
    for line, what in money_writes(tree):
        yield Breach(path, line, "one-writer", f"{what}; only advance.py moves a status")


def quiet_layers(path: str, tree: ast.AST) -> Iterator[Breach]:
    """What lies below the entry points imports nothing of the web, nor of translation."""
    if not path.startswith(_QUIET):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                modules = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                modules = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            case _:
                continue
        for part in _SPOKEN:
            if any(f"{module}.".startswith(f"django.{part}.") for module in modules):
                yield Breach(path, node.lineno, "quiet-layers", f"imports django.{part}")


def short_functions(path: str, tree: ast.AST) -> Iterator[Breach]:
    """No function of src is longer than a screen."""
    if not path.startswith("src/"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield Breach(path, node.lineno, "short-functions", f"{node.name} has {length} lines")


def short_files(path: str, text: str) -> Iterator[Breach]:
    """No file is longer than a reader's patience."""
    length = len(text.splitlines())
    if length > MAX_FILE_LINES:
        yield Breach(path, length, "short-files", f"{length} lines, {MAX_FILE_LINES} at most")


def no_addresses(path: str, text: str) -> Iterator[Breach]:
    """Requirements record no index, no link and no path."""
    for number, line in enumerate(text.splitlines(), 1):
        if _ADDRESS.search(line):
            yield Breach(path, number, "no-addresses", line.strip()[:80])


def check_file(path: str, text: str) -> Iterator[Breach]:
    """Every breach in one file. `path` is relative to the top of the checkout, with forward slashes."""
    if path.startswith("requirements/"):
        yield from no_addresses(path, text)
        return
    # Django writes migrations, and others wrote what we ship of theirs.
    if "/migrations/" in path or "/vendor/" in path:
        return
    yield from short_files(path, text)
    if path.endswith(".py"):
        tree = ast.parse(text, path)
        for rule in (one_writer, quiet_layers, short_functions):
            yield from rule(path, tree)


def citations(path: str, text: str, known: Known) -> Iterator[Breach]:
    """Whoever follows a reference finds what it speaks of."""
    for line, what in missing(path, text, known):
        yield Breach(path, line, "citations", what)


def _files(top: Path) -> Iterable[Path]:
    yield from sorted((top / "requirements").glob("*.*"))
    for source in _SOURCES:
        yield from sorted(p for p in (top / source).rglob("*") if p.suffix in _MEASURED)


def check_tree(top: Path) -> list[Breach]:
    """Every breach in the checkout at `top`."""
    found: list[Breach] = []
    known = Known.at(top)
    for file in _files(top):
        path, text = file.relative_to(top).as_posix(), file.read_text(encoding="utf-8")
        found += check_file(path, text)
        if path.endswith(".py"):
            found += citations(path, text, known)
    for page in (page for pattern in _PAGES for page in top.glob(pattern)):
        found += citations(page.relative_to(top).as_posix(), page.read_text(encoding="utf-8"), known)
    return sorted(found)


if __name__ == "__main__":
    breaches = check_tree(Path(__file__).resolve().parent.parent)
    for breach in breaches:
        print(breach)
    sys.exit(1 if breaches else 0)
