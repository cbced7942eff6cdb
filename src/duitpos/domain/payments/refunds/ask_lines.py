"""A refund made at the processor names no dishes: ask staff once what it was for (M107)."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.alerts.open import open_alert
from duitpos.domain.payments.refunds.refunded_lines import all_lines, take_lines
from duitpos.models import Payment, Refund
from duitpos.models.alert import AlertKind


def ask_for_lines(refund: Refund, payment: Payment, at: datetime) -> None:
    """Give a new refund of all that was left its lines, or ask, in the transaction that reserved its amount.

    The reservation has changed the payment's row, so nobody else refunds lines of it before this commits.
    """
    chosen = all_lines(payment)
    if chosen is None:
        return
    row = Payment.objects.get(tenant_id=payment.tenant_id, id=payment.id)
    if row.refundable.minor <= 0:
        # Nothing is left of the payment: it was for everything that was left.
        take_lines(refund, chosen)
        return
    open_alert(
        refund.tenant_id,
        AlertKind.REFUND_LINES,
        refund.id,
        at,
        order=payment.order,
        payment=payment,
        amount=refund.amount,
    )
