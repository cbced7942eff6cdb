"""Lists of orders for staff: a page of them, and those that wait for payment (M22, M79)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from duitpos.domain.orders.counter_code import counter_code
from duitpos.domain.orders.money_state import MoneyState, money_state
from duitpos.domain.orders.search import (
    WAITING,
    OrderFilters,
    has_sign_of_paying,
    matching,
    waits_at_counter,
)
from duitpos.domain.orders.search_terms import payments_meant, read_terms
from duitpos.domain.orders.states import HELD
from duitpos.domain.tenancy.find import locations
from duitpos.models import Location, Order, Payment, Refund, Tenant
from duitpos.models.order import SHOWN_AT
from duitpos.models.payment import PaymentStatus


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row of the list."""

    order: Order
    location: Location
    table_name: str
    money: MoneyState
    payment: Payment | None
    """The newest payment: the one to check for a waiting order."""

    @property
    def shown_at(self) -> datetime:
        """The time that the list shows, and sorts by."""
        return shown_at(self.order)

    @property
    def is_at_counter(self) -> bool:
        """Whether staff take its money: the guest sent it unpaid, or it is in the kitchen unpaid."""
        return self.order.is_cooked_unpaid or waits_for_staff(self.payment)

    @property
    def code(self) -> str:
        """What its guest shows at the counter."""
        return self.order.label or counter_code(self.order.id)


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """Newest first by the time that is shown. `more`: there are older ones, to load from `last` on."""

    rows: list[OrderRow]
    more: bool

    @property
    def last(self) -> Position | None:
        """Where the next page begins; None if there is none."""
        if not self.more:
            return None
        order = self.rows[-1].order
        return Position(shown_at(order), order.id)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the list: after the orders of this time up to this id. A moment alone has no id."""

    at: datetime
    order_id: UUID | None = None


def shown_at(order: Order) -> datetime:
    """The time that lists show of an order, and sort by (`SHOWN_AT`)."""
    return order.placed_at or order.created_at


def orders_page(
    tenant: Tenant, filters: OrderFilters, before: Position | None = None, limit: int = 50
) -> OrdersPage:
    """One page, in three queries whatever its length. Unpaid orders are shown only if filtered for or searched."""
    rows = matching(tenant, filters).alias(shown_at=SHOWN_AT)
    if before is not None:
        older = Q(shown_at__lt=before.at)
        if before.order_id is not None:
            older |= Q(shown_at=before.at, id__lt=before.order_id)
        # The first condition lets the index start at the place; it cannot with the other alone.
        rows = rows.filter(shown_at__lte=before.at).filter(older)
    found: list[Order] = [*rows.order_by("-shown_at", "-id")[: limit + 1]]
    return OrdersPage(_with_money(tenant, found[:limit]), len(found) > limit)


def payments_without_order(tenant: Tenant, text: str, limit: int = 20) -> list[Payment]:
    """Money without an order that a search text means, newest first. No query without a text; two with one."""
    if not text:
        return []
    meant = payments_meant(tenant, read_terms(text, {site.currency for site in locations(tenant)}))
    if meant is None:
        return []
    rows = Payment.objects.filter(meant, tenant=tenant, order__isnull=True)
    return list(rows.order_by("-created_at", "-id")[:limit])


def waiting_orders(tenant: Tenant, location_id: UUID | None = None, limit: int = 100) -> list[OrderRow]:
    """Orders that can still be paid: held ones, which no board shows, and those that went to the kitchen unpaid."""
    return orders_page(tenant, OrderFilters(location_id, WAITING), limit=limit).rows


@dataclass(frozen=True, slots=True)
class UnknownPhoneStarts:
    """Unpaid starts at a table by unknown phones, grouped into one count so that they do not hide guests' orders."""

    table_name: str
    location_name: str
    count: int


def unknown_phones_waiting(tenant: Tenant) -> list[UnknownPhoneStarts]:
    """The orders that `waiting_orders` leaves out, counted by table. One query."""
    rows = Order.objects.filter(
        ~has_sign_of_paying(tenant),
        ~waits_at_counter(tenant),
        tenant=tenant,
        status=HELD,
        is_unknown_phone=True,
    )
    counted = rows.values("table__name", "location__name").annotate(count=Count("id")).order_by("-count")
    return [
        UnknownPhoneStarts(row["table__name"] or "", row["location__name"], row["count"]) for row in counted
    ]


def _with_money(tenant: Tenant, orders: Sequence[Order]) -> list[OrderRow]:
    payments, refunds = payments_of(tenant, [order.id for order in orders])
    return [
        OrderRow(
            order=order,
            location=order.location,
            table_name=order.table.name if order.table else "",
            money=money_state(payments[order.id], refunds[order.id]),
            payment=payments[order.id][-1] if payments[order.id] else None,
        )
        for order in orders
    ]


def payments_of(
    tenant: Tenant, order_ids: list[UUID]
) -> tuple[dict[UUID, list[Payment]], dict[UUID, list[Refund]]]:
    """Payments (oldest first) and refunds by order, in two queries."""
    payments: dict[UUID, list[Payment]] = defaultdict(list)
    order_of: dict[UUID, UUID] = {}
    rows = Payment.objects.filter(tenant=tenant, order_id__in=order_ids)
    rows = rows.select_related("account").defer("account__credentials")
    for payment in rows.order_by("created_at", "id"):
        if payment.order_id is not None:
            payments[payment.order_id].append(payment)
            order_of[payment.id] = payment.order_id
    refunds: dict[UUID, list[Refund]] = defaultdict(list)
    for refund in Refund.objects.filter(tenant=tenant, payment_id__in=list(order_of)).order_by(
        "created_at", "id"
    ):
        refunds[order_of[refund.payment_id]].append(refund)
    return payments, refunds


def waits_for_staff(payment: Payment | None) -> bool:
    """Whether staff are to take this payment's money; it comes with its account."""
    return payment is not None and payment.status == PaymentStatus.PENDING and payment.account.is_manual


def orders_version(tenant: Tenant, filters: OrderFilters, limit: int = 50) -> str:
    """A hash of the first page's orders, payments and refunds, to answer a poll with 304. One query."""
    listed = matching(tenant, filters).alias(shown_at=SHOWN_AT)
    rows = listed.order_by("-shown_at", "-id", "payments__id", "payments__refunds__id")
    seen = rows.values_list(
        "id",
        "status",
        "number",
        "payments__status",
        "payments__processing_since",
        "payments__refunds__status",
    )
    # Enough rows for a few attempts and refunds per order; rows beyond that are older than the page's last order.
    text = ";".join(":".join(map(str, row)) for row in seen[: limit * 4])
    return hashlib.sha256(text.encode()).hexdigest()[:20]
