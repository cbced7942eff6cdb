"""Take away an order that nobody ever paid, 30 days after it ended (M21)."""

from __future__ import annotations

from django.db.models import Q

from duitpos.domain.orders.states import CANCELED
from duitpos.domain.payments.refunds.apply_refund import MONEY_QUESTIONS
from duitpos.models import (
    Alert,
    LedgerEntry,
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    PaymentDecline,
    WebhookEvent,
)
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus

ABOUT_MONEY = (*MONEY_QUESTIONS, AlertKind.NO_PAYMENT_REQUIRED)
"""What keeps an order for ever; that a call was refused once does not."""


def purge_unpaid_order(order: Order) -> bool:
    """Delete the order and all of it, in the caller's transaction. False, and nothing deleted, when money came."""
    of_order = {"tenant_id": order.tenant_id, "order_id": order.id}
    payments = Payment.objects.filter(**of_order)
    over = (PaymentStatus.FAILED, PaymentStatus.CANCELED)
    if order.status != CANCELED or payments.exclude(status__in=over).exists():
        return False
    ids = list(payments.values_list("id", flat=True))
    of_payments = {"tenant_id": order.tenant_id, "payment_id__in": ids}
    asked = Alert.objects.filter(Q(order_id=order.id) | Q(payment_id__in=ids), tenant_id=order.tenant_id)
    if LedgerEntry.objects.filter(**of_payments).exists() or asked.filter(kind__in=ABOUT_MONEY).exists():
        return False
    Order.objects.filter(tenant_id=order.tenant_id, replaces_id=order.id).update(replaces=None)
    # Row by row kind: a cascade would look children up without their tenant.
    asked._raw_delete("default")
    WebhookEvent.objects.filter(**of_payments)._raw_delete("default")
    PaymentDecline.objects.filter(**of_payments)._raw_delete("default")
    payments._raw_delete("default")
    for model in (OrderLine, OrderEvent, OutboxEntry):
        model._default_manager.filter(**of_order)._raw_delete("default")
    Order.objects.filter(tenant_id=order.tenant_id, id=order.id)._raw_delete("default")
    return True
