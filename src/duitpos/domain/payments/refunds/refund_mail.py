"""Queue the mail that tells the guest of a refund (M57)."""

from __future__ import annotations

from datetime import datetime

from duitpos.models import OutboxEntry, Payment, Refund
from duitpos.models.outbox import OutboxKind


def queue_refund_mail(refund: Refund, payment: Payment, at: datetime) -> None:
    """Queue a mail in the transaction that changes the refund's state, for a guest who left an address.

    One entry for each refund: a mail that was not sent yet then tells the newest state.
    """
    if not payment.guest_email or payment.order_id is None:
        return
    entry = OutboxEntry(
        tenant_id=refund.tenant_id,
        kind=OutboxKind.REFUND,
        subject_id=refund.id,
        order_id=payment.order_id,
        created_at=at,
        due_at=at,
    )
    OutboxEntry.objects.bulk_create(
        [entry],
        update_conflicts=True,
        unique_fields=["tenant", "kind", "subject_id"],
        update_fields=["created_at", "due_at", "done_at", "tries", "outcome", "problem"],
    )
