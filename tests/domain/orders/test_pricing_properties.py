"""Properties of every cart, menu and set of rules."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from django.forms import model_to_dict
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.checkout.line_items import line_items
from duitpos.domain.menus.read import Menu
from duitpos.domain.orders.cart import Cart, cart_to_json, contents_hash, parse_cart
from duitpos.domain.orders.pricing import ChangeKind, Quote, Rules, half_up, price
from duitpos.processors.capabilities import LineLimits
from tests.domain.orders.menus import LABELS, RULES, long_shopping, shopping

pytestmark = pytest.mark.pure


def sold(quote: Quote) -> list[dict[str, object]]:
    """The lines' values, because two unsaved rows are never equal."""
    return [model_to_dict(line, exclude=["id"]) for line in quote.lines]


def everything(quote: Quote) -> tuple[object, ...]:
    return quote.currency, sold(quote), quote.totals, quote.changes


@given(shopping(), RULES)
def test_the_processors_lines_add_up_to_the_total(bought: tuple[Menu, Cart], rules: Rules) -> None:
    menu, cart = bought
    quote = price(cart, menu, rules)
    asked = line_items(quote.lines, quote.totals, LABELS, rules.tax_name)
    assert sum(line.unit_minor * line.quantity for line in asked) == quote.totals.total_minor
    assert all(line.unit_minor >= 0 and line.quantity >= 1 and line.name for line in asked)


@given(long_shopping(), RULES)
def test_a_long_cart_is_folded_and_still_adds_up(bought: tuple[Menu, Cart], rules: Rules) -> None:
    menu, cart = bought
    quote = price(cart, menu, rules)
    asked = line_items(quote.lines, quote.totals, LABELS, rules.tax_name)
    assert len(quote.lines) == len(cart.lines)
    assert len(asked) <= LineLimits().most
    assert sum(line.unit_minor * line.quantity for line in asked) == quote.totals.total_minor


@given(shopping(), RULES)
def test_totals_follow_the_page(bought: tuple[Menu, Cart], rules: Rules) -> None:
    """Compute docs/money.md again with exact fractions."""
    menu, cart = bought
    quote = price(cart, menu, rules)
    totals = quote.totals
    assert totals.subtotal_minor == sum(line.unit_price_minor * line.quantity for line in quote.lines)
    service = Fraction(totals.subtotal_minor * rules.service_charge_bp, 10_000)
    assert Fraction(-1, 2) < totals.service_charge_minor - service <= Fraction(1, 2)
    taxed = totals.subtotal_minor + totals.service_charge_minor * rules.tax_on_service_charge
    rate = Fraction(rules.tax_bp, 10_000)
    tax = taxed * (rate / (1 + rate) if rules.tax_is_inclusive else rate)
    assert Fraction(-1, 2) < totals.tax_minor - tax <= Fraction(1, 2)
    added = 0 if rules.tax_is_inclusive else totals.tax_minor
    assert totals.total_minor == totals.subtotal_minor + totals.service_charge_minor + added


@given(shopping(), RULES, st.one_of(st.none(), st.integers(0, 10**6)))
def test_the_prices_that_the_guest_saw_change_no_price(
    bought: tuple[Menu, Cart], rules: Rules, seen: int | None
) -> None:
    menu, cart = bought
    other = Cart(tuple(replace(line, seen_minor=seen) for line in cart.lines), cart.note)
    ours, theirs = price(cart, menu, rules), price(other, menu, rules)
    assert (sold(ours), ours.totals) == (sold(theirs), theirs.totals)
    assert contents_hash(cart) == contents_hash(other)


@given(shopping(), RULES)
def test_the_order_of_modifiers_changes_nothing(bought: tuple[Menu, Cart], rules: Rules) -> None:
    menu, cart = bought
    turned = Cart(
        tuple(replace(line, modifier_ids=line.modifier_ids[::-1]) for line in cart.lines), cart.note
    )
    assert everything(price(cart, menu, rules)) == everything(price(turned, menu, rules))
    assert contents_hash(cart) == contents_hash(turned)


@given(shopping())
def test_every_line_is_sold_as_requested_or_reported(bought: tuple[Menu, Cart]) -> None:
    menu, cart = bought
    quote = price(cart, menu, Rules())
    named = {change.item_id for change in quote.changes if change.kind is not ChangeKind.PRICE}
    asked = [(line.item_id, line.quantity) for line in cart.lines if line.item_id not in named]
    sold = [(line.item_id, line.quantity) for line in quote.lines if line.item_id not in named]
    assert asked == sold


@given(shopping())
def test_no_more_than_the_stock_is_sold(bought: tuple[Menu, Cart]) -> None:
    menu, cart = bought
    quote = price(cart, menu, Rules())
    for item in menu.items():
        sold = sum(line.quantity for line in quote.lines if line.item_id == item.id)
        assert item.left is None or sold <= item.left


@given(shopping(), RULES)
def test_a_cart_is_equal_after_writing_and_parsing(bought: tuple[Menu, Cart], rules: Rules) -> None:
    menu, cart = bought
    again = parse_cart(cart_to_json(cart))
    assert again == cart
    assert everything(price(again, menu, rules)) == everything(price(cart, menu, rules))


@given(st.integers(0, 10**15), st.integers(1, 10**6))
def test_rounding_is_half_up(numerator: int, denominator: int) -> None:
    difference = half_up(numerator, denominator) - Fraction(numerator, denominator)
    assert Fraction(-1, 2) < difference <= Fraction(1, 2)
