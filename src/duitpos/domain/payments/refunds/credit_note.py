"""Give a refund the number of its credit note (M51)."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.orders.receipt_number import Series, draw_receipt
from duitpos.models import Order, Payment, Refund
from duitpos.models.receipt import ReceiptKind


def number_credit_note(refund: Refund, payment: Payment, at: datetime) -> None:
    """Number a refund that was made, in the caller's transaction, if it is of money that a receipt was given for."""
    if payment.order_id is None or payment.location_id is None:
        return
    of_receipt = Order.objects.filter(
        tenant_id=payment.tenant_id,
        id=payment.order_id,
        released_by_id=payment.id,
        receipt_number__isnull=False,
    )
    row = Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id, credit_number__isnull=True)
    if not of_receipt.exists() or not row.exists():
        return
    series = Series(payment.tenant_id, payment.location_id, ReceiptKind.CREDIT_NOTE, payment.is_test)
    drawn = draw_receipt(series, at)
    row.update(credit_series=drawn.series, credit_number=drawn.number, credit_at=drawn.at)
