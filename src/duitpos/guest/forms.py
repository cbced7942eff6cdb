"""Parse the guests' forms. Nothing in them is trusted: everything is checked here or priced from ids (M3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.http import QueryDict

from duitpos.domain.errors import Code, Invalid
from duitpos.domain.orders.cart import (
    MAX_LINES,
    MAX_QUANTITY,
    Cart,
    CartLine,
    clean_note,
    is_key,
    parse_cart,
    with_earlier,
)
from duitpos.kit.ids import secret_token

_CHANGE = re.compile(r"(\d{1,3}):(plus|minus|remove)", re.ASCII)
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)


_MOST_TYPES = 50
_MOST_TYPED = 400
"""Characters of a guest's e-mail address or name. The domain has the real limits; this one keeps a page small."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What the guest typed about themselves for one payment type."""

    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A checkout form. `seen_total_minor` is the total that the page showed, in minor units; None if it showed none."""

    step: str
    cart: Cart
    key: str
    seen_total_minor: int | None
    payment_type_id: UUID | None
    seen_twin: str = ""
    """Of which other order of the same dishes the page warned."""
    typed: Mapping[UUID, Typed] = field(default_factory=dict)
    """By payment type. What was typed for one is not used for another."""

    @property
    def typed_for_chosen(self) -> Typed:
        """What was typed for the chosen payment type."""
        return self.typed.get(self.payment_type_id, Typed()) if self.payment_type_id else Typed()


def read_checkout(post: QueryDict) -> Sent:
    """Read a form of the menu or of the review. Raises Invalid if it is malformed.

    An edited cart gets a new key, and keeps the old one in `earlier`: it may have been sent to pay under that.
    """
    text = str(post.get("cart", ""))
    carried = parse_cart(text) if text else Cart(())
    cart = replace(carried, lines=(*_changed(carried.lines, post.get("change", "")), *_plain_lines(post)))
    if len(cart.lines) > MAX_LINES:
        raise Invalid(Code.CART_TOO_LONG, most=MAX_LINES)
    key = str(post.get("checkout_key", ""))
    is_edited = cart != carried
    if is_edited:
        cart = with_earlier(cart, key)
    return Sent(
        # A line's own button never pays, whatever else is in the form.
        step="pay" if post.get("step") == "pay" and "change" not in post else "review",
        cart=cart,
        key=key if is_key(key) and not is_edited else new_key(),
        seen_total_minor=_number(post.get("seen_total", "")),
        payment_type_id=_id(post.get("payment_type", "")),
        seen_twin=str(post.get("seen_twin", ""))[:50],
        typed=_typed(post),
    )


def new_key() -> str:
    """A checkout key for one version of a cart."""
    return secret_token()


def _changed(lines: tuple[CartLine, ...], change: str) -> Iterator[CartLine]:
    """Apply one press of a line's own button to the lines: `3:plus`, `3:minus`, `3:remove`."""
    match = _CHANGE.fullmatch(change)
    for number, line in enumerate(lines):
        if match is None or int(match[1]) != number:
            yield line
            continue
        quantity = {"plus": line.quantity + 1, "minus": line.quantity - 1, "remove": 0}[match[2]]
        if quantity > 0:
            yield replace(line, quantity=min(quantity, MAX_QUANTITY))


def _plain_lines(post: QueryDict) -> Iterator[CartLine]:
    """Lines from the menu's own form, on a phone without script: q-<number>-<item>, m-<number>[-<group>], n-<number>.

    The number is the item's on that page.
    """
    modifiers: dict[str, list[str]] = {}
    for name in post:
        kind, _, rest = name.partition("-")
        if kind == "m":
            modifiers.setdefault(rest.partition("-")[0], []).extend(post.getlist(name))
    for name in post:
        text = str(post.get(name, "")).strip()
        if not name.startswith("q-") or text in ("", "0"):
            continue
        quantity = _number(text)
        if quantity is None or not 1 <= quantity <= MAX_QUANTITY:
            raise Invalid(Code.QUANTITY_OUT_OF_RANGE, most=MAX_QUANTITY)
        number, _, item_id = name[2:].partition("-")
        item = _id(item_id)
        chosen = [_id(value) for value in modifiers.get(number, [])]
        if item is None or len(chosen) > 50 or None in chosen:
            raise Invalid(Code.FORM_UNREADABLE)
        note = clean_note(post.get(f"n-{number}", ""))
        yield CartLine(item, tuple(id_ for id_ in chosen if id_ is not None), quantity, note)


def _typed(post: QueryDict) -> dict[UUID, Typed]:
    """The fields email-<payment type> and name-<payment type>; blanks around are no part of what was typed."""
    found: dict[UUID, Typed] = {}
    for name in post:
        kind, _, id_text = name.partition("-")
        payment_type_id = _id(id_text) if kind in ("email", "name") else None
        if payment_type_id is None or (payment_type_id not in found and len(found) >= _MOST_TYPES):
            continue
        text = str(post.get(name, "")).strip()[:_MOST_TYPED]
        before = found.get(payment_type_id, Typed())
        found[payment_type_id] = replace(before, **{kind: text})
    return found


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
