"""A guest's cart as the browser sends it. It has ids only; the server sets the prices (M3)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from duitpos.domain.errors import Code, Invalid
from duitpos.kit.clean_text import one_line

MAX_LINES = 200
MAX_QUANTITY = 99
MAX_MODIFIERS = 50
NOTE_LENGTH = 200
MOST_EARLIER = 20
"""How many earlier checkout keys a cart may have; the newest are kept."""

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")

_MOST_MINOR = 10**12
"""Above any real price in minor units; a cart with a larger one is rejected."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """One selected item. `seen_minor` is the unit price with modifiers that the guest saw, where known."""

    item_id: UUID
    modifier_ids: tuple[UUID, ...]
    quantity: int
    note: str = ""
    seen_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Cart:
    """The selected lines, in the order the guest chose them. Several lines may have the same item.

    `earlier`: the checkout keys under which this cart was sent before it was edited, oldest first. Such a key alone
    gives access to its order.
    """

    lines: tuple[CartLine, ...]
    note: str = ""
    earlier: tuple[str, ...] = ()


def parse_cart(json_text: str) -> Cart:
    """Parse `{"lines": [{"item", "mods", "qty", "note", "seen"}], "note", "earlier"}`. Raises Invalid."""
    try:
        value = json.loads(json_text)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    match value:
        case {"lines": list(lines)}:
            pass
        case _:
            raise _unreadable()
    if len(lines) > MAX_LINES:
        raise Invalid(Code.CART_TOO_LONG, most=MAX_LINES)
    return Cart(
        lines=tuple(_line(line) for line in lines),
        note=clean_note(value.get("note", "")),
        earlier=_keys(value.get("earlier", [])),
    )


def is_key(text: str) -> bool:
    """Whether this can be a checkout key."""
    return _KEY.fullmatch(text) is not None


def with_earlier(cart: Cart, *keys: str) -> Cart:
    """Return the cart with these keys added to its earlier ones, without duplicates."""
    named = dict.fromkeys(key for key in (*cart.earlier, *keys) if is_key(key))
    return replace(cart, earlier=tuple(named)[-MOST_EARLIER:])


def cart_to_json(cart: Cart) -> str:
    """The text that `parse_cart` reads back."""
    lines = [
        {
            "item": str(line.item_id),
            "mods": [str(modifier) for modifier in line.modifier_ids],
            "qty": line.quantity,
            "note": line.note,
            **({} if line.seen_minor is None else {"seen": line.seen_minor}),
        }
        for line in cart.lines
    ]
    value: dict[str, Any] = {"lines": lines, "note": cart.note}
    if cart.earlier:
        value["earlier"] = list(cart.earlier)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def contents_hash(cart: Cart) -> str:
    """A hash of what is ordered, 64 hex digits. The prices that the guest saw are not part of it."""
    plain = [
        [str(line.item_id), sorted(str(modifier) for modifier in line.modifier_ids), line.quantity, line.note]
        for line in cart.lines
    ]
    return hashlib.sha256(json.dumps([plain, cart.note]).encode()).hexdigest()


def clean_note(value: Any) -> str:
    """Put a note on one line, without control characters. Raises Invalid if too long: a cut could lose "no nuts"."""
    if not isinstance(value, str):
        raise _unreadable()
    note = one_line(value)
    if len(note) > NOTE_LENGTH:
        raise Invalid(Code.NOTE_TOO_LONG, most=NOTE_LENGTH)
    return note


def _line(value: Any) -> CartLine:
    match value:
        case {"item": str(item), "qty": int(quantity)} if not isinstance(quantity, bool):
            pass
        case _:
            raise _unreadable()
    modifiers = value.get("mods", [])
    if not isinstance(modifiers, list) or len(modifiers) > MAX_MODIFIERS:
        raise _unreadable()
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(Code.QUANTITY_OUT_OF_RANGE, most=MAX_QUANTITY)
    return CartLine(
        item_id=_id(item),
        modifier_ids=tuple(_id(modifier) for modifier in modifiers),
        quantity=quantity,
        note=clean_note(value.get("note", "")),
        seen_minor=_seen(value.get("seen")),
    )


def _id(value: Any) -> UUID:
    if not isinstance(value, str):
        raise _unreadable()
    try:
        return UUID(value)
    except ValueError as error:
        raise _unreadable() from error


def _seen(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_MINOR:
        raise _unreadable()
    return value


def _keys(value: Any) -> tuple[str, ...]:
    """Drop malformed keys: they belong to no order, and the rest of the cart is still good."""
    if not isinstance(value, list):
        raise _unreadable()
    keys = dict.fromkeys(key for key in value if isinstance(key, str) and is_key(key))
    return tuple(keys)[-MOST_EARLIER:]


def _unreadable() -> Invalid:
    return Invalid(Code.CART_UNREADABLE)
