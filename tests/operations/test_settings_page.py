"""docs/settings.md names every variable that the code reads, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
READERS = {"read", "switch", "number", "db", "cache_url", "email_url", "list", "getenv"}
ENVIRONMENT = "os.environ"


def variables_read(folder: Path) -> Iterator[str]:
    """First arguments of calls such as env.number("PORT", 8000), and keys read from os.environ."""
    for file in folder.rglob("*.py"):
        yield from variables_read_in(file.read_text())


def variables_read_in(code: str) -> Iterator[str]:
    """The same for one file. Names of module-level string constants are resolved."""
    tree = ast.parse(code)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        asked = _asked_for(node)
        if isinstance(asked, ast.Name):
            asked = constants.get(asked.id, asked)
        if (
            isinstance(asked, ast.Constant)
            and isinstance(asked.value, str)
            and re.fullmatch(r"[A-Z][A-Z0-9_]+", asked.value)
        ):
            yield asked.value


def _asked_for(node: ast.AST) -> ast.expr | None:
    """The expression of the variable that a node reads from the environment; None when it reads none."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[word, *_]) if name in READERS:
            return word
        case ast.Call(func=ast.Attribute(attr=name), args=[word, *_]) if name in READERS:
            return word
        case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[word, *_]):
            return word if ast.unparse(owner) == ENVIRONMENT else None
        case ast.Subscript(value=owner, slice=word, ctx=ast.Load()):
            return word if ast.unparse(owner) == ENVIRONMENT else None
        case ast.Compare(left=word, ops=[ast.In() | ast.NotIn()], comparators=[owner]):
            return word if ast.unparse(owner) == ENVIRONMENT else None
    return None


@pytest.mark.parametrize(
    "code",
    [
        'env.read("PORT", default=1)',
        'os.getenv("PORT")',
        'os.environ.get("PORT") or 1',
        'os.environ["PORT"]',
        '"PORT" in os.environ',
        'NAME = "PORT"\ndef f():\n    return os.environ.get(NAME)',
        'NAME = "PORT"\nos.environ[NAME]',
    ],
)
def test_every_way_to_read_a_variable_is_seen(code: str) -> None:
    assert list(variables_read_in(code)) == ["PORT"]


@pytest.mark.parametrize(
    "code", ['os.environ["PORT"] = "1"', 'os.environ.pop("PORT")', 'rows.get("PORT")', 'rows["PORT"]']
)
def test_code_that_reads_no_variable_is_ignored(code: str) -> None:
    assert list(variables_read_in(code)) == []


def test_the_page_and_the_code_name_the_same_variables() -> None:
    page = (TOP / "docs" / "settings.md").read_text()
    named = re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.M)
    assert len(named) == len(set(named))
    assert set(named) == set(variables_read(TOP / "src" / "duitpos"))
