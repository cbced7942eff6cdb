"""docs/settings.md names every variable that the code reads, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[2]
READERS = {"read", "switch", "number", "db", "cache_url", "email_url", "list", "getenv"}


def variables_read(folder: Path) -> Iterator[str]:
    """First words of calls such as env.number("PORT", 8000), and keys of os.environ."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(word)), *_]):
                    called = name
                case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(word)), *_]):
                    called = name
                case _:
                    continue
            if called in READERS and re.fullmatch(r"[A-Z][A-Z0-9_]+", word):
                yield word


def test_the_page_and_the_code_name_the_same_variables() -> None:
    page = (TOP / "docs" / "settings.md").read_text()
    named = re.findall(r"^\| `([A-Z0-9_]+)` \|", page, re.M)
    assert len(named) == len(set(named))
    assert set(named) == set(variables_read(TOP / "src" / "duitpos"))
