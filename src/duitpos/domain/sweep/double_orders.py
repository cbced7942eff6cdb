"""Find what was probably paid twice: two paid orders of one table with the same dishes within 15 minutes.

One query for each restaurant and look, over the orders of the last hour, so that no payment has to wait for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.orders.same_lines import Lines, keys_of
from duitpos.domain.orders.states import CANCELED
from duitpos.domain.sweep.sweep import alone
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Order, Tenant
from duitpos.models.alert import AlertKind

APART = timedelta(minutes=15)
LOOKS_BACK = timedelta(hours=1)
"""Orders made within this time are looked at: a payment page is open for 45 minutes."""


def flag_all_doubles(is_stopped: Callable[[], bool]) -> None:
    """Look at every restaurant; an error at one does not stop the others."""
    for tenant_id in Tenant.objects.order_by("id").values_list("id", flat=True):
        if is_stopped():
            return
        alone(partial(flag_doubles, tenant_id))


def flag_doubles(tenant_id: UUID) -> int:
    """Open an alert for each second order; one that staff resolved stays so. Returns how many there are."""
    at = now()
    rows = Order.objects.filter(
        tenant_id=tenant_id,
        created_at__gte=at - LOOKS_BACK,
        placed_at__isnull=False,
        table__isnull=False,
        released_by__isnull=False,
        released_by__refund_reserved_minor=0,
    )
    by_place: dict[tuple[UUID | None, int, bool], list[Order]] = defaultdict(list)
    paid = rows.exclude(status=CANCELED).select_related("released_by").order_by("placed_at", "id")
    for order in paid.defer("note"):
        by_place[order.table_id, order.total_minor, order.is_test].append(order)
    several = [orders for orders in by_place.values() if len(orders) > 1]
    if not several:
        return 0
    keys = keys_of(tenant_id, [order.id for orders in several for order in orders])
    pairs = [pair for orders in several for pair in _doubles(orders, keys)]
    if pairs:
        transact(lambda: _flag(pairs, at))
    return len(pairs)


def _doubles(orders: Iterable[Order], keys: Mapping[UUID, Lines]) -> Iterable[tuple[Order, Order]]:
    """Each order that follows one of the same dishes soon after, with that one."""
    last: dict[Lines, Order] = {}
    for order in orders:
        key = keys.get(order.id, frozenset())
        before = last.get(key)
        if before is not None and _paid_at(order) - _paid_at(before) <= APART:
            yield before, order
        last[key] = order


def _paid_at(order: Order) -> datetime:
    paid = order.released_by.settled_at if order.released_by else None
    return paid or order.placed_at or order.created_at


def _flag(pairs: Iterable[tuple[Order, Order]], at: datetime) -> None:
    for before, order in pairs:
        payment = order.released_by
        if payment is not None:
            payment.order = order
            about = {"first": before.label, "second": order.label}
            open_payment_alert(payment, AlertKind.DOUBLE_ORDER, at, facts=about)
