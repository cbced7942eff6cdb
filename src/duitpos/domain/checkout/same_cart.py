"""Before a guest pays: has this phone or table an open or just-paid payment for the same dishes?

It only warns. Another round of the same is common, so a second press goes on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from duitpos.domain.orders.pricing import Quote
from duitpos.domain.orders.same_lines import keys_of, lines_key
from duitpos.domain.orders.states import CANCELED
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, Table
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus

JUST_PAID = timedelta(minutes=15)
MADE_WITHIN = timedelta(hours=1)
"""How old an order may be whose payment is open or was just made: a payment page is open for 45 minutes."""


@dataclass(frozen=True, slots=True)
class Twin:
    """Another order of the same dishes. `is_own`: this phone sent it."""

    order: Order
    is_paid: bool
    is_own: bool

    @property
    def seen(self) -> str:
        """What the form carries to say that the guest has read of this order, as it stands."""
        return f"{self.order.id}:{self.is_paid:d}"


def twin_of(table: Table, guest_token: str, quote: Quote, but_of: Collection[str]) -> Twin | None:
    """The newest such order, a paid one first; without the orders of the checkout keys `but_of`.

    One query where nothing else of this total was ordered here within the hour; three with a twin.
    """
    at = now()
    orders = Order.objects.filter(
        Q(table=table) | Q(guest_token=guest_token),
        tenant_id=table.tenant_id,
        created_at__gte=at - MADE_WITHIN,
        total_minor=quote.totals.total_minor,
        currency=quote.currency,
    )
    found = {
        order.id: order
        for order in orders.exclude(status=CANCELED)
        .exclude(checkout_key__in=list(but_of))
        .order_by("created_at")
    }
    if not found:
        return None
    wanted = lines_key(quote.lines)
    same = [order_id for order_id, key in keys_of(table.tenant_id, found).items() if key == wanted]
    payments = Payment.objects.filter(
        Q(status__in=LIVE_ATTEMPT)
        | Q(status=PaymentStatus.SUCCEEDED, settled_at__gte=at - JUST_PAID, refund_reserved_minor=0),
        tenant_id=table.tenant_id,
        order_id__in=same,
    )
    paid_by_order: dict[UUID, bool] = {}
    for payment in payments.only("order_id", "status"):
        if payment.order_id is not None:
            is_paid = payment.status == PaymentStatus.SUCCEEDED
            paid_by_order[payment.order_id] = paid_by_order.get(payment.order_id, False) or is_paid
    twins = [
        Twin(found[order_id], is_paid, found[order_id].guest_token == guest_token)
        for order_id, is_paid in paid_by_order.items()
    ]
    return max(twins, key=lambda twin: (twin.is_paid, twin.order.created_at), default=None)
