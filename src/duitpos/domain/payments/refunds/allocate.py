"""What refunded lines are worth: items, service charge and tax (docs/money.md). Pure.

A refund is what is left of the order's price, less the price of the lines that are left after it. So refunds of lines
add up to the order's total, whatever their number and sequence, and whichever of them failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.orders.pricing import Rules, line_rate, service_charge_of, tax_by_rate
from duitpos.models import OrderLine


@dataclass(frozen=True, slots=True)
class Allocation:
    """The parts of a refund in minor units, none negative. `tax_by_rate`: basis points to tax, without zeros.

    With inclusive tax, the tax is part of items and service charge and adds nothing to `total_minor`.
    """

    items_minor: int
    service_charge_minor: int
    tax_by_rate: Mapping[int, int]
    total_minor: int

    @property
    def tax_minor(self) -> int:
        """The tax of all rates."""
        return sum(self.tax_by_rate.values())


@dataclass(frozen=True, slots=True)
class Given:
    """A refund of lines that stands: the quantities by line id, and what was computed for them."""

    quantities: Mapping[UUID, int]
    parts: Allocation


def allocate_lines(
    lines: Sequence[OrderLine], rules: Rules, given: Sequence[Given], wanted: Mapping[UUID, int]
) -> Allocation:
    """The refund of the quantities `wanted` after those `given`. `rules` are those pinned in the order.

    Raises ValueError for an unknown line, a quantity below zero, and more than is left of a line.
    """
    refunded: Counter[UUID] = Counter()
    for refund in given:
        refunded.update(refund.quantities)
    left = {line.id: line.quantity - refunded[line.id] for line in lines}
    known = wanted.keys() <= left.keys() and refunded.keys() <= left.keys()
    negative = any(quantity < 0 for quantity in (*wanted.values(), *refunded.values()))
    if not known or negative or any(wanted.get(key, 0) > quantity for key, quantity in left.items()):
        raise ValueError("A refund of lines names lines of its order, and no more than is left of each.")
    before = _left_of(_price_of(lines, rules, {line.id: line.quantity for line in lines}), given)
    after = _price_of(lines, rules, {key: quantity - wanted.get(key, 0) for key, quantity in left.items()})
    # After a refund that failed between two others, less than a rounding may be left: no part is below zero.
    items = max(0, before.items_minor - after.items_minor)
    service_charge = max(0, before.service_charge_minor - after.service_charge_minor)
    taxes = {rate: max(0, tax - after.tax_by_rate.get(rate, 0)) for rate, tax in before.tax_by_rate.items()}
    parts = _whole(items, service_charge, {rate: tax for rate, tax in sorted(taxes.items()) if tax}, rules)
    # A part below zero that was raised to zero is another part's: together they are never above what is left.
    above = parts.total_minor - max(0, before.total_minor)
    if above <= 0:
        return parts
    return _whole(max(0, items - above), service_charge, parts.tax_by_rate, rules)


def _left_of(whole: Allocation, given: Sequence[Given]) -> Allocation:
    """What is left of the order's price, part by part.

    It is not the price of the lines that are left: those of a failed refund were refunded in another sequence.
    """
    taxes = Counter(whole.tax_by_rate)
    for refund in given:
        taxes.subtract(refund.parts.tax_by_rate)
    return Allocation(
        whole.items_minor - sum(refund.parts.items_minor for refund in given),
        whole.service_charge_minor - sum(refund.parts.service_charge_minor for refund in given),
        taxes,
        whole.total_minor - sum(refund.parts.total_minor for refund in given),
    )


def _whole(items: int, service_charge: int, taxes: Mapping[int, int], rules: Rules) -> Allocation:
    on_top = 0 if rules.tax_is_inclusive else sum(taxes.values())
    return Allocation(items, service_charge, taxes, items + service_charge + on_top)


def _price_of(lines: Sequence[OrderLine], rules: Rules, quantities: Mapping[UUID, int]) -> Allocation:
    """What these quantities of the lines cost."""
    items: Counter[int] = Counter()
    for line in lines:
        items[line_rate(line, rules)] += quantities[line.id] * line.unit_price_minor
    subtotal = sum(items.values())
    service_charge = service_charge_of(subtotal, rules)
    return _whole(subtotal, service_charge, tax_by_rate(items, service_charge, rules), rules)
