"""What a kitchen board shows, and a cheap way to know that it changed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from duitpos.domain.orders.states import KITCHEN, SERVED
from duitpos.kit.clock import now
from duitpos.models import Location, Order, OrderLine, ProcessorAccount, Tenant
from duitpos.models.payment_setup import AccountState, Mode

RECENTLY = timedelta(minutes=10)
"""How long a served order can be recalled from the board."""
MOST_TICKETS = 200


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """The kitchen's copy of an order."""

    order: Order
    table_name: str
    lines: list[OrderLine]


@dataclass(frozen=True, slots=True)
class Board:
    """Tickets by column, oldest first. `version` changes whenever anything on it does."""

    version: str
    columns: dict[str, list[BoardTicket]]
    recently_served: list[BoardTicket]


def board(tenant: Tenant, location: Location) -> Board:
    """The board of a location: three queries, whatever its length."""
    orders = list(_newest(tenant, location).select_related("table")[:MOST_TICKETS])
    orders.reverse()
    lines: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(tenant=tenant, order_id__in=[o.id for o in orders]).order_by(
        "position"
    ):
        lines[line.order_id].append(line)
    columns: dict[str, list[BoardTicket]] = {status.value: [] for status in KITCHEN}
    served: list[BoardTicket] = []
    for order in orders:
        ticket = BoardTicket(order, order.table.name if order.table else "", lines[order.id])
        columns.get(order.status, served).append(ticket)
    served.sort(key=lambda ticket: (ticket.order.ended_at is not None, ticket.order.ended_at), reverse=True)
    return Board(_version((o.id, o.status, o.number) for o in orders), columns, served)


def board_version(tenant: Tenant, location: Location) -> str:
    """A hash of the small page that is on the board; two queries. Rows that commit late cannot be missed by it."""
    rows = _newest(tenant, location).values_list("id", "status", "number")[:MOST_TICKETS]
    return _version(reversed(list(rows)))


def _version(rows: Iterable[tuple[UUID, str, int | None]]) -> str:
    text = ";".join(f"{id_}:{status}:{number}" for id_, status, number in rows)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _newest(tenant: Tenant, location: Location) -> QuerySet[Order]:
    """Newest first, so that what nobody bumped for days never keeps a paid order off the board."""
    wanted = Q(status__in=KITCHEN) | Q(status=SERVED, ended_at__gte=now() - RECENTLY)
    rows = Order.objects.filter(wanted, tenant=tenant, location=location).order_by("-placed_at", "-id")
    return rows.filter(is_test=False) if has_live_account(tenant) else rows


def has_live_account(tenant: Tenant) -> bool:
    """Once real money can come in, test orders no longer reach the kitchen."""
    return ProcessorAccount.objects.filter(
        tenant=tenant, mode=Mode.LIVE, state=AccountState.ACTIVE, payment_type__is_active=True
    ).exists()
