"""Menus from plain values, and Hypothesis strategies for menus, carts and rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from duitpos.domain.checkout.payment_page import PageLabels
from duitpos.domain.menus.read import Choice, Group, Item, Menu, Section
from duitpos.domain.orders.cart import MAX_LINES, MAX_QUANTITY, Cart, CartLine
from duitpos.domain.orders.pricing import Rules
from duitpos.kit.ids import uuid7

LABELS = PageLabels(
    description="Order at Kopi, Bangsar",
    service_charge="Service charge",
    tax="Tax",
    more_items=lambda count: f"{count} more items",
)


def choice(name: str = "Extra", delta: int = 0) -> Choice:
    """A modifier."""
    return Choice(uuid7(), name, delta)


def group(*choices: Choice, least: int = 0, most: int = 1, name: str = "Choose") -> Group:
    """A modifier group."""
    return Group(uuid7(), name, least, most, choices)


def item(name: str = "Roti canai", price_minor: int = 150, *groups: Group, **fields: Any) -> Item:
    """A menu item, in stock by default."""
    values: dict[str, Any] = {
        "description": "",
        "marks": (),
        "allergens": (),
        "stock": "in_stock",
        "left": None,
    }
    return Item(id=uuid7(), name=name, price_minor=price_minor, groups=groups, **{**values, **fields})


def menu(*items: Item, currency: str = "MYR") -> Menu:
    """A menu with one section."""
    return Menu(1, currency, (Section(uuid7(), "All", items),))


def line(sold: Item | UUID, *choices: Choice | UUID, quantity: int = 1, **fields: Any) -> CartLine:
    """A cart line."""
    ids = tuple(part.id if isinstance(part, Choice) else part for part in choices)
    return CartLine(sold.id if isinstance(sold, Item) else sold, ids, quantity, **fields)


_PRICES = st.integers(0, 20_000)
_DELTAS = st.integers(-3_000, 3_000)
_STOCK = st.one_of(
    st.just(("in_stock", None)),
    st.just(("out_of_stock", None)),
    st.integers(1, 12).map(lambda left: ("limited", left)),
)

RULES = st.builds(
    Rules,
    service_charge_bp=st.integers(0, 3_000),
    tax_bp=st.integers(0, 3_000),
    tax_name=st.just("SST"),
    tax_is_inclusive=st.booleans(),
    tax_on_service_charge=st.booleans(),
)


@st.composite
def _groups(draw: st.DrawFn) -> Group:
    choices = tuple(
        choice(f"choice {delta}", delta) for delta in draw(st.lists(_DELTAS, min_size=1, max_size=4))
    )
    least = draw(st.integers(0, len(choices)))
    return group(*choices, least=least, most=draw(st.integers(max(1, least), len(choices) + 1)))


@st.composite
def _items(draw: st.DrawFn) -> Item:
    stock, left = draw(_STOCK)
    groups = draw(st.lists(_groups(), max_size=2))
    return item(draw(st.text(min_size=1, max_size=120)), draw(_PRICES), *groups, stock=stock, left=left)


@st.composite
def _lines(draw: st.DrawFn, items: Sequence[Item]) -> CartLine:
    """Cart lines, most of them with items of this menu and valid choices."""
    sold = draw(st.sampled_from(items))
    known = [part.id for each in items for one in each.groups for part in one.choices]
    modifiers: list[UUID] = []
    for one in sold.groups:
        count = draw(st.integers(one.min_choices, min(one.max_choices, len(one.choices))))
        modifiers += [part.id for part in draw(st.permutations(one.choices))[:count]]
    if known and draw(st.integers(0, 5)) == 0:
        modifiers.append(draw(st.sampled_from(known)))
    return CartLine(
        item_id=uuid7() if draw(st.integers(0, 9)) == 0 else sold.id,
        modifier_ids=tuple(modifiers),
        quantity=draw(st.integers(1, MAX_QUANTITY)),
        note=draw(st.sampled_from(["", "no ice"])),
        seen_minor=draw(st.one_of(st.none(), _PRICES)),
    )


@st.composite
def shopping(draw: st.DrawFn, most_lines: int = 12) -> tuple[Menu, Cart]:
    """A menu, and a cart with (nearly always) its items."""
    items = draw(st.lists(_items(), min_size=1, max_size=5))
    lines = draw(st.lists(_lines(items), max_size=most_lines))
    return menu(*items), Cart(tuple(lines))


@st.composite
def long_shopping(draw: st.DrawFn) -> tuple[Menu, Cart]:
    """A menu, and a cart with up to the maximum number of lines, all of which can be sold."""
    items = [
        item(f"dish {number}", amount)
        for number, amount in enumerate(draw(st.lists(_PRICES, min_size=1, max_size=5)))
    ]
    count = draw(st.integers(90, MAX_LINES))
    lines = (
        line(items[number % len(items)], quantity=1 + number % 7, note=str(number)) for number in range(count)
    )
    return menu(*items), Cart(tuple(lines))
