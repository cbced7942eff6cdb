"""docs/states.md lists exactly the code's state changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from duitpos.domain.orders.states import MOVES
from duitpos.domain.payments.advance import PAYMENT_MOVES, REFUND_MOVES

pytestmark = pytest.mark.pure

PAGE = Path(__file__).parents[3] / "docs" / "states.md"


def documented_moves(heading: str) -> list[tuple[str, str]]:
    """The from and to states in the table below a heading."""
    part = PAGE.read_text().split(f"\n## {heading}")[1].split("\n## ")[0]
    table = part.split("| from | to |")[1]
    return re.findall(r"^\| (\w+) \| (\w+) \| \S", table, re.M)


@pytest.mark.parametrize(
    "heading, moves", [("Order", MOVES), ("Payment", PAYMENT_MOVES), ("Refund", REFUND_MOVES)]
)
def test_the_page_lists_every_move_and_no_other(heading: str, moves: Mapping[str, frozenset[str]]) -> None:
    listed = documented_moves(heading)
    assert len(listed) == len(set(listed))
    assert set(listed) == {(str(start), str(end)) for start, ends in moves.items() for end in ends}
