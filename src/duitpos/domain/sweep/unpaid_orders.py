"""End orders that nobody paid, and delete them (M21)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from duitpos.domain.orders.advance import Actor, advance, still_waits
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.refunds.apply_refund import MONEY_QUESTIONS
from duitpos.kit.transact import transact
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
    WebhookEvent,
)
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus

log = structlog.get_logger(__name__)
SWEEP = Actor("sweep")
ENDED_UNPAID = (PaymentStatus.FAILED, PaymentStatus.CANCELED)
ABOUT_MONEY = (*MONEY_QUESTIONS, AlertKind.NO_PAYMENT_REQUIRED)
"""Alerts that prevent an order's deletion. Those about a refused call do not."""


class _Changed(Exception):
    """The order or one of its payments is no longer what the transaction read: roll back."""


def end_unpaid_order(order: Order, at: datetime) -> bool:
    """Cancel a held order in the caller's transaction. False, and nothing done, if it is paid or being paid."""
    # The guarded update must come first: a concurrent new attempt is then either seen below, or finds the order
    # canceled and is rolled back.
    if not still_waits(order):
        return True
    of_order = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    if of_order.filter(status__in=(PaymentStatus.SUCCEEDED, *LIVE_ATTEMPT)).exists():
        return False
    advance(order, HELD, CANCELED, SWEEP, at, Because.UNPAID, ended_at=at, cancel_reason=Because.UNPAID)
    return True


def never_paid(tenant_id: UUID) -> QuerySet[Order]:
    """A tenant's canceled orders for which no money was received, and about which no money question is open."""
    of_order = {"tenant_id": tenant_id, "order_id": OuterRef("id")}
    asked = Q(order_id=OuterRef("id")) | Q(payment__order_id=OuterRef("id"))
    # Its page can still be paid.
    is_watched = Q(watched_until__isnull=False)
    return Order.objects.filter(
        ~Exists(Payment.objects.filter(~Q(status__in=ENDED_UNPAID) | is_watched, **of_order)),
        ~Exists(LedgerEntry.objects.filter(tenant_id=tenant_id, payment__order_id=OuterRef("id"))),
        ~Exists(Alert.objects.filter(asked, tenant_id=tenant_id, kind__in=ABOUT_MONEY)),
        tenant_id=tenant_id,
        status=CANCELED,
    )


def purge_unpaid_order(order: Order) -> bool:
    """Delete the order and its rows, in a transaction. False, and nothing deleted, if money was received for it.

    False too for the slower one of two concurrent calls.
    """
    try:
        return transact(lambda: _delete(order))
    except _Changed:
        return False
    except IntegrityError:
        # A row of another kind refers to it, such as the ledger row of money that came in the meantime.
        log.warning("unpaid_order_kept", order=str(order.id), exc_info=True)
        return False


def _delete(order: Order) -> bool:
    of_order = {"tenant_id": order.tenant_id, "order_id": order.id}
    if not never_paid(order.tenant_id).filter(id=order.id).exists():
        return False
    payments = Payment.objects.filter(**of_order)
    ids = list(payments.values_list("id", flat=True))
    of_payments = {"tenant_id": order.tenant_id, "payment_id__in": ids}
    Order.objects.filter(tenant_id=order.tenant_id, replaces_id=order.id).update(replaces=None)
    # First payments, then the order, as settling locks them. Guarded: either may have changed since it was read.
    if payments.filter(status__in=ENDED_UNPAID, watched_until__isnull=True)._raw_delete("default") != len(
        ids
    ):
        raise _Changed
    itself = Order.objects.filter(tenant_id=order.tenant_id, id=order.id, status=CANCELED)
    if not itself._raw_delete("default"):
        raise _Changed
    # Table by table: a cascade would look children up without their tenant.
    about = Q(order_id=order.id) | Q(payment_id__in=ids)
    Alert.objects.filter(about, tenant_id=order.tenant_id)._raw_delete("default")
    WebhookEvent.objects.filter(**of_payments)._raw_delete("default")
    PaymentDecline.objects.filter(**of_payments)._raw_delete("default")
    PaymentReference.objects.filter(**of_payments)._raw_delete("default")
    for model in (OrderLine, OrderEvent, OutboxEntry):
        model._default_manager.filter(**of_order)._raw_delete("default")
    return True
