"""Open Alerts for test orders when a restaurant goes live, because boards then hide them (M64)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from duitpos.domain.alerts.open import open_payment_alert, reopen_alert
from duitpos.domain.orders.board import hidden_test_orders, takes_real_money
from duitpos.models import Payment
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus

RECENT = timedelta(hours=12)
"""Maximum age of a test order whose guest may still wait. Older ones were only never finished on the board."""


def after_going_live(tenant_id: UUID, at: datetime) -> None:
    """Handle an account or type that was switched on or found to be live, in the caller's transaction.

    Without a live account in use, nothing is done.

    Open an Alert for each recent paid test order that the kitchen has not finished, and have the sweep end open test
    sessions now.
    """
    if not takes_real_money(tenant_id):
        return
    orders = hidden_test_orders(tenant_id).filter(placed_at__gte=at - RECENT).values("id")
    paid = Payment.objects.filter(
        tenant_id=tenant_id,
        order_id__in=orders,
        status=PaymentStatus.SUCCEEDED,
        refund_reserved_minor=0,
        released__tenant_id=tenant_id,
    )
    for payment in paid.select_related("order").distinct():
        kind = AlertKind.MODE_DIFFERS
        reopen_alert(tenant_id, kind, payment.id, at)
        open_payment_alert(payment, kind, at)
    open_tests = Payment.objects.filter(
        tenant_id=tenant_id, is_test=True, status__in=LIVE_ATTEMPT, processing_since__isnull=True
    )
    open_tests.update(next_check_at=at)
