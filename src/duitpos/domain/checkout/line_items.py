"""The lines a guest sees at the processor, as they read them on the menu. They always add up to the order's total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from duitpos.domain.checkout.payment_page import PageLabels
from duitpos.models import OrderLine
from duitpos.processors.base import LineItem

MOST_LINES = 100
"""Stripe takes no more in one checkout session (API reference, `line_items`, payment mode)."""
NAME_LENGTH = 250
"""Characters that Stripe shows of a product's name."""
DESCRIPTION_LENGTH = 500


class HasTotals(Protocol):
    """Totals, or the Order that pinned them."""

    @property
    def subtotal_minor(self) -> int: ...
    @property
    def service_charge_minor(self) -> int: ...
    @property
    def total_minor(self) -> int: ...


class LinesDiffer(ValueError):
    """Lines and totals do not belong together: asking for this money would be wrong."""


def line_items(
    lines: Sequence[OrderLine], totals: HasTotals, labels: PageLabels, tax_name: str = ""
) -> tuple[LineItem, ...]:
    """Lines whose unit times quantity adds up to the total. Service charge and exclusive tax are lines of their own.

    More than Stripe takes are folded into a last one. LinesDiffer when lines and totals contradict each other.
    """
    extras = tuple(_extras(totals, labels, tax_name))
    dishes = _folded([_dish(line) for line in lines], MOST_LINES - len(extras), labels)
    asked = (*dishes, *extras)
    if sum(line.unit_minor * line.quantity for line in asked) != totals.total_minor:
        raise LinesDiffer(f"lines do not add up to {totals.total_minor}")
    return asked


def _dish(line: OrderLine) -> LineItem:
    names = [modifier.get("guest_name") or modifier["name"] for modifier in line.modifiers]
    return LineItem(
        name=_cut(line.guest_name or line.name, NAME_LENGTH),
        unit_minor=line.unit_price_minor,
        quantity=line.quantity,
        description=_cut(", ".join(names), DESCRIPTION_LENGTH),
    )


def _extras(totals: HasTotals, labels: PageLabels, tax_name: str) -> Iterator[LineItem]:
    if totals.service_charge_minor:
        yield LineItem(labels.service_charge, totals.service_charge_minor, 1)
    # Inclusive tax is inside the prices already: then nothing is left here.
    tax = totals.total_minor - totals.subtotal_minor - totals.service_charge_minor
    if tax > 0:
        yield LineItem(_cut(tax_name, NAME_LENGTH) or labels.tax, tax, 1)


def _folded(dishes: list[LineItem], room: int, labels: PageLabels) -> list[LineItem]:
    if len(dishes) <= room:
        return dishes
    kept, rest = dishes[: room - 1], dishes[room - 1 :]
    count = sum(line.quantity for line in rest)
    return [
        *kept,
        LineItem(labels.more_items(count), sum(line.unit_minor * line.quantity for line in rest), 1),
    ]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
