"""Orders as they are on a board, created without a checkout."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Location, MenuItem, Order, OrderLine, Payment, ProcessorAccount, Table
from duitpos.models.order import OrderStatus
from tests.support.restaurant import online_type


def a_ticket(
    location: Location,
    item: MenuItem,
    number: int,
    *,
    status: str = OrderStatus.PLACED,
    minutes: int = 0,
    table: Table | None = None,
    line: dict[str, Any] | None = None,
    **fields: Any,
) -> Order:
    """A released order, placed `minutes` ago, with one line."""
    at = now()
    order = Order.objects.create(
        tenant_id=location.tenant_id,
        location=location,
        table=table,
        status=status,
        guest_token="guest",
        checkout_key=secret_token(),
        contents="digest",
        currency="MYR",
        subtotal_minor=500,
        total_minor=500,
        created_at=at,
        placed_at=at - timedelta(minutes=minutes),
        business_date=at.date(),
        number=number,
        ended_at=at if status == OrderStatus.SERVED else None,
        **fields,
    )
    values: dict[str, Any] = {"name": item.name, "quantity": 1, "unit_price_minor": 500, "total_minor": 500}
    OrderLine.objects.create(
        tenant_id=location.tenant_id, order=order, position=0, item=item, **{**values, **(line or {})}
    )
    return order


def a_payment(order: Order, reference: str) -> Payment:
    """A succeeded test payment of the order's total."""
    kind = online_type(order.tenant)
    account, _ = ProcessorAccount.objects.get_or_create(
        tenant_id=order.tenant_id, payment_type=kind, processor="stripe", external_id="acct_1"
    )
    return Payment.objects.create(
        tenant_id=order.tenant_id,
        order=order,
        account=account,
        payment_type=kind,
        location=order.location,
        status="succeeded",
        amount_minor=order.total_minor,
        currency=order.currency,
        created_at=now(),
        reference=reference,
        moved_minor=order.total_minor,
        moved_currency=order.currency,
        settled_at=now(),
    )
