"""How much one phone and one table may start in a while. A full restaurant is one IP address: none is counted."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from duitpos.domain.errors import TooMany
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.kit.clock import now
from duitpos.models import Order, Table

WINDOW = timedelta(minutes=10)
MOST_PER_PHONE = 20
"""Unpaid orders in WINDOW: a guest who edits the cart after every look at the total stays below."""
MOST_PER_TABLE = 100
"""Many phones at one long table, or one phone that throws its cookie away."""


def refuse_too_many(table: Table, guest_token: str) -> None:
    """TooMany when this phone or table left too many orders unpaid. Rows are counted, so many web processes agree."""
    unpaid = Q(status__in=(HELD, CANCELED), released_by__isnull=True)
    recent = Order.objects.filter(
        unpaid, tenant_id=table.tenant_id, table=table, created_at__gte=now() - WINDOW
    )
    counts = recent.aggregate(table=Count("id"), phone=Count("id", filter=Q(guest_token=guest_token)))
    if counts["phone"] >= MOST_PER_PHONE or counts["table"] >= MOST_PER_TABLE:
        raise TooMany(
            _(
                "Too many orders were started here, unpaid."
                " Wait ten minutes, or order at the counter. Your cart is kept."
            )
        )
