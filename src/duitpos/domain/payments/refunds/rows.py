"""A payment's refund rows, read and changed by one caller at a time."""

from __future__ import annotations

from django.db.models import F

from duitpos.models import Payment, Refund
from duitpos.models.refund import RefundStatus


def lock_payment(payment: Payment) -> None:
    """Update nothing in the payment's row, so that the rows of its refunds are compared by one transaction at a time.

    Only for processors whose refunds do not carry our ids: a sum of rows is no guard.
    """
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
    rows.update(refund_reserved_minor=F("refund_reserved_minor"))


def refunds_in_order(payment: Payment) -> list[Refund]:
    """All refunds of a payment, oldest first."""
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id)
    return list(rows.select_related("member").order_by("created_at", "id"))


def is_asked(refund: Refund) -> bool:
    """Whether the processor was asked for it and has not answered: it may have been made or not."""
    return refund.status == RefundStatus.CREATED and refund.first_sent_at is not None
