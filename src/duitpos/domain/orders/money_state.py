"""One state for all payments and refunds of an order. Computed, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from duitpos.models import Payment, Refund
from duitpos.models.payment import PaymentStatus
from duitpos.models.refund import RefundStatus


class MoneyState(StrEnum):
    """The state of an order's money, shown as a chip."""

    WAITING = "waiting"
    PROCESSING = "processing"
    PAID = "paid"
    REFUNDING = "refunding"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    UNPAID = "unpaid"


def money_state(payments: Sequence[Payment], refunds: Sequence[Refund]) -> MoneyState:
    """The state of all payments of one order together, with their refunds."""
    paid = [payment for payment in payments if payment.status == PaymentStatus.SUCCEEDED]
    if not paid:
        live = [p for p in payments if p.status in (PaymentStatus.CREATED, PaymentStatus.PENDING)]
        if any(payment.is_processing for payment in live):
            return MoneyState.PROCESSING
        return MoneyState.WAITING if live else MoneyState.UNPAID
    ids = {payment.id for payment in paid}
    mine = [refund for refund in refunds if refund.payment_id in ids]
    back = sum(refund.amount_minor for refund in mine if refund.status == RefundStatus.SUCCEEDED)
    taken = sum(payment.moved.minor for payment in paid)
    if back >= taken:
        return MoneyState.REFUNDED
    if any(refund.status in (RefundStatus.CREATED, RefundStatus.PENDING) for refund in mine):
        return MoneyState.REFUNDING
    return MoneyState.PARTLY_REFUNDED if back else MoneyState.PAID
