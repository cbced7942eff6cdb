"""The line items on the processor's page, named as on the menu. They always add up to the order's total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from duitpos.domain.checkout.payment_page import PageLabels
from duitpos.models import OrderLine
from duitpos.processors.capabilities import LineLimits
from duitpos.processors.start import LineItem


class HasTotals(Protocol):
    """Totals, or the Order that pinned them."""

    @property
    def subtotal_minor(self) -> int: ...
    @property
    def service_charge_minor(self) -> int: ...
    @property
    def total_minor(self) -> int: ...


class LinesDiffer(ValueError):
    """Lines and totals contradict each other, so charging this amount would be wrong."""


def line_items(
    lines: Sequence[OrderLine],
    totals: HasTotals,
    labels: PageLabels,
    tax_name: str = "",
    limits: LineLimits = LineLimits(),  # noqa: B008 - frozen
) -> tuple[LineItem, ...]:
    """Return lines that add up to the total. Service charge and exclusive tax get a line each.

    Lines beyond the processor's limit are merged into one. Raises LinesDiffer when lines and totals contradict each
    other.
    """
    extras = tuple(_extras(totals, labels, tax_name, limits))
    dishes = _merged([_dish(line, limits) for line in lines], limits.most - len(extras), labels)
    items = (*dishes, *extras)
    if sum(line.unit_minor * line.quantity for line in items) != totals.total_minor:
        raise LinesDiffer(f"lines do not add up to {totals.total_minor}")
    return items


def _dish(line: OrderLine, limits: LineLimits) -> LineItem:
    names = [modifier.get("guest_name") or modifier["name"] for modifier in line.modifiers]
    return LineItem(
        name=_cut(line.guest_name or line.name, limits.name_length),
        unit_minor=line.unit_price_minor,
        quantity=line.quantity,
        description=_cut(", ".join(names), limits.description_length),
    )


def _extras(totals: HasTotals, labels: PageLabels, tax_name: str, limits: LineLimits) -> Iterator[LineItem]:
    if totals.service_charge_minor:
        yield LineItem(_cut(labels.service_charge, limits.name_length), totals.service_charge_minor, 1)
    # Inclusive tax is already in the prices, so this is 0 for it.
    tax = totals.total_minor - totals.subtotal_minor - totals.service_charge_minor
    if tax > 0:
        yield LineItem(_cut(tax_name, limits.name_length) or labels.tax, tax, 1)


def _merged(dishes: list[LineItem], most: int, labels: PageLabels) -> list[LineItem]:
    if len(dishes) <= most:
        return dishes
    kept, rest = dishes[: most - 1], dishes[most - 1 :]
    count = sum(line.quantity for line in rest)
    return [
        *kept,
        LineItem(labels.more_items(count), sum(line.unit_minor * line.quantity for line in rest), 1),
    ]


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[: length - 1] + "…" if length else ""
