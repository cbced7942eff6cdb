"""Price a cart. Pure: the same ids on the same menu under the same rules always cost the same (docs/money.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from duitpos.domain.menus.read import Choice, Group, Item, Menu
from duitpos.domain.orders.cart import Cart, CartLine
from duitpos.models import Location, Order, OrderLine
from duitpos.models.menu import TaxClass

WHOLE_BP = 10_000
"""Basis points of the whole: 100 %."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a location charges. Rates in basis points: 600 is 6 %."""

    service_charge_bp: int = 0
    tax_bp: int = 0
    tax_name: str = ""
    tax_is_inclusive: bool = False
    tax_on_service_charge: bool = False
    reduced_tax_bp: int = 0

    def tax_of(self, tax_class: str) -> int:
        """The rate for items of a class (models.menu.TaxClass)."""
        return {TaxClass.REDUCED.value: self.reduced_tax_bp, TaxClass.NONE.value: 0}.get(
            tax_class, self.tax_bp
        )


def rules_of(location: Location) -> Rules:
    """The rules in force at a location now; an order pins them."""
    return Rules(
        service_charge_bp=location.service_charge_bp,
        tax_bp=location.tax_bp,
        tax_name=location.tax_name,
        tax_is_inclusive=location.tax_is_inclusive,
        tax_on_service_charge=location.tax_on_service_charge,
        reduced_tax_bp=location.reduced_tax_bp,
    )


def rules_of_order(order: Order) -> Rules:
    """The rules that an order pinned. Its lines have their own rates, so the reduced one is not needed."""
    return Rules(
        service_charge_bp=order.service_charge_bp,
        tax_bp=order.tax_bp,
        tax_name=order.tax_name,
        tax_is_inclusive=order.tax_is_inclusive,
        tax_on_service_charge=order.tax_on_service_charge,
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Minor units. With inclusive tax, `tax_minor` is the part inside the total and adds nothing to it."""

    subtotal_minor: int
    service_charge_minor: int
    tax_minor: int
    total_minor: int


class ChangeKind(StrEnum):
    """Why a line is not sold as it was asked for."""

    SOLD_OUT = "sold_out"
    LIMITED = "limited"  # fewer are left than asked for, over all lines of the item
    NOT_SERVED = "not_served"  # at another time of day, or on another day
    GONE = "gone"  # not on this menu
    PRICE = "price"  # sold, at another unit price than the guest saw
    CHOICES = "choices"  # too few, too many, unknown or repeated modifiers


@dataclass(frozen=True, slots=True)
class Change:
    """A difference that the guest must agree to. Prices are unit prices in minor units.

    `name` is the dish's name in the guest's language, empty if unknown.
    """

    kind: ChangeKind
    item_id: UUID
    name: str
    was_minor: int | None = None
    now_minor: int | None = None
    was_quantity: int | None = None
    now_quantity: int | None = None
    """For `limited`: how many the line asked for, and how many it gets (0: the line is left out)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced cart: what can be sold now, what it costs, and what differs from what was asked for."""

    currency: str
    lines: tuple[OrderLine, ...]
    """Unsaved, as the order will pin them: without an order and a position yet."""
    totals: Totals
    changes: tuple[Change, ...]


def price(cart: Cart, menu: Menu, rules: Rules) -> Quote:
    """Price a cart. A line that cannot be sold is left out and named in `changes`; a scarce one gets what is left."""
    items = {item.id: item for item in menu.items()}
    left = {item.id: item.left for item in items.values() if item.left is not None}
    lines: list[OrderLine] = []
    changes: list[Change] = []
    for wanted in cart.lines:
        item = items.get(wanted.item_id)
        line, problem = _sell(wanted, item, rules)
        if line is None or item is None:
            changes.append(Change(problem, wanted.item_id, _guest_name(item) if item else ""))
            continue
        enough = min(line.quantity, left.get(item.id, line.quantity))
        if item.id in left:
            left[item.id] -= enough
        changes += _differences(wanted, line, enough)
        if enough:
            line.quantity, line.total_minor = enough, enough * line.unit_price_minor
            lines.append(line)
    # Report the same change of two lines once.
    return Quote(menu.currency, tuple(lines), totals_of(lines, rules), tuple(dict.fromkeys(changes)))


def totals_of(lines: list[OrderLine], rules: Rules) -> Totals:
    """Subtotal, service charge, tax, total, in this order; rounded half up, the tax once a rate (docs/money.md).

    The service charge is taxed at the standard rate.
    """
    items: Counter[int] = Counter()
    for line in lines:
        items[line_rate(line, rules)] += line.total_minor
    subtotal = sum(items.values())
    service_charge = service_charge_of(subtotal, rules)
    tax = sum(tax_by_rate(items, service_charge, rules).values())
    on_top = 0 if rules.tax_is_inclusive else tax
    return Totals(subtotal, service_charge, tax, subtotal + service_charge + on_top)


def line_rate(line: OrderLine, rules: Rules) -> int:
    """A line's tax rate in basis points. Lines of old orders have none of their own: the order's."""
    return rules.tax_bp if line.tax_bp is None else line.tax_bp


def service_charge_of(subtotal_minor: int, rules: Rules) -> int:
    """The service charge on a subtotal, in minor units."""
    return half_up(subtotal_minor * rules.service_charge_bp, WHOLE_BP)


def tax_by_rate(items: Mapping[int, int], service_charge_minor: int, rules: Rules) -> dict[int, int]:
    """The tax of each rate in minor units, from the items' amounts by rate (basis points) and the service charge."""
    taxed = Counter(items)
    if rules.tax_on_service_charge:
        taxed[rules.tax_bp] += service_charge_minor
    return {
        rate: half_up(amount * rate, WHOLE_BP + rate if rules.tax_is_inclusive else WHOLE_BP)
        for rate, amount in taxed.items()
    }


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` as a whole number, halves up; for amounts of zero or more."""
    return (2 * numerator + denominator) // (2 * denominator)


def _sell(wanted: CartLine, item: Item | None, rules: Rules) -> tuple[OrderLine | None, ChangeKind]:
    """The line at today's price; or None, and why it cannot be sold at all."""
    if item is None:
        return None, ChangeKind.GONE
    if item.is_sold_out:
        return None, ChangeKind.SOLD_OUT
    if not item.is_served:
        return None, ChangeKind.NOT_SERVED
    modifiers = _chosen(wanted, item)
    if modifiers is None:
        return None, ChangeKind.CHOICES
    # A discounting modifier ("no egg") must not make the price negative.
    unit = max(0, item.price_minor + sum(modifier["price_delta_minor"] for modifier in modifiers))
    line = OrderLine(
        item_id=item.id,
        name=item.name,
        modifiers=modifiers,
        unit_price_minor=unit,
        quantity=wanted.quantity,
        total_minor=unit * wanted.quantity,
        note=wanted.note,
        tax_bp=rules.tax_of(item.tax_class),
        allergens=list(item.allergens),
        guest_name=item.guest_name,
    )
    return line, ChangeKind.PRICE


def _chosen(wanted: CartLine, item: Item) -> list[dict[str, Any]] | None:
    """The choices in the menu's order; None if they break a group's rule or are not this item's."""
    asked = set(wanted.modifier_ids)
    found: list[dict[str, Any]] = []
    for group in item.groups:
        taken = [choice for choice in group.in_stock if choice.id in asked]
        if not group.min_choices <= len(taken) <= group.max_choices:
            return None
        found += [_pinned(choice, group) for choice in taken]
    # Fewer are found if one was repeated, belongs to another item, or is off the menu.
    return found if len(found) == len(wanted.modifier_ids) else None


def _pinned(choice: Choice, group: Group) -> dict[str, Any]:
    """A modifier as OrderLine stores it, with the guest's names only where they differ."""
    names = {"guest_group": group.guest_name, "guest_name": choice.guest_name}
    return {
        "id": str(choice.id),
        "group": group.name,
        "name": choice.name,
        "price_delta_minor": choice.price_delta_minor,
        **{key: name for key, name in names.items() if name},
        **({"is_default": True} if _goes_without_saying(choice, group) else {}),
    }


def _goes_without_saying(choice: Choice, group: Group) -> bool:
    """Whether the kitchen need not be told: the owner's default where exactly one is chosen.

    Only there does another choice show by itself that the default is not wanted. Elsewhere a default that the guest
    took away would leave no trace on the ticket, so all choices are printed.
    """
    is_single = group.min_choices == group.max_choices == 1
    return is_single and choice.is_default and sum(other.is_default for other in group.choices) == 1


def _differences(wanted: CartLine, line: OrderLine, enough: int) -> Iterator[Change]:
    if enough < line.quantity:
        yield Change(
            ChangeKind.LIMITED,
            line.item_id,
            _guest_name(line),
            was_quantity=line.quantity,
            now_quantity=enough,
        )
    if enough and wanted.seen_minor is not None and wanted.seen_minor != line.unit_price_minor:
        yield Change(
            ChangeKind.PRICE,
            line.item_id,
            _guest_name(line),
            was_minor=wanted.seen_minor,
            now_minor=line.unit_price_minor,
        )


def _guest_name(named: Item | OrderLine) -> str:
    return named.guest_name or named.name
