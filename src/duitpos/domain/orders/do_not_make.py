"""Dishes that were refunded before they were made: the kitchen is told, and says that it has read it (M64)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from duitpos.domain.errors import Code, Gone
from duitpos.domain.orders.states import PLACED, PREPARING
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.models import Location, Membership, Order, RefundLine, Tenant
from duitpos.models.refund import RefundStatus

TO_MAKE = (PLACED, PREPARING)
"""States of an order whose dishes may not be made yet."""


@dataclass(slots=True)
class NotToMake:
    """Of one order: how many of each line are refunded, and the refunds that the kitchen has not read yet."""

    quantities: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    unread: list[UUID] = field(default_factory=list)


def not_to_make(tenant: Tenant, orders: Iterable[Order]) -> dict[UUID, NotToMake]:
    """The refunded dishes of these orders, by order. No query where no part of the money goes back.

    `orders` are annotated with `reserved_minor`. Of an order whose money goes back as a whole, the ticket says so.
    """
    ids = [order.id for order in orders if order.status in TO_MAKE and order.reserved_minor]  # type: ignore[attr-defined]
    found: dict[UUID, NotToMake] = defaultdict(NotToMake)
    if ids:
        for line in _standing(tenant.id).filter(order_line__order_id__in=ids).select_related("order_line"):
            of_order = found[line.order_line.order_id]
            of_order.quantities[line.order_line_id] += line.quantity
            if line.kitchen_read_at is None:
                of_order.unread.append(line.id)
    return found


def has_unread(tenant_id: UUID) -> Exists:
    """An annotation for orders: the kitchen has not read that a dish was refunded."""
    rows = RefundLine.objects.filter(
        tenant_id=tenant_id, kitchen_read_at=None, refund__payment=OuterRef("released_by")
    )
    return Exists(rows.exclude(refund__status__in=(RefundStatus.FAILED, RefundStatus.CANCELED)))


def read_not_to_make(member: Membership, location: Location, line_ids: Iterable[UUID]) -> int:
    """Say that the kitchen has read these; returns how many were new. Others that came meanwhile stay unread.

    Raises Forbidden, and Gone when none of them is of this location.
    """
    require(member, Can.WORK_ORDERS)
    of_tenant = RefundLine.objects.filter(tenant_id=member.tenant_id)
    here = of_tenant.filter(id__in=list(line_ids), order_line__order__location=location)
    found = list(here.values_list("id", flat=True))
    if not found:
        raise Gone(Code.ORDER_UNKNOWN)
    rows = of_tenant.filter(id__in=found, kitchen_read_at=None)
    return rows.update(kitchen_read_at=now(), kitchen_read_by=member)


def _standing(tenant_id: UUID) -> QuerySet[RefundLine]:
    """Refunded lines of the payments that count for their orders."""
    rows = RefundLine.objects.filter(tenant_id=tenant_id, refund__payment=F("order_line__order__released_by"))
    return rows.exclude(refund__status__in=(RefundStatus.FAILED, RefundStatus.CANCELED)).order_by("id")
