"""Parsing a browser's cart: valid and refused carts, and when two carts are equal."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duitpos.domain.errors import Invalid
from duitpos.domain.orders.cart import (
    MAX_LINES,
    MAX_MODIFIERS,
    NOTE_LENGTH,
    Cart,
    CartLine,
    cart_to_json,
    clean_note,
    contents_hash,
    parse_cart,
)

pytestmark = pytest.mark.pure

ROTI = UUID("01900000-0000-7000-8000-000000000001")
EGG = UUID("01900000-0000-7000-8000-000000000002")
CHEESE = UUID("01900000-0000-7000-8000-000000000003")


def _text(**line: Any) -> str:
    return json.dumps({"lines": [{"item": str(ROTI), "mods": [], "qty": 1, **line}], "note": ""})


def test_a_cart_is_parsed() -> None:
    text = json.dumps(
        {
            "lines": [{"item": str(ROTI), "mods": [str(EGG)], "qty": 2, "note": " crisp ", "seen": 300}],
            "note": "window seat",
        }
    )
    assert parse_cart(text) == Cart((CartLine(ROTI, (EGG,), 2, "crisp", 300),), "window seat")


def test_only_item_and_quantity_are_needed() -> None:
    text = json.dumps({"lines": [{"item": str(ROTI), "qty": 99}]})
    assert parse_cart(text) == Cart((CartLine(ROTI, (), 99),))


def test_an_empty_cart_is_a_cart() -> None:
    assert parse_cart('{"lines": []}') == Cart(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"lines": {}}',
        '{"lines": [null]}',
        '{"lines": [[]]}',
        '{"lines": [], "note": 1}',
        '{"lines": [], "note": null}',
        "[" * 100_000,
        '{"lines": ' + "9" * 10_000 + "}",
        _text(item=1),
        _text(item="roti"),
        _text(item=str(ROTI) + "0"),
        _text(mods="x"),
        _text(mods=[1]),
        _text(mods=["egg"]),
        _text(mods=[str(EGG)] * (MAX_MODIFIERS + 1)),
        _text(qty="1"),
        _text(qty=1.5),
        _text(qty=True),
        _text(qty=None),
        _text(qty=float("nan")),
        _text(note=1),
        _text(seen="1"),
        _text(seen=-1),
        _text(seen=1.0),
        _text(seen=True),
        _text(seen=10**13),
    ],
)
def test_anything_else_is_refused_with_a_message(text: str) -> None:
    with pytest.raises(Invalid, match="cart_unreadable"):
        parse_cart(text)


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**30])
def test_a_quantity_is_1_to_99(quantity: int) -> None:
    with pytest.raises(Invalid, match="quantity_out_of_range most=99"):
        parse_cart(_text(qty=quantity))


def test_the_maximum_number_of_lines() -> None:
    line = {"item": str(ROTI), "qty": 1}
    assert len(parse_cart(json.dumps({"lines": [line] * MAX_LINES})).lines) == 200
    with pytest.raises(Invalid, match="cart_too_long most=200"):
        parse_cart(json.dumps({"lines": [line] * (MAX_LINES + 1)}))


_KEYS = st.sampled_from(["lines", "item", "mods", "qty", "note", "seen"])
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(str(ROTI))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=6)),
)


@given(
    st.one_of(
        st.text(), _VALUES.map(json.dumps), st.lists(_VALUES).map(lambda lines: json.dumps({"lines": lines}))
    )
)
def test_any_text_is_a_cart_or_refused(text: str) -> None:
    """No text raises another error, and a parsed cart can be written and parsed again."""
    with suppress(Invalid):
        cart = parse_cart(text)
        assert parse_cart(cart_to_json(cart)) == cart


@pytest.mark.parametrize(
    "written, kept",
    [
        ("  no   ice ", "no ice"),
        ("no\nice\tplease\r\n", "no ice please"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("\ud800x", "x"),
        ("\u202egnitirw\u2066", "gnitirw"),
        ("e\u0301", "é"),
        ("少冰 தயவு 🙏🏽", "少冰 தயவு 🙏🏽"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("\x00", ""),
    ],
)
def test_a_note_is_one_clean_line(written: str, kept: str) -> None:
    assert clean_note(written) == kept


@given(st.text(alphabet=st.characters(), max_size=60))
def test_a_clean_note_is_stable_and_can_be_stored(written: str) -> None:
    note = clean_note(written)
    assert clean_note(note) == note
    assert note.encode().decode() == note
    assert not any(ord(char) < 32 for char in note)


def test_a_long_note_is_refused_and_not_cut() -> None:
    assert len(clean_note("x" * NOTE_LENGTH + "  ")) == 200
    with pytest.raises(Invalid, match="note_too_long most=200"):
        clean_note("x" * (NOTE_LENGTH + 1))


def _cart(*lines: CartLine, note: str = "") -> Cart:
    return Cart(lines, note)


def test_the_digest_covers_only_what_is_ordered() -> None:
    cart = _cart(CartLine(ROTI, (EGG, CHEESE), 2, "crisp", 500))
    assert len(contents_hash(cart)) == 64
    assert contents_hash(cart) == contents_hash(_cart(CartLine(ROTI, (CHEESE, EGG), 2, "crisp", 600)))
    assert contents_hash(cart) == contents_hash(parse_cart(cart_to_json(cart)))


@pytest.mark.parametrize(
    "other",
    [
        _cart(CartLine(EGG, (EGG, CHEESE), 2, "crisp")),
        _cart(CartLine(ROTI, (EGG,), 2, "crisp")),
        _cart(CartLine(ROTI, (EGG, CHEESE, CHEESE), 2, "crisp")),
        _cart(CartLine(ROTI, (EGG, CHEESE), 3, "crisp")),
        _cart(CartLine(ROTI, (EGG, CHEESE), 2, "soft")),
        _cart(CartLine(ROTI, (EGG, CHEESE), 2, "crisp"), note="late"),
        _cart(CartLine(ROTI, (EGG, CHEESE), 1, "crisp"), CartLine(ROTI, (EGG, CHEESE), 1, "crisp")),
        _cart(),
    ],
)
def test_another_order_has_another_digest(other: Cart) -> None:
    assert contents_hash(other) != contents_hash(_cart(CartLine(ROTI, (EGG, CHEESE), 2, "crisp")))
