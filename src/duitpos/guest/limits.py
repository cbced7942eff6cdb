"""How much one phone and one table may start in a while. A full restaurant is one IP address: none is counted."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from duitpos.domain.errors import DomainError, Kind
from duitpos.guest.access import Visit
from duitpos.kit.clock import now
from duitpos.models import Order
from duitpos.models.order import OrderStatus

WINDOW = timedelta(minutes=10)
MOST_PER_PHONE = 12
"""Unpaid orders in WINDOW: a guest who edits the cart after every look at the total stays below."""
MOST_PER_TABLE = 40
"""Forty phones at one table, or one phone that throws its cookie away."""


class TooMany(DomainError):
    """Too many unpaid orders; nothing was started, the cart is kept."""

    kind = Kind.CONFLICT
    status = 429


def check_limits(visit: Visit, checkout_key: str) -> None:
    """Refuse a new order when this phone or table left too many unpaid. TooMany.

    A key that made an order already is no new order: pressing Pay again must always be answered.
    """
    orders = Order.objects.filter(tenant=visit.tenant)
    unpaid = Q(status__in=(OrderStatus.HELD, OrderStatus.CANCELED), released_by__isnull=True)
    recent = orders.filter(unpaid, table=visit.table, created_at__gte=now() - WINDOW)
    counts = recent.aggregate(table=Count("id"), phone=Count("id", filter=Q(guest_token=visit.guest_token)))
    if counts["phone"] < MOST_PER_PHONE and counts["table"] < MOST_PER_TABLE:
        return
    if orders.filter(checkout_key=checkout_key).exists():
        return
    raise TooMany(
        _(
            "Too many orders were started here, unpaid. Wait ten minutes, or order at the counter. Your cart is kept."
        )
    )
