"""Open and close what a person must look at."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from duitpos.kit.money import Money
from duitpos.models import Alert, Membership, Order, Payment, ProcessorAccount


def open_alert(
    tenant_id: UUID,
    kind: str,
    subject_id: UUID,
    at: datetime,
    *,
    order: Order | None = None,
    payment: Payment | None = None,
    account: ProcessorAccount | None = None,
    amount: Money | None = None,
    detail: str = "",
) -> None:
    """Open it once per kind and subject, in the caller's transaction; fifty paths make one (M16)."""
    row = Alert(
        tenant_id=tenant_id,
        kind=kind,
        subject_id=subject_id,
        opened_at=at,
        order_id=order.id if order else None,
        payment_id=payment.id if payment else None,
        account_id=account.id if account else None,
        amount_minor=amount.minor if amount else 0,
        currency=amount.currency if amount else "",
        detail=detail[:500],
    )
    Alert.objects.bulk_create([row], ignore_conflicts=True)


def open_payment_alert(
    payment: Payment, kind: str, at: datetime, *, amount: Money | None = None, detail: str = ""
) -> None:
    """open_alert for a payment and its order, with what moved, or before that what was asked for."""
    if amount is None:
        amount = payment.amount if payment.moved_minor is None else payment.moved
    open_alert(
        payment.tenant_id,
        kind,
        payment.id,
        at,
        order=payment.order,
        payment=payment,
        amount=amount,
        detail=detail,
    )


def reopen_alert(
    tenant_id: UUID,
    kind: str,
    subject_id: UUID,
    at: datetime,
    *,
    amount: Money | None = None,
    detail: str | None = None,
) -> None:
    """A resolved one that came back, such as a key refused again; with new facts, where given."""
    facts: dict[str, object] = {}
    if amount is not None:
        facts |= {"amount_minor": amount.minor, "currency": amount.currency}
    if detail is not None:
        facts["detail"] = detail[:500]
    Alert.objects.filter(
        tenant_id=tenant_id, kind=kind, subject_id=subject_id, resolved_at__isnull=False
    ).update(opened_at=at, resolved_at=None, resolved_by=None, resolution="", **facts)


def resolve(
    tenant_id: UUID, at: datetime, resolution: str, *, member: Membership | None = None, **which: object
) -> int:
    """Close the open ones that match `which` (columns of Alert); how many there were."""
    return Alert.objects.filter(tenant_id=tenant_id, resolved_at__isnull=True, **which).update(
        resolved_at=at, resolved_by=member, resolution=resolution[:200]
    )
