"""Kedai Pay's amounts: decimal texts in ringgit."""

from __future__ import annotations

from typing import Any

import pytest

from duitpos.kit.money import Money
from tests.processors.example.amounts import AmountNotExact, from_text, to_text
from tests.processors.example.reading import Incomplete

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "minor, text", [(0, "0.00"), (1, "0.01"), (100, "1.00"), (3185, "31.85"), (12345678901, "123456789.01")]
)
def test_there_and_back(minor: int, text: str) -> None:
    assert to_text(Money(minor, "MYR")) == text
    assert from_text({"amount": text}, "amount") == Money(minor, "MYR")


@pytest.mark.parametrize("text, minor", [("5", 500), ("5.5", 550), ("5.500", 550)])
def test_other_texts_of_an_exact_amount(text: str, minor: int) -> None:
    assert from_text({"amount": text}, "amount") == Money(minor, "MYR")


def test_a_part_of_a_sen_has_no_equal_here() -> None:
    assert from_text({"amount": "31.855"}, "amount") is None


@pytest.mark.parametrize(
    "value", [None, 31.85, 3185, True, "", "-1.00", "1e3", "NaN", "1,000.00", "٣.00", "1."]
)
def test_what_is_no_amount(value: Any) -> None:
    with pytest.raises(Incomplete):
        from_text({"amount": value}, "amount")


@pytest.mark.parametrize("money", [Money(100, "SGD"), Money(-1, "MYR")])
def test_what_has_no_text(money: Money) -> None:
    with pytest.raises(AmountNotExact):
        to_text(money)
