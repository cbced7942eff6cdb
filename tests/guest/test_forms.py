"""Guests' forms are parsed strictly, and nothing in them sets a price."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.http import QueryDict

from duitpos.domain.errors import Invalid
from duitpos.guest.forms import read_checkout

pytestmark = pytest.mark.pure

# Fixed, because they are part of test ids, which must be the same in every worker.
ITEM, OTHER, CHOICE = (UUID(int=number) for number in (1, 2, 3))
KEY = "k" * 22


def form(**fields: str) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query[name] = value
    return query


def cart(*quantities: int) -> str:
    return json.dumps(
        {"lines": [{"item": str(ITEM), "mods": [], "qty": quantity} for quantity in quantities]}
    )


def test_the_menus_own_form_makes_lines() -> None:
    sent = read_checkout(
        form(
            **{
                f"q-0-{ITEM.hex}": "2",
                "m-0-0": str(CHOICE),
                "n-0": " less  ice ",
                f"q-1-{OTHER.hex}": "0",
            }
        )
    )
    (line,) = sent.cart.lines
    assert (line.item_id, line.modifier_ids, line.quantity, line.note) == (ITEM, (CHOICE,), 2, "less ice")
    assert sent.step == "review"


def test_lines_are_added_to_a_carried_cart_under_a_new_key() -> None:
    sent = read_checkout(form(cart=cart(1), checkout_key=KEY, **{f"q-1-{OTHER.hex}": "3"}))
    assert [line.quantity for line in sent.cart.lines] == [1, 3]
    assert sent.key != KEY


@pytest.mark.parametrize(
    "change,quantities",
    [("0:plus", [3, 5]), ("1:minus", [2, 4]), ("0:remove", [5]), ("9:plus", [2, 5]), ("0:twice", [2, 5])],
)
def test_a_lines_button_changes_that_line(change: str, quantities: list[int]) -> None:
    sent = read_checkout(form(cart=cart(2, 5), change=change, checkout_key=KEY, step="pay"))
    assert [line.quantity for line in sent.cart.lines] == quantities
    assert sent.step == "review"
    assert (sent.key == KEY) == (quantities == [2, 5])


def test_minus_removes_a_line_of_one_and_plus_stops_at_99() -> None:
    assert read_checkout(form(cart=cart(1), change="0:minus")).cart.lines == ()
    assert read_checkout(form(cart=cart(99), change="0:plus")).cart.lines[0].quantity == 99


def test_an_unchanged_cart_keeps_its_key_and_a_malformed_key_is_replaced() -> None:
    assert read_checkout(form(cart=cart(1), checkout_key=KEY)).key == KEY
    for strange in ("", "short", "x" * 65, "with space " * 3, "\x00" * 20):
        key = read_checkout(form(cart=cart(1), checkout_key=strange)).key
        assert key != strange
        assert len(key) == 22


@pytest.mark.parametrize("quantity", ["-1", "100", "1.5", "two", "٣", "9" * 20])
def test_an_invalid_quantity_is_refused_with_a_sentence(quantity: str) -> None:
    with pytest.raises(Invalid, match="quantity_out_of_range most=99"):
        read_checkout(form(**{f"q-0-{ITEM.hex}": quantity}))


@pytest.mark.parametrize("name,value", [("q-1-nobody", "1"), ("q-1", "1"), ("m-0-0", "nothing")])
def test_a_malformed_form_is_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid, match="form_unreadable"):
        read_checkout(form(**{f"q-0-{ITEM.hex}": "1", name: value}))


def test_malformed_totals_and_payment_types_count_as_not_sent() -> None:
    for total in ("", "-5", "12.50", "NaN", "1" * 30):
        assert read_checkout(form(cart=cart(1), seen_total=total)).seen_total_minor is None
    assert read_checkout(form(cart=cart(1), seen_total="3185")).seen_total_minor == 3185
    assert read_checkout(form(cart=cart(1), payment_type="cash")).payment_type_id is None


def test_two_hundred_lines_are_the_most() -> None:
    with pytest.raises(Invalid, match="cart_too_long most=200"):
        read_checkout(form(cart=cart(*[1] * 200), **{f"q-1-{OTHER.hex}": "1"}))
