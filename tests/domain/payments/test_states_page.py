"""The moves that docs/states.md tells are those of the code, all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from duitpos.domain.orders.states import MOVES
from duitpos.domain.payments.advance import PAYMENT_MOVES, REFUND_MOVES

pytestmark = pytest.mark.pure

PAGE = Path(__file__).parents[3] / "docs" / "states.md"


def moves_told(heading: str) -> list[tuple[str, str]]:
    """From and to, of each row of the table of moves under a heading."""
    part = PAGE.read_text().split(f"\n## {heading}")[1].split("\n## ")[0]
    table = part.split("| from | to |")[1]
    return re.findall(r"^\| (\w+) \| (\w+) \| \S", table, re.M)


@pytest.mark.parametrize(
    "heading, moves", [("Order", MOVES), ("Payment", PAYMENT_MOVES), ("Refund", REFUND_MOVES)]
)
def test_the_page_tells_every_move_and_no_other(heading: str, moves: Mapping[str, frozenset[str]]) -> None:
    told = moves_told(heading)
    assert len(told) == len(set(told))
    assert set(told) == {(str(start), str(end)) for start, ends in moves.items() for end in ends}
