"""Delete orders that were never paid (M21), and empty the bodies of old events."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from duitpos.domain.orders.states import CANCELED
from duitpos.domain.payments.refunds.apply_refund import MONEY_QUESTIONS
from duitpos.kit.clock import now
from duitpos.models import (
    Alert,
    LedgerEntry,
    Order,
    OrderEvent,
    OrderLine,
    OutboxEntry,
    Payment,
    PaymentDecline,
    PaymentReference,
    Tenant,
    WebhookEvent,
)
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus
from duitpos.models.webhook_event import EventState

ABOUT_MONEY = (*MONEY_QUESTIONS, AlertKind.NO_PAYMENT_REQUIRED)
"""Alerts that prevent an order's deletion. Those about a refused call do not."""
BATCH = 1000
"""Rows per statement, so that no other writer waits long."""


def purge_unpaid_order(order: Order) -> bool:
    """Delete the order and its rows in the caller's transaction.

    False, and nothing deleted, if money was received or a page of it is still watched.
    """
    of_order = {"tenant_id": order.tenant_id, "order_id": order.id}
    payments = Payment.objects.filter(**of_order)
    over = (PaymentStatus.FAILED, PaymentStatus.CANCELED)
    may_be_paid = ~Q(status__in=over) | Q(watched_until__isnull=False)
    if order.status != CANCELED or payments.filter(may_be_paid).exists():
        return False
    ids = list(payments.values_list("id", flat=True))
    of_payments = {"tenant_id": order.tenant_id, "payment_id__in": ids}
    asked = Alert.objects.filter(Q(order_id=order.id) | Q(payment_id__in=ids), tenant_id=order.tenant_id)
    if LedgerEntry.objects.filter(**of_payments).exists() or asked.filter(kind__in=ABOUT_MONEY).exists():
        return False
    Order.objects.filter(tenant_id=order.tenant_id, replaces_id=order.id).update(replaces=None)
    # Table by table: a cascade would look children up without their tenant.
    asked._raw_delete("default")
    WebhookEvent.objects.filter(**of_payments)._raw_delete("default")
    PaymentDecline.objects.filter(**of_payments)._raw_delete("default")
    PaymentReference.objects.filter(**of_payments)._raw_delete("default")
    payments._raw_delete("default")
    for model in (OrderLine, OrderEvent, OutboxEntry):
        model._default_manager.filter(**of_order)._raw_delete("default")
    Order.objects.filter(tenant_id=order.tenant_id, id=order.id)._raw_delete("default")
    return True


def purge_event_bodies() -> int:
    """Empty the bodies of events older than DUITPOS_EVENT_DAYS, tenant by tenant; returns how many.

    The row stays, so that the same event is still a duplicate. A failed event keeps its body until it is done.
    Concurrent runs are safe.
    """
    before = now() - timedelta(days=settings.EVENT_DAYS)
    purged = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        rows = WebhookEvent.objects.filter(tenant_id=tenant_id, state=EventState.DONE, received_at__lt=before)
        rows = rows.exclude(body="")
        while ids := list(rows.values_list("id", flat=True)[:BATCH]):
            purged += WebhookEvent.objects.filter(tenant_id=tenant_id, id__in=ids).update(body="")
    return purged
