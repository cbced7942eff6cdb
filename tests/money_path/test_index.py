"""Every row of money-path.md has a test of its name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.sandbox_contract import contract, contract_file, missing, traffic_errors

pytestmark = pytest.mark.pure
HERE = Path(__file__).parent
PAPER = contract_file().parent.parent / "money-path.md"
# What the paper says, for a checkout without it beside.
CONDITIONS = (
    "item sold out",
    "location closed or paused",
    "late but order held",
    "amount, currency or mode differs",
    "order canceled (by whom ever)",
    "order already released by another payment",
    "`no_payment_required` though total > 0",
)
HOLES = tuple(f"M{number}" for number in range(1, 37))


def first_cells(text: str, heading: str) -> list[str]:
    """The first column of the table under a heading."""
    part = text.split(f"## {heading}")[1].split("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("|")]
    return [cell for cell in rows[1:] if cell.strip("-")]


def rows() -> tuple[list[str], list[str]]:
    """Conditions and holes, from the paper where it is."""
    if not PAPER.exists():
        return list(CONDITIONS), list(HOLES)
    text = PAPER.read_text()
    conditions = first_cells(text, "Where money that arrives under wrong conditions leaves the order")
    return [part for cell in conditions for part in cell.split(" / ")], first_cells(text, "Holes and rules")


def names_here() -> list[str]:
    """Names of all tests in this folder."""
    trees = [ast.parse(path.read_text()) for path in HERE.glob("test_*.py")]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions if function.name.startswith("test_")]


def name_of(condition: str) -> str:
    return "test_" + re.sub(r"[^a-z0-9]+", "_", condition.lower()).strip("_")


def test_every_condition_has_a_test_of_its_name() -> None:
    conditions, _ = rows()
    assert len(conditions) >= len(CONDITIONS)
    missing = {name_of(condition) for condition in conditions} - set(names_here())
    assert not missing


def test_every_hole_has_a_test_of_its_name() -> None:
    _, holes = rows()
    assert len(holes) >= len(HOLES)
    names = names_here()
    missing = [hole for hole in holes if not any(name.startswith(f"test_{hole.lower()}_") for name in names)]
    assert not missing


def test_the_list_here_is_the_papers_list() -> None:
    if not PAPER.exists():
        pytest.skip(f"the paper is not here: no {PAPER.name} beside the checkout")
    assert rows() == (list(CONDITIONS), list(HOLES))


def test_what_crosses_to_stripe_is_held_against_the_contract() -> None:
    """Every shop does so at its end (tests/support/live_shop.py); this says aloud when it cannot."""
    if contract() is None:
        pytest.skip(missing())
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
