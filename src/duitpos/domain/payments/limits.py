"""How much one phone and one table may start in a while. A full restaurant is one IP address: none is counted."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from duitpos.domain.errors import TooMany
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.kit.clock import now
from duitpos.models import Payment, Table

WINDOW = timedelta(minutes=10)
MOST_PER_PHONE = 20
"""Attempts to pay unpaid orders in WINDOW, each a session at the processor: a guest who edits the
cart after every look at the total stays below."""
MOST_PER_TABLE = 100
"""Many phones at one long table, or one phone that throws its cookie away."""


def refuse_too_many(table: Table, guest_token: str) -> None:
    """TooMany when this phone or table tried too often without paying: new orders, and old ones tried again.

    Rows are counted, so many web processes agree.
    """
    recent = Payment.objects.filter(
        tenant_id=table.tenant_id,
        created_at__gte=now() - WINDOW,
        order__tenant_id=table.tenant_id,
        order__table=table,
        order__status__in=(HELD, CANCELED),
        order__released_by__isnull=True,
    )
    mine = Q(order__guest_token=guest_token)
    counts = recent.aggregate(table=Count("id"), phone=Count("id", filter=mine))
    if counts["phone"] >= MOST_PER_PHONE or counts["table"] >= MOST_PER_TABLE:
        raise TooMany(
            _(
                "Too many orders were started here, unpaid."
                " Wait ten minutes, or order at the counter. Your cart is kept."
            )
        )
