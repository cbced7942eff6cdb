"""Orders that guests send unpaid, and the money that staff take for them."""

from __future__ import annotations

from typing import Any

from duitpos.domain.checkout.results import PayAtCounter
from duitpos.domain.processor_accounts.types import create_type
from duitpos.domain.staff_actions.take_payment import Receipt, take_payment
from duitpos.models import Location, Order, Payment, PaymentType
from duitpos.models.payment_setup import PaymentKind
from duitpos.models.tenant import UnpaidOrders
from tests.support.shop import Shop

BOTH = [UnpaidOrders.AFTER_PAYMENT, UnpaidOrders.AT_ONCE]
"""When an unpaid order is cooked, where a location accepts them."""


def cash(shop: Shop, style: str) -> PaymentType:
    """Offer cash at the shop's location, where unpaid orders are cooked as `style` says."""
    Location.objects.filter(tenant=shop.tenant, id=shop.table.location_id).update(unpaid_orders=style)
    return create_type(shop.restaurant.owner, "TILL", "Till", kind=PaymentKind.CASH)


def send(shop: Shop, kind: PaymentType, **changes: Any) -> Order:
    """A guest sends an order unpaid."""
    answer = shop.checkout(payment_type_id=kind.id, **changes)
    assert isinstance(answer, PayAtCounter), answer
    return Order.objects.get(tenant=shop.tenant, id=answer.order.id)


def paid(shop: Shop, order: Order, kind: PaymentType, tendered: str = "") -> Receipt:
    """Staff press Paid."""
    return take_payment(shop.restaurant.owner, order.id, kind.id, tendered)


def payments(shop: Shop, order: Order) -> list[tuple[str, bool]]:
    """Status of each payment of an order, oldest first, and whether staff take its money."""
    rows = Payment.objects.filter(tenant=shop.tenant, order=order).select_related("account")
    return [(row.status, row.account.is_manual) for row in rows.order_by("created_at", "id")]


def fresh(order: Order) -> Order:
    """The order as it is stored now."""
    return Order.objects.get(tenant_id=order.tenant_id, id=order.id)
