"""What refunded lines are worth: items, service charge and tax (docs/money.md). Pure.

The order is priced with the lines that were left before, and with those that are left after; the refund is the
difference. So refunds of lines add up to the order's total, whatever their number and sequence.
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


def allocate_lines(
    lines: Sequence[OrderLine], rules: Rules, refunded: Mapping[UUID, int], wanted: Mapping[UUID, int]
) -> Allocation:
    """The refund of `wanted` after `refunded`, both quantities by line id. `rules` are those pinned in the order.

    Raises ValueError for an unknown line, a quantity below zero, and more than is left of a line.
    """
    left = {line.id: line.quantity - refunded.get(line.id, 0) for line in lines}
    known = wanted.keys() <= left.keys() and refunded.keys() <= left.keys()
    negative = any(quantity < 0 for quantity in (*wanted.values(), *refunded.values()))
    if not known or negative or any(wanted.get(key, 0) > quantity for key, quantity in left.items()):
        raise ValueError("A refund of lines names lines of its order, and no more than is left of each.")
    before = _price_of(lines, rules, left)
    after = _price_of(lines, rules, {key: quantity - wanted.get(key, 0) for key, quantity in left.items()})
    taxes = {rate: tax - after.tax_by_rate.get(rate, 0) for rate, tax in before.tax_by_rate.items()}
    return Allocation(
        before.items_minor - after.items_minor,
        before.service_charge_minor - after.service_charge_minor,
        {rate: tax for rate, tax in sorted(taxes.items()) if tax},
        before.total_minor - after.total_minor,
    )


def _price_of(lines: Sequence[OrderLine], rules: Rules, quantities: Mapping[UUID, int]) -> Allocation:
    """What these quantities of the lines cost."""
    items: Counter[int] = Counter()
    for line in lines:
        items[line_rate(line, rules)] += quantities[line.id] * line.unit_price_minor
    subtotal = sum(items.values())
    service_charge = service_charge_of(subtotal, rules)
    taxes = tax_by_rate(items, service_charge, rules)
    on_top = 0 if rules.tax_is_inclusive else sum(taxes.values())
    return Allocation(subtotal, service_charge, taxes, subtotal + service_charge + on_top)
