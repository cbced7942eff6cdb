"""Our minor units and Stripe's amounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.kit.money import Money
from duitpos.processors.stripe.amounts import (
    MINIMUMS,
    THREE_DECIMAL,
    ZERO_DECIMAL,
    AmountNotExact,
    currency_problem,
    from_stripe,
    to_stripe,
)

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    "currency, ours, theirs",
    [
        ("MYR", 1250, 1250),
        ("SGD", 0, 0),
        ("JPY", 900, 900),
        ("VND", 45000, 45000),
        # Without decimals in our amounts, but Stripe takes hundredths that must be 0.
        ("ISK", 1500, 150000),
        ("UGX", 20000, 2000000),
        ("KWD", 1250, 1250),
        # Zero decimals for payouts only; charges have two.
        ("HUF", 17500, 17500),
        ("TWD", 12000, 12000),
    ],
)
def test_known_amounts(currency: str, ours: int, theirs: int) -> None:
    assert to_stripe(Money(ours, currency)) == theirs
    assert from_stripe(theirs, currency.lower()) == Money(ours, currency)


@given(
    minor=st.integers(min_value=0, max_value=99_999_999),
    currency=st.sampled_from(
        sorted(ZERO_DECIMAL | {"MYR", "SGD", "USD", "EUR", "ISK", "UGX", "LAK", "HUF", "IDR"})
    ),
)
def test_every_amount_survives_the_round_trip(minor: int, currency: str) -> None:
    assert currency_problem(currency) is None
    assert from_stripe(to_stripe(Money(minor, currency)), currency.lower()) == Money(minor, currency)


@pytest.mark.parametrize("currency", sorted(THREE_DECIMAL))
def test_three_decimals_cannot_always_be_exact_and_are_refused(currency: str) -> None:
    assert currency_problem(currency) == "steps_of_ten"
    with pytest.raises(AmountNotExact):
        to_stripe(Money(1005, currency))


@pytest.mark.parametrize("amount", [150050, 1])
def test_an_amount_that_cannot_be_converted_is_not_rounded(amount: int) -> None:
    with pytest.raises(AmountNotExact):
        from_stripe(amount, "isk")


def test_minimums_are_in_our_units() -> None:
    assert MINIMUMS["MYR"] == 200
    for currency, minimum in MINIMUMS.items():
        assert to_stripe(Money(minimum, currency)) == minimum
