"""Prices as people type them."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.edit.prices import HIGHEST_MINOR, read_difference, read_price, write_price

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "text, currency, minor",
    [
        ("12.50", "MYR", 1250),
        ("12,50", "MYR", 1250),
        ("12.5", "MYR", 1250),
        ("12,5", "MYR", 1250),
        ("12", "MYR", 1200),
        ("12.", "MYR", 1200),
        (".50", "MYR", 50),
        ("0", "MYR", 0),
        (" 12.50 ", "MYR", 1250),
        ("RM 12.50", "MYR", 1250),
        ("RM12.50", "MYR", 1250),
        ("rm\u202f12.50", "MYR", 1250),
        ("12.50 RM", "MYR", 1250),
        ("MYR 12.50", "MYR", 1250),
        ("$12.50", "SGD", 1250),
        ("S$12.50", "SGD", 1250),
        ("1,250.00", "MYR", 125000),
        ("1.250,00", "MYR", 125000),
        ("1 250,00", "MYR", 125000),
        ("1'250.00", "MYR", 125000),
        ("1,250", "MYR", 125000),
        ("12,50,", "MYR", None),
        ("1\uff12\uff0e\uff15\uff10", "MYR", 1250),
        ("\u0be7\u0be8.\u0beb\u0be6", "MYR", 1250),
        ("12.500", "MYR", 1250),
        ("1250", "JPY", 1250),
        ("1,250", "JPY", 1250),
        ("1.250", "VND", 1250),
        ("1.250", "KWD", 1250),
        ("25.000", "IDR", 2500),
        ("999,999.99", "MYR", HIGHEST_MINOR),
    ],
)
def test_a_price_is_read(text: str, currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(Invalid):
            read_price(text, currency)
    else:
        assert read_price(text, currency) == minor


@pytest.mark.parametrize(
    "text, currency, code",
    [
        ("-5", "MYR", Code.PRICE_NEGATIVE),
        ("RM -5", "MYR", Code.PRICE_NEGATIVE),
        ("\u22125.00", "MYR", Code.PRICE_NEGATIVE),
        ("12.505", "MYR", Code.PRICE_TOO_PRECISE),
        ("12.5050", "MYR", Code.PRICE_TOO_PRECISE),
        ("0.001", "MYR", Code.PRICE_TOO_PRECISE),
        ("1.5", "JPY", Code.PRICE_TOO_PRECISE),
        ("1000000", "MYR", Code.PRICE_TOO_HIGH),
        ("9" * 38, "MYR", Code.PRICE_TOO_HIGH),
        ("", "MYR", Code.PRICE_UNREADABLE),
        ("RM", "MYR", Code.PRICE_UNREADABLE),
        (".", "MYR", Code.PRICE_UNREADABLE),
        ("ten", "MYR", Code.PRICE_UNREADABLE),
        ("12.50.00", "MYR", Code.PRICE_UNREADABLE),
        ("1,25,0.00", "MYR", Code.PRICE_UNREADABLE),
        ("12..50", "MYR", Code.PRICE_UNREADABLE),
        ("1e5", "MYR", Code.PRICE_UNREADABLE),
        ("0x10", "MYR", Code.PRICE_UNREADABLE),
        ("NaN", "MYR", Code.PRICE_UNREADABLE),
        ("Infinity", "MYR", Code.PRICE_UNREADABLE),
        ("$12.50", "MYR", Code.PRICE_UNREADABLE),
        ("\u00bd", "MYR", Code.PRICE_UNREADABLE),
        ("12\u202e50", "MYR", Code.PRICE_UNREADABLE),
        ("<b>12</b>", "MYR", Code.PRICE_UNREADABLE),
    ],
)
def test_a_price_is_refused(text: str, currency: str, code: Code) -> None:
    with pytest.raises(Invalid) as refused:
        read_price(text, currency)
    assert refused.value.code == code


@pytest.mark.parametrize("currency", ["MYR", "JPY", "KWD", "IDR"])
@pytest.mark.parametrize("minor", [0, 1, 50, 1250, 125000, HIGHEST_MINOR])
def test_a_written_price_is_read_again(minor: int, currency: str) -> None:
    assert read_price(write_price(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "text, currency, minor",
    [
        ("", "MYR", 0),
        ("1.50", "MYR", 150),
        ("1,50", "MYR", 150),
        ("1,5", "MYR", 150),
        ("+1", "MYR", 100),
        ("- RM 1.50", "MYR", -150),
        ("RM -1.50", "MYR", -150),
        ("\u22121.50", "MYR", -150),
        ("1,250.00", "MYR", 125_000),
        ("1,250", "MYR", 125_000),
        (".5", "MYR", 50),
        ("1,250", "KWD", 1250),
        ("1250", "JPY", 1250),
        ("¥1,250", "JPY", 1250),
        ("\uff0b\u0663", "MYR", 300),
    ],
)
def test_differences_as_people_type_them(text: str, currency: str, minor: int) -> None:
    assert read_difference(text, currency) == minor


@pytest.mark.parametrize("text", ["--1", "+-1", "-RM-1", "1-", "NaN", "1e9", "-"])
def test_what_is_no_difference_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_difference(text, "MYR")
    assert refused.value.code == Code.PRICE_UNREADABLE
