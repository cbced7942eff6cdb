"""Names and descriptions as people paste them."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.menus.edit.lines import ITEM_NAME, checked_name
from duitpos.kit.clean_text import one_line

pytestmark = pytest.mark.pure

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SRI = "\u0bb8\u0bcd\u0bb0\u0bc0"


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("  Teh   tarik ", "Teh tarik"),
        ("Teh\ntarik\r\n", "Teh tarik"),
        ("Teh\ttarik", "Teh tarik"),
        ("Teh\x00tarik", "Tehtarik"),
        ("Teh\x07 \x1b[31mtarik", "Teh [31mtarik"),
        ("Teh\x85tarik", "Teh tarik"),
        ("\u202eTeh\u202c", "Teh"),
        ("\u2066Teh\u2069", "Teh"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (f"Family {FAMILY}", f"Family {FAMILY}"),
        (SRI, SRI),
        ("\u200f\u0634\u0627\u064a", "\u200f\u0634\u0627\u064a"),
        ("\ud83c", ""),
        ("Cafe\u0301", "Caf\xe9"),
        ("\ufeffTeh\uffff \x01 tarik", "Teh tarik"),
    ],
)
def test_a_line_is_cleaned(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "\u200d\u200e", "\u202e", "\x00", "\u00a0"])
def test_a_name_that_nobody_can_see_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_name(typed, ITEM_NAME)
    assert refused.value.code == Code.MENU_NAME_EMPTY


def test_a_long_name_is_refused_with_its_length() -> None:
    assert checked_name("x" * ITEM_NAME, ITEM_NAME) == "x" * ITEM_NAME
    with pytest.raises(Invalid) as refused:
        checked_name("x" * 300, ITEM_NAME)
    assert refused.value.facts == {"most": ITEM_NAME, "length": 300}
