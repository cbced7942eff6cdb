"""Percent as people write them."""

from __future__ import annotations

import re

import pytest

from duitpos.kit.percent import basis_points

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "text,points",
    [("6", 600), ("8.5", 850), ("8,25 %", 825), ("0", 0), (" 10% ", 1000), ("100", 10_000), ("0.05", 5)],
)
def test_percent_in_basis_points(text: str, points: int) -> None:
    assert basis_points(text) == points


@pytest.mark.parametrize("text", ["", "-1", "100.01", "6.125", "six", "1000", "6 6", "٦", "1e2", "%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text) or "^$"):
        basis_points(text)
