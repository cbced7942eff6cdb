"""docs/money-path.md and the tests match: every row has a test with its number, and every test in the page exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.sandbox_contract import traffic_errors

pytestmark = pytest.mark.pure
HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "money-path.md"
CONDITIONS = "Where money that arrives under wrong conditions leaves the order"
HOLES = "Holes and rules"


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, as lists of cells."""
    part = text.split(f"## {heading}")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return rows[1:]


def conditions(text: str) -> list[str]:
    """All conditions; a row may contain several."""
    return [part for row in table(text, CONDITIONS) for part in row[0].split(" / ")]


def holes(text: str) -> list[str]:
    """The row numbers: M1, M2 …"""
    return [row[0] for row in table(text, HOLES)]


def names_here() -> list[str]:
    """The names of all tests in this folder."""
    trees = [ast.parse(path.read_text()) for path in HERE.glob("test_*.py")]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions if function.name.startswith("test_")]


def name_of(condition: str) -> str:
    return "test_" + re.sub(r"[^a-z0-9]+", "_", condition.lower()).strip("_")


def test_every_condition_has_its_test() -> None:
    found = conditions(PAGE.read_text())
    assert len(found) == 8
    missing = {name_of(condition) for condition in found} - set(names_here())
    assert not missing


def test_every_row_has_its_tests_and_shows_one() -> None:
    rows = table(PAGE.read_text(), HOLES)
    numbers = [int(row[0].removeprefix("M")) for row in rows]
    assert numbers[:36] == list(range(1, 37))
    assert numbers == sorted(set(numbers))
    names = names_here()
    for hole, *_, proof in rows:
        start = f"test_{hole.lower()}_"
        assert any(name.startswith(start) for name in names), hole
        assert proof.strip("`").startswith(start), f"{hole} shows another row's test"


def test_every_test_in_the_page_exists() -> None:
    named = set(re.findall(r"`(test_\w+(?:\.py)?)`", PAGE.read_text()))
    here = {*names_here(), *(path.name for path in HERE.glob("test_*.py"))}
    assert len(named) > 36
    assert named - here == {"test_m7_"}, "only the example of a name"


def test_traffic_to_stripe_is_checked_against_the_contract() -> None:
    """Every shop checks this in its teardown (tests/support/live_shop.py)."""
    call = {
        "method": "POST",
        "target": "/v1/refunds",
        "body": "payment_intent=pi_1&amuont=5",
        "status": 200,
        "response": {},
        "replayed": False,
        "fault": None,
    }
    assert any("amuont" in error for error in traffic_errors([call]))
