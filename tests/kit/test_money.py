"""Money: whole minor units of one currency."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.kit.money import CurrencyMismatch, Money, decimal_places, parse_amount

pytestmark = pytest.mark.pure

RM = "MYR"


@pytest.mark.parametrize("minor", [1.0, "1", None, True])
def test_only_whole_numbers(minor: Any) -> None:
    with pytest.raises(TypeError):
        Money(minor, RM)


@pytest.mark.parametrize("currency", ["", "RM", "myr", "MYRX"])
def test_only_currency_codes(currency: str) -> None:
    with pytest.raises(ValueError, match="currency code"):
        Money(1, currency)


def test_sums() -> None:
    assert Money(150, RM) + Money(250, RM) == Money(400, RM)
    assert Money(150, RM) - Money(250, RM) == Money(-100, RM)
    assert Money(150, RM) * 3 == Money(450, RM)
    assert Money(150, RM) < Money(151, RM)
    assert Money(150, RM) <= Money(150, RM)
    assert Money(150, RM) != Money(150, "SGD")


def test_two_currencies_cannot_be_combined() -> None:
    ringgit, dollar = Money(150, RM), Money(150, "SGD")
    with pytest.raises(CurrencyMismatch):
        _ = ringgit + dollar
    with pytest.raises(CurrencyMismatch):
        _ = ringgit - dollar
    with pytest.raises(CurrencyMismatch):
        _ = ringgit < dollar
    with pytest.raises(CurrencyMismatch):
        _ = ringgit <= dollar


@pytest.mark.parametrize(
    "minor, currency, locale, text",
    [
        (1250, RM, "en_MY", "RM\u202f12.50"),
        (123456789, RM, "en_MY", "RM\u202f1,234,567.89"),
        (-50, RM, "en_MY", "-RM\u202f0.50"),
        (480, "JPY", "en", "¥480"),
        (2750, "KWD", "en", "KWD\u202f2.750"),
    ],
)
def test_format(minor: int, currency: str, locale: str, text: str) -> None:
    assert Money(minor, currency).format(locale) == text


def test_decimals_of_currencies() -> None:
    assert [decimal_places(code) for code in ("MYR", "JPY", "KWD")] == [2, 0, 3]


@pytest.mark.parametrize(
    "text, currency, minor",
    [
        (" 12.50 ", RM, 1250),
        ("12", RM, 1200),
        ("1,200.5", RM, 120050),
        ("480", "JPY", 480),
        ("1.125", "KWD", 1125),
    ],
)
def test_parsing_a_typed_amount(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text, currency",
    [("12.505", RM), ("0.5", "JPY"), ("twelve", RM), ("", RM), ("NaN", RM), ("inf", RM), ("1e-9", RM)],
)
def test_an_invalid_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        parse_amount(text, currency)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["MYR", "JPY", "KWD"]))
def test_a_written_amount_is_parsed_to_the_same_value(minor: int, currency: str) -> None:
    places = decimal_places(currency)
    whole, rest = divmod(abs(minor), 10**places)
    text = f"{'-' if minor < 0 else ''}{whole}" + (f".{rest:0{places}}" if places else "")
    assert parse_amount(text, currency) == Money(minor, currency)
