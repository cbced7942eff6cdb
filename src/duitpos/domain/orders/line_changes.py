"""What became of an order's lines after they were paid: refunded quantities, and other dishes in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from duitpos.models import LineSwap, Order, OrderLine, RefundLine
from duitpos.models.refund import RefundStatus

FREED = (RefundStatus.FAILED, RefundStatus.CANCELED)


def count_of_changes(tenant_id: UUID) -> CombinedExpression:
    """An annotation for orders: how many lines were refunded or swapped. It changes whenever that does."""
    swaps = LineSwap.objects.filter(tenant_id=tenant_id, order_id=OuterRef("id"))
    refunds = _refunded(tenant_id).filter(order_line__order_id=OuterRef("id"))
    return Coalesce(_count(swaps, "order_id"), 0) + Coalesce(_count(refunds, "order_line__order_id"), 0)


def _count(rows: QuerySet[LineSwap] | QuerySet[RefundLine], by: str) -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(number=Count("id")).values("number"))


def _refunded(tenant_id: UUID) -> QuerySet[RefundLine]:
    rows = RefundLine.objects.filter(tenant_id=tenant_id, order_line__tenant_id=tenant_id)
    return rows.filter(refund__tenant_id=tenant_id).exclude(refund__status__in=FREED)


def add_changes(tenant_id: UUID, lines: Iterable[OrderLine]) -> None:
    """Fill in each line's `swap` and `refunded`. Two queries."""
    by_id = {line.id: line for line in lines}
    for swap in LineSwap.objects.filter(tenant_id=tenant_id, line_id__in=list(by_id)):
        by_id[swap.line_id].swap = swap
    refunded: Counter[UUID] = Counter()
    for row in _refunded(tenant_id).filter(order_line_id__in=list(by_id)):
        refunded[row.order_line_id] += row.quantity
    for line_id, quantity in refunded.items():
        by_id[line_id].refunded = quantity


def swaps_of(order: Order) -> dict[UUID, LineSwap]:
    """The other dishes that the order's guest has chosen, by the line that each stands in for."""
    rows = LineSwap.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    return {swap.line_id: swap for swap in rows}


def as_swapped(line: OrderLine, swaps: Mapping[UUID, LineSwap]) -> OrderLine:
    """The line with the dish that the guest has taken for it, and its price; the line itself without a swap."""
    swap = swaps.get(line.id)
    if swap is None:
        return line
    taken = copy(line)
    taken.swap, taken.name, taken.guest_name = swap, swap.name, swap.guest_name
    taken.unit_price_minor = swap.unit_price_minor
    taken.total_minor = swap.unit_price_minor * line.quantity
    return taken
