"""Which lines of its order a refund gives back, and what is left of them (docs/money.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from duitpos.domain.errors import Code, Conflict
from duitpos.domain.orders.line_changes import as_swapped, swaps_of
from duitpos.domain.orders.pricing import rules_of_order
from duitpos.domain.payments.refunds.allocate import Allocation, Given, allocate_lines
from duitpos.models import Order, OrderLine, Payment, Refund, RefundLine
from duitpos.models.refund import RefundStatus

FREED = (RefundStatus.FAILED, RefundStatus.CANCELED)
"""States in which a refund holds neither money nor lines."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The quantities that a refund gives back by line id, and what they are worth."""

    quantities: Mapping[UUID, int]
    parts: Allocation


def price_lines(payment: Payment, wanted: Mapping[UUID, int]) -> Allocation:
    """What these quantities would give back now. Raises Conflict when they cannot be refunded.

    A second payment of an order pays for its lines once more, so each payment has its own refunded lines.
    """
    order = _order_of(payment)
    if order is None:
        raise Conflict(Code.REFUND_NOT_BY_LINES)
    try:
        return allocate_lines(_lines(order, payment), rules_of_order(order), given_lines(payment), wanted)
    except ValueError as error:
        raise Conflict(Code.REFUND_LINES_GONE) from error


def all_lines(payment: Payment) -> Chosen | None:
    """Exactly what is left of each line, for a refund of all that is left of the payment that counts for its order.

    None when no line is left, and for other money, such as a second payment: it is of no dish.
    """
    order = _order_of(payment)
    if order is None or order.released_by_id != payment.id:
        return None
    lines, given = _lines(order, payment), given_lines(payment)
    left = _left(lines, given)
    if not left:
        return None
    return Chosen(left, allocate_lines(lines, rules_of_order(order), given, left))


def lines_left(payment: Payment) -> list[tuple[OrderLine, int]]:
    """The lines of the payment's order that can be refunded, each with the quantity that is left of it.

    A dish that the guest has swapped comes with the new dish's name and price.
    """
    order = _order_of(payment)
    if order is None:
        return []
    lines = _lines(order, payment)
    left = _left(lines, given_lines(payment))
    return [(line, left[line.id]) for line in lines if line.id in left]


def given_lines(payment: Payment) -> list[Given]:
    """The payment's refunds of lines that stand, oldest first."""
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment=payment, items_minor__isnull=False)
    standing = rows.exclude(status__in=FREED).order_by("created_at", "id").prefetch_related("lines")
    return [Given(quantities_of(refund), parts_of(refund)) for refund in standing]


def quantities_of(refund: Refund) -> dict[UUID, int]:
    """The refunded quantities by line id."""
    return {line.order_line_id: line.quantity for line in refund.lines.all()}


def parts_of(refund: Refund) -> Allocation:
    """What the refund's lines were worth. A refund of all that is left may have another amount (docs/money.md)."""
    return Allocation(
        refund.items_minor or 0,
        refund.service_charge_minor or 0,
        {int(rate): tax for rate, tax in refund.tax_by_rate.items()},
        refund.amount_minor,
    )


def insert_refund(refund: Refund, chosen: Chosen | None) -> None:
    """Insert a new refund with its lines, in the caller's transaction."""
    if chosen is not None:
        _take_parts(refund, chosen.parts)
    refund.save(force_insert=True)
    if chosen is not None:
        _insert_lines(refund, chosen)


def take_lines(refund: Refund, chosen: Chosen) -> bool:
    """Give a stored refund its lines, in the caller's transaction. False when it has some, or has failed."""
    _take_parts(refund, chosen.parts)
    rows = Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id, items_minor__isnull=True)
    columns = ("items_minor", "service_charge_minor", "tax_minor", "tax_by_rate")
    if not rows.exclude(status__in=FREED).update(**{name: getattr(refund, name) for name in columns}):
        return False
    _insert_lines(refund, chosen)
    return True


def _take_parts(refund: Refund, parts: Allocation) -> None:
    refund.items_minor, refund.service_charge_minor = parts.items_minor, parts.service_charge_minor
    refund.tax_minor = parts.tax_minor
    refund.tax_by_rate = {str(rate): tax for rate, tax in parts.tax_by_rate.items()}


def _insert_lines(refund: Refund, chosen: Chosen) -> None:
    order = _order_of(refund.payment)
    lines = _lines(order, refund.payment) if order is not None else []
    RefundLine.objects.bulk_create(
        RefundLine(
            tenant_id=refund.tenant_id,
            refund=refund,
            order_line=line,
            quantity=chosen.quantities[line.id],
            items_minor=chosen.quantities[line.id] * line.unit_price_minor,
        )
        for line in lines
        if line.id in chosen.quantities
    )


def _order_of(payment: Payment) -> Order | None:
    """The payment's order, if its money is in the order's currency."""
    order = payment.order
    return order if order is not None and order.currency == payment.moved.currency else None


def _lines(order: Order, payment: Payment) -> list[OrderLine]:
    """The order's lines as this payment has paid for them.

    What a cheaper dish cost less came back from the payment that counts for the order, when the guest chose it. So a
    line of that payment is worth the new dish; of a second payment nothing has come back.
    """
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).order_by("position")
    swaps = swaps_of(order) if order.released_by_id == payment.id else {}
    return [as_swapped(line, swaps) for line in lines]


def _left(lines: list[OrderLine], given: list[Given]) -> dict[UUID, int]:
    refunded: Counter[UUID] = Counter()
    for refund in given:
        refunded.update(refund.quantities)
    left = {line.id: line.quantity - refunded[line.id] for line in lines}
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}
