"""Insert ledger rows and outbox entries in the transaction that moves money (M16, M46)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from duitpos.domain.orders.business_day import Day, count_change
from duitpos.kit.money import Money
from duitpos.models import LedgerEntry, OutboxEntry, Payment, Refund
from duitpos.models.ledger import LedgerKind
from duitpos.models.outbox import OutboxKind


def book_payment(payment: Payment, at: datetime, business_date: date) -> None:
    """Book the amount that moved for a payment."""
    entry = LedgerEntry(
        tenant_id=payment.tenant_id,
        kind=LedgerKind.PAYMENT,
        source_id=payment.id,
        payment_id=payment.id,
        location_id=payment.location_id,
        amount_minor=payment.moved.minor,
        currency=payment.moved.currency,
        is_test=payment.is_test,
        at=at,
        business_date=business_date,
    )
    _book(entry)


def book_refund(refund: Refund, payment: Payment, kind: str, at: datetime, business_date: date) -> None:
    """Book a refund, or a refund that the bank returned (`kind`)."""
    sign = 1 if kind == LedgerKind.REFUND_FAILED else -1
    entry = LedgerEntry(
        tenant_id=refund.tenant_id,
        kind=kind,
        source_id=refund.id,
        payment_id=payment.id,
        location_id=payment.location_id,
        amount_minor=sign * refund.amount_minor,
        currency=refund.currency,
        is_test=payment.is_test,
        at=at,
        business_date=business_date,
    )
    _book(entry)


def book_dispute(
    source_id: UUID, payment: Payment, kind: str, amount: Money, at: datetime, business_date: date
) -> None:
    """Book what the guest's bank took or returned, or the dispute's fee; `amount` is signed."""
    entry = LedgerEntry(
        tenant_id=payment.tenant_id,
        kind=kind,
        source_id=source_id,
        payment_id=payment.id,
        location_id=payment.location_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        is_test=payment.is_test,
        at=at,
        business_date=business_date,
    )
    _book(entry)


def _book(entry: LedgerEntry) -> None:
    # Kind and source row are unique, so concurrent and repeated calls make one row.
    LedgerEntry.objects.bulk_create([entry], ignore_conflicts=True)
    # Money of an unknown order has no location, and no totals.
    if entry.location_id is not None:
        count_change(Day(entry.tenant_id, entry.location_id, entry.business_date, entry.is_test))


def due_after_payment(guest_email: str, method: Mapping[str, str]) -> list[OutboxKind]:
    """What is due after a payment: the receipt if there is an address, and the method if the event lacks it."""
    kinds = {OutboxKind.RECEIPT: bool(guest_email), OutboxKind.DETAILS: not method}
    return [kind for kind, is_due in kinds.items() if is_due]


def queue_after_payment(payment: Payment, at: datetime) -> None:
    """Queue the receipt if the guest gave an address, and the fetch of the method if the snapshot lacks it.

    The worker runs them at its next look at the outbox.
    """
    kinds = due_after_payment(payment.guest_email, payment.method)
    if payment.order_id is None or not kinds:
        return
    entries = [
        OutboxEntry(
            tenant_id=payment.tenant_id,
            kind=kind,
            subject_id=payment.id,
            order_id=payment.order_id,
            created_at=at,
            due_at=at,
        )
        for kind in kinds
    ]
    OutboxEntry.objects.bulk_create(entries, ignore_conflicts=True)
