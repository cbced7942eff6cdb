"""Whether two orders ask for the same: equal dishes, choices and quantities, in any order. Notes do not count."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from duitpos.models import OrderLine

Lines = frozenset[tuple[tuple[str, ...], int]]


def lines_key(lines: Iterable[OrderLine]) -> Lines:
    """The same for orders of the same dishes."""
    counted: Counter[tuple[str, ...]] = Counter()
    for line in lines:
        choices = sorted(str(choice["id"]) for choice in line.modifiers)
        counted[str(line.item_id), *choices] += line.quantity
    return frozenset(counted.items())


def keys_of(tenant_id: UUID, order_ids: Iterable[UUID]) -> dict[UUID, Lines]:
    """The keys of several orders. One query."""
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(tenant_id=tenant_id, order_id__in=list(order_ids)):
        lines[line.order_id].append(line)
    return {order_id: lines_key(of_order) for order_id, of_order in lines.items()}
