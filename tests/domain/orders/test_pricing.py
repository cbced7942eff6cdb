"""A line's price, and the reported differences."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from duitpos.domain.orders.cart import Cart
from duitpos.domain.orders.pricing import Change, ChangeKind, Quote, Rules, price, totals_of
from duitpos.models import OrderLine
from tests.domain.orders.menus import choice, group, item, line, menu

pytestmark = pytest.mark.pure

NOTHING_ADDED = Rules()


def _kinds(quote: Quote) -> list[str]:
    return [change.kind.value for change in quote.changes]


def test_the_same_dish_twice_with_other_modifiers_is_two_lines() -> None:
    egg, cheese = choice("Egg", 150), choice("Cheese", 200)
    roti = item("Roti", 150, group(egg, cheese))
    quote = price(Cart((line(roti, egg), line(roti, cheese), line(roti))), menu(roti), NOTHING_ADDED)
    assert [part.unit_price_minor for part in quote.lines] == [300, 350, 150]
    assert quote.totals.total_minor == 800
    assert not quote.changes


def test_a_line_keeps_names_allergens_and_note() -> None:
    egg = choice("Egg", 150)
    roti = item("Roti", 150, group(egg, name="With"), allergens=("gluten",))
    sold = price(Cart((line(roti, egg, quantity=2, note="crisp"),)), menu(roti), NOTHING_ADDED).lines[0]
    assert (sold.name, sold.note, sold.allergens, sold.total_minor) == ("Roti", "crisp", ["gluten"], 600)
    assert [(part["group"], part["name"], part["price_delta_minor"]) for part in sold.modifiers] == [
        ("With", "Egg", 150)
    ]


def test_modifiers_are_in_the_order_of_the_menu() -> None:
    first, second, third = choice("1"), choice("2"), choice("3")
    roti = item("Roti", 150, group(first, second, most=2), group(third))
    sold = price(Cart((line(roti, third, second, first),)), menu(roti), NOTHING_ADDED).lines[0]
    assert [part["name"] for part in sold.modifiers] == ["1", "2", "3"]


def test_a_unit_price_is_never_negative() -> None:
    less = choice("No filling", -500)
    roti = item("Roti", 150, group(less))
    quote = price(Cart((line(roti, less, quantity=3),)), menu(roti), NOTHING_ADDED)
    assert quote.lines[0].unit_price_minor == 0
    assert quote.totals.total_minor == 0


def test_sold_out_lines_are_dropped_and_reported() -> None:
    roti, teh = item("Roti", 150, stock="out_of_stock"), item("Teh", 250)
    quote = price(Cart((line(roti), line(teh))), menu(roti, teh), NOTHING_ADDED)
    assert quote.changes == (Change(ChangeKind.SOLD_OUT, roti.id, "Roti"),)
    assert [part.name for part in quote.lines] == ["Teh"]
    assert quote.totals.total_minor == 250


def test_an_unknown_item_is_reported_as_gone() -> None:
    gone = uuid4()
    quote = price(Cart((line(gone),)), menu(item()), NOTHING_ADDED)
    assert quote.changes == (Change(ChangeKind.GONE, gone, ""),)
    assert not quote.lines


def test_limited_stock_counts_over_all_lines_of_an_item() -> None:
    egg = choice("Egg", 150)
    roti = item("Roti", 150, group(egg), stock="limited", left=5)
    cart = Cart((line(roti, quantity=3), line(roti, egg, quantity=3), line(roti, quantity=1)))
    quote = price(cart, menu(roti), NOTHING_ADDED)
    assert [part.quantity for part in quote.lines] == [3, 2]
    assert quote.totals.total_minor == 3 * 150 + 2 * 300
    assert quote.changes == (
        Change(ChangeKind.LIMITED, roti.id, "Roti", was_quantity=3, now_quantity=2),
        Change(ChangeKind.LIMITED, roti.id, "Roti", was_quantity=1, now_quantity=0),
    )


def test_exactly_the_remaining_quantity_is_no_change() -> None:
    roti = item("Roti", 150, stock="limited", left=5)
    quote = price(Cart((line(roti, quantity=2), line(roti, quantity=3))), menu(roti), NOTHING_ADDED)
    assert not quote.changes


def test_a_line_with_wrong_choices_uses_no_stock() -> None:
    roti = item("Roti", 150, stock="limited", left=2)
    quote = price(Cart((line(roti, uuid4(), quantity=2), line(roti, quantity=2))), menu(roti), NOTHING_ADDED)
    assert _kinds(quote) == ["choices"]
    assert [part.quantity for part in quote.lines] == [2]


def test_a_changed_price_keeps_the_line_at_the_new_one() -> None:
    roti = item("Roti", 180)
    quote = price(Cart((line(roti, quantity=2, seen_minor=150),)), menu(roti), NOTHING_ADDED)
    assert quote.changes == (Change(ChangeKind.PRICE, roti.id, "Roti", was_minor=150, now_minor=180),)
    assert quote.totals.total_minor == 360


def test_a_changed_modifier_shows_as_the_lines_price() -> None:
    egg = choice("Egg", 200)
    roti = item("Roti", 150, group(egg))
    quote = price(Cart((line(roti, egg, seen_minor=300),)), menu(roti), NOTHING_ADDED)
    assert quote.changes == (Change(ChangeKind.PRICE, roti.id, "Roti", was_minor=300, now_minor=350),)


@pytest.mark.parametrize("seen", [150, None])
def test_the_price_seen_or_unknown_is_no_change(seen: int | None) -> None:
    roti = item("Roti", 150)
    assert not price(Cart((line(roti, seen_minor=seen),)), menu(roti), NOTHING_ADDED).changes


def test_the_same_difference_is_reported_once() -> None:
    roti = item("Roti", 150, stock="out_of_stock")
    quote = price(Cart((line(roti), line(roti, note="crisp"))), menu(roti), NOTHING_ADDED)
    assert _kinds(quote) == ["sold_out"]


HOT, COLD, FOREIGN = choice("Hot"), choice("Cold"), choice("Of another dish")
EGG, CHEESE, ONION = choice("Egg", 150), choice("Cheese", 200), choice("Onion", 50)
TEH = item("Teh", 250, group(HOT, COLD, least=1), group(EGG, CHEESE, ONION, least=0, most=2))
OTHER = item("Other", 100, group(FOREIGN))


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param((), id="below min"),
        pytest.param((HOT, COLD), id="above max of one"),
        pytest.param((HOT, EGG, CHEESE, ONION), id="above max of two"),
        pytest.param((HOT, FOREIGN), id="a modifier of another item"),
        pytest.param((HOT, uuid4()), id="a modifier of nobody"),
        pytest.param((HOT, HOT), id="the same twice"),
        pytest.param((HOT, EGG, EGG), id="the same twice within max"),
    ],
)
def test_lines_with_wrong_choices_are_dropped_and_reported(chosen: tuple[object, ...]) -> None:
    quote = price(Cart((line(TEH, *chosen),)), menu(TEH, OTHER), NOTHING_ADDED)  # type: ignore[arg-type]
    assert quote.changes == (Change(ChangeKind.CHOICES, TEH.id, "Teh"),)
    assert not quote.lines


@pytest.mark.parametrize("chosen", [(HOT,), (COLD, EGG), (CHEESE, ONION, HOT)])
def test_lines_with_right_choices_are_sold(chosen: tuple[object, ...]) -> None:
    quote = price(Cart((line(TEH, *chosen),)), menu(TEH, OTHER), NOTHING_ADDED)  # type: ignore[arg-type]
    assert not quote.changes
    assert len(quote.lines[0].modifiers) == len(chosen)


def test_an_empty_cart_costs_nothing() -> None:
    quote = price(Cart(()), menu(item()), Rules(service_charge_bp=1000, tax_bp=600))
    assert quote.totals.total_minor == 0
    assert not quote.lines
    assert not quote.changes


def test_what_is_not_served_now_is_left_out() -> None:
    breakfast = replace(item("Nasi lemak", 500), is_served=False)
    quote = price(Cart((line(breakfast),)), menu(breakfast), NOTHING_ADDED)
    assert (_kinds(quote), quote.lines) == (["not_served"], ())


def test_a_choice_that_is_sold_out_cannot_be_taken() -> None:
    egg = replace(choice("Egg", 100), is_sold_out=True)
    roti = item("Roti", 150, group(egg))
    assert _kinds(price(Cart((line(roti, egg),)), menu(roti), NOTHING_ADDED)) == ["choices"]


@pytest.mark.parametrize(
    "is_inclusive, on_service, tax, total",
    [
        # 6 % of 1000, 8 % of 500, nothing of 300.
        pytest.param(False, False, 60 + 40, 1980 + 100, id="added"),
        pytest.param(False, True, 71 + 40, 1980 + 111, id="added, the service charge at the standard rate"),
        pytest.param(True, False, 57 + 37, 1980, id="inside the prices"),
        pytest.param(True, True, 67 + 37, 1980, id="inside the prices and the service charge"),
    ],
)
def test_each_tax_class_has_its_rate(is_inclusive: bool, on_service: bool, tax: int, total: int) -> None:
    rules = Rules(1000, 600, "SST", is_inclusive, on_service, reduced_tax_bp=800)
    items = [
        replace(item(name, minor), tax_class=name)
        for name, minor in (("standard", 1000), ("reduced", 500), ("none", 300))
    ]
    quote = price(Cart(tuple(line(one) for one in items)), menu(*items), rules)
    assert [sold.tax_bp for sold in quote.lines] == [600, 800, 0]
    assert (quote.totals.service_charge_minor, quote.totals.tax_minor) == (180, tax)
    assert quote.totals.total_minor == total


def test_an_old_order_line_has_the_rate_of_its_order() -> None:
    rules = Rules(tax_bp=600)
    assert totals_of([OrderLine(total_minor=1000, tax_bp=None)], rules).tax_minor == 60
