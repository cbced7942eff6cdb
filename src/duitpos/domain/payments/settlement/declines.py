"""Refused cards: rows for the owner to read. They never change the payment's state (M2)."""

from __future__ import annotations

from collections.abc import Iterable

from duitpos.models import Payment, PaymentDecline
from duitpos.processors.base import Decline


def record_declines(payment: Payment, declines: Iterable[Decline]) -> None:
    """Keep each refused card once, in the caller's transaction; the processor's reference tells them apart."""
    rows = [
        PaymentDecline(
            tenant_id=payment.tenant_id,
            payment_id=payment.id,
            reference=decline.reference[:80],
            at=decline.at,
            code=decline.code[:60],
            decline_code=decline.decline_code[:60],
            message=decline.message[:300],
            method=dict(decline.method),
        )
        for decline in declines
    ]
    if rows:
        PaymentDecline.objects.bulk_create(rows, ignore_conflicts=True)
