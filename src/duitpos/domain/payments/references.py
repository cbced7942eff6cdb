"""The processor's ids of our payments: read, stored, and found again (M7)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from duitpos.models import Payment, PaymentReference, ProcessorAccount
from duitpos.processors.references import PAGE, Reference, References


def references_of(payment: Payment) -> References:
    """Return all stored ids of a payment at its processor. One query."""
    rows = PaymentReference.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id)
    return References(
        payment.reference,
        tuple(Reference(row.kind, row.value) for row in rows.order_by("id")),
    )


def add_references(payment: Payment, others: tuple[Reference, ...]) -> None:
    """Store further ids, each once, in the caller's transaction; the caller has updated the payment before.

    In this order, two transactions that store the same ids cannot wait for each other.
    """
    rows = [
        PaymentReference(
            tenant_id=payment.tenant_id,
            payment_id=payment.id,
            account_id=payment.account_id,
            kind=one.kind,
            value=one.value,
        )
        for one in others
    ]
    PaymentReference.objects.bulk_create(rows, ignore_conflicts=True)


def payment_of_references(account: ProcessorAccount, references: References) -> Payment | None:
    """Find the payment by any of the processor's ids, with its account, order and location, or None.

    Another account of the same processor may know it too, such as the one that this account replaced. Ids of different
    processors may be equal, so those are left out.
    """
    same = {"tenant_id": account.tenant_id, "account__processor": account.processor}
    wanted = Q()
    if references.main:
        wanted |= Q(reference=references.main)
    ids = _payments_named(account, references.others)
    if ids:
        wanted |= Q(id__in=ids)
    elif references.others and not references.main:
        # The main reference of further money from one page is its charge's id, which is a further id of a first one.
        wanted |= Q(
            reference__in=[one.value for one in references.others],
            id__in=PaymentReference.objects.filter(tenant_id=account.tenant_id, kind=PAGE).values(
                "payment_id"
            ),
        )
    if not wanted:
        return None
    rows = list(Payment.objects.filter(wanted, **same).select_related("account", "order", "location"))
    # The account's own first, then the one whose main reference matches.
    rows.sort(key=lambda row: (row.account_id != account.id, row.reference != references.main))
    return rows[0] if rows else None


def further_of_page(payment: Payment) -> list[Payment]:
    """The payments that came from this one's page after it. One query."""
    if not payment.reference:
        return []
    pages = PaymentReference.objects.filter(
        tenant_id=payment.tenant_id, account_id=payment.account_id, kind=PAGE, value=payment.reference
    )
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id__in=pages.values("payment_id"))
    return list(rows.select_related("account", "order", "location").order_by("created_at", "id"))


def _payments_named(account: ProcessorAccount, others: tuple[Reference, ...]) -> list[UUID]:
    wanted = Q()
    for one in others:
        # Several payments may come from one page, so that its id names none of them.
        if one.kind != PAGE:
            wanted |= Q(kind=one.kind, value=one.value)
    if not wanted:
        return []
    rows = PaymentReference.objects.filter(
        wanted, tenant_id=account.tenant_id, account__processor=account.processor
    )
    return list(rows.values_list("payment_id", flat=True))
