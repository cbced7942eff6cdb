"""The processor's pages on which guests can still pay, and an early look at those of a location (M24, M108)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from duitpos.models import Payment
from duitpos.models.payment import PaymentStatus


def open_pages(tenant_id: UUID, at: datetime) -> QuerySet[Payment]:
    """The attempts whose page can be paid at `at`; those that the bank processes are not among them."""
    return Payment.objects.filter(
        tenant_id=tenant_id, status=PaymentStatus.PENDING, processing_since__isnull=True, expires_at__gt=at
    )


def check_open_pages(tenant_id: UUID, location_id: UUID, at: datetime) -> int:
    """Have the sweep look at a location's open pages now, in the transaction that closed or paused it.

    The sweep closes each at the processor (must_end), with the claim and the settling of any other check. A page that
    is being opened meanwhile has its first check a minute and a half later. Returns how many.
    """
    return (
        open_pages(tenant_id, at)
        .filter(location_id=location_id, next_check_at__gt=at)
        .update(next_check_at=at)
    )
