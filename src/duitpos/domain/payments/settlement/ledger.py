"""What follows money in the same transaction: the ledger, and the work that is due."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from duitpos.domain.payments.outbox.run import run_outbox_soon
from duitpos.kit.money import Money
from duitpos.kit.statements import insert
from duitpos.models import LedgerEntry, OutboxEntry, Payment, Refund
from duitpos.models.ledger import LedgerKind
from duitpos.models.outbox import OutboxKind


def book_payment(payment: Payment, at: datetime, business_date: date) -> None:
    """The ledger's row for money in: what really moved."""
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
    """The ledger's row for money out, or for money that the bank sent back (`kind`)."""
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
    """The ledger's row for money that the guest's bank took or gave back, or for the fee of it; `amount` is signed."""
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
    # Unique by kind and source row, and ignored when it is there: fifty paths make one row (M16).
    insert([entry], "DO NOTHING")


def queue_after_payment(payment: Payment, at: datetime) -> None:
    """A receipt, once the guest left an address; and how it was paid, where the notice did not say.

    A task hurries it, the sweep makes sure of it.
    """
    kinds = []
    if payment.guest_email:
        kinds.append(OutboxKind.RECEIPT)
    if not payment.method:
        kinds.append(OutboxKind.DETAILS)
    if payment.order_id is None or not kinds:
        return
    works = [
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
    insert(works, "DO NOTHING")
    # Robust: a queue that cannot be reached must not turn a stored outcome into an error; the sweep finds the row.
    tenant_id = str(payment.tenant_id)
    transaction.on_commit(lambda: _hurry(tenant_id), robust=True)


def _hurry(tenant_id: str) -> None:
    # One task does all that is due, and the worker looks for tasks once a second: more of them would be empty rows.
    if cache.add(f"hurried:{tenant_id}", True, timeout=1):
        run_outbox_soon.enqueue(tenant_id)
