"""What a kitchen board shows, and a cheap version to poll for changes (M64)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from duitpos.domain.orders.do_not_make import NotToMake, has_unread, not_to_make
from duitpos.domain.orders.line_changes import add_changes, count_of_changes
from duitpos.domain.orders.states import CANCELED, HELD, KITCHEN, PLACED, SERVED
from duitpos.kit.clock import now
from duitpos.models import Location, Order, OrderEvent, OrderLine, Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState, Mode

RECENTLY = timedelta(minutes=10)
"""How long a served order can be recalled from the board."""
MOST_TICKETS = 200
_SEEN = (
    "id",
    "status",
    "number",
    "is_refunded",
    "released_by_id",
    "refund_version",
    "has_unread",
    "line_changes",
)


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """The kitchen's copy of an order."""

    order: Order
    table_name: str
    lines: list[OrderLine]
    not_to_make: NotToMake
    """Refunded dishes that may not be made yet; empty where all is refunded."""
    is_refunded: bool
    """Everything paid for it is refunded, or the refunds are under way, and the order is not canceled."""
    is_canceled: bool
    """Canceled while it was on the board; no cook has taken note of it yet."""

    @property
    def is_unpaid(self) -> bool:
        """Whether it is cooked before it is paid."""
        return self.order.is_cooked_unpaid


@dataclass(frozen=True, slots=True)
class Board:
    """Tickets by column, oldest first. `version` changes whenever anything on it does."""

    version: str
    columns: dict[str, list[BoardTicket]]
    recently_served: list[BoardTicket]


def board(tenant: Tenant, location: Location) -> Board:
    """The board of a location: three queries, whatever its length; more if dishes were refunded or swapped."""
    rows = _annotated(tenant, location)
    orders = list(rows.select_related("table")[:MOST_TICKETS])
    orders.reverse()
    refunded = {order.id for order in orders if order.is_refunded}  # type: ignore[attr-defined]
    unmade = not_to_make(tenant, (order for order in orders if order.id not in refunded))
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(tenant=tenant, order_id__in=[o.id for o in orders]).order_by(
        "position"
    ):
        lines[line.order_id].append(line)
    changed = [line for order in orders if order.line_changes for line in lines[order.id]]  # type: ignore[attr-defined]
    if changed:
        add_changes(tenant.id, changed)
    columns: dict[str, list[BoardTicket]] = {status.value: [] for status in KITCHEN}
    served: list[BoardTicket] = []
    for order in orders:
        table = order.table.name if order.table else ""
        is_canceled = order.status == CANCELED
        ticket = BoardTicket(
            order,
            table,
            lines[order.id],
            unmade.get(order.id, NotToMake()),
            order.id in refunded and not is_canceled,
            is_canceled,
        )
        columns.get(order.canceled_from if is_canceled else order.status, served).append(ticket)
    served.sort(key=lambda ticket: (ticket.order.ended_at is not None, ticket.order.ended_at), reverse=True)
    seen = (tuple(getattr(order, name) for name in _SEEN) for order in orders)
    return Board(_version(seen), columns, served)


def board_version(tenant: Tenant, location: Location) -> str:
    """A hash of the rows on the board; two queries. It cannot miss rows that commit late."""
    seen = _annotated(tenant, location).values_list(*_SEEN)[:MOST_TICKETS]
    return _version(reversed(list(seen)))


def _annotated(tenant: Tenant, location: Location) -> QuerySet[Order]:
    """The rows with all that a ticket shows of its money: `refund_version` goes up with each refund of a part."""
    return _newest(tenant, location).annotate(
        is_refunded=_is_fully_refunded(tenant),
        reserved_minor=F("released_by__refund_reserved_minor"),
        refund_version=F("released_by__refund_version"),
        has_unread=has_unread(tenant.id),
        line_changes=count_of_changes(tenant.id),
    )


def _version(rows: Iterable[tuple[Any, ...]]) -> str:
    """A hash of the columns `_SEEN`."""
    text = ";".join(":".join(str(value) for value in row) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _newest(tenant: Tenant, location: Location) -> QuerySet[Order]:
    """Newest first, so that old tickets that nobody bumped cannot push a paid order off the board."""
    unread = Q(status=CANCELED, is_cancel_unread=True)
    wanted = Q(status__in=KITCHEN) | Q(status=SERVED, ended_at__gte=now() - RECENTLY) | unread
    rows = Order.objects.filter(wanted, tenant=tenant, location=location).order_by("-placed_at", "-id")
    return rows.filter(Q(is_test=False) | _sent_by_staff(tenant.id)) if takes_real_money(tenant.id) else rows


def _is_fully_refunded(tenant: Tenant) -> Q:
    """An annotation for orders: payments succeeded, and refunds reserve all of their money."""
    paid = Payment.objects.filter(tenant=tenant, order=OuterRef("id"), status=PaymentStatus.SUCCEEDED)
    return Exists(paid) & ~Exists(paid.filter(refund_reserved_minor__lt=F("moved_minor")))


def takes_real_money(tenant_id: UUID) -> bool:
    """Whether a live account is in use, including one that is paused because its key was refused.

    Test orders then no longer reach the kitchen.
    """
    return _live_accounts(tenant_id).exists()


def _live_accounts(tenant_id: UUID) -> QuerySet[ProcessorAccount]:
    return ProcessorAccount.objects.filter(
        tenant_id=tenant_id, mode=Mode.LIVE, state=AccountState.ACTIVE, payment_type__is_active=True
    )


def is_hidden(tenant_id: UUID) -> Q:
    """A condition on orders: a paid test order in a kitchen state that no board shows.

    A live account is in use now, and staff did not send the order to the kitchen.
    """
    return (
        Q(is_test=True, status__in=KITCHEN) & Exists(_live_accounts(tenant_id)) & ~_sent_by_staff(tenant_id)
    )


def hidden_test_orders(tenant_id: UUID) -> QuerySet[Order]:
    """The orders for which is_hidden is true."""
    return Order.objects.filter(is_hidden(tenant_id), tenant_id=tenant_id)


def _sent_by_staff(tenant_id: UUID) -> Exists:
    """A condition on orders: staff sent it to the kitchen, whatever it was paid with."""
    events = OrderEvent.objects.filter(
        tenant_id=tenant_id,
        order=OuterRef("id"),
        actor="staff",
        from_status__in=(HELD, CANCELED),
        to_status=PLACED,
    )
    return Exists(events)
