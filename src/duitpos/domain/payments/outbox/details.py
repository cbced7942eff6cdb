"""Fetch the payment method, such as "Visa ··4242", which the processor's event lacks."""

from __future__ import annotations

from django.db.models import QuerySet

from duitpos.domain.orders.business_day import recount_days_of
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import add_references, references_of
from duitpos.kit.transact import outside_database, transact
from duitpos.models import OutboxEntry, Payment
from duitpos.processors.references import PAGE, Reference, References
from duitpos.processors.snapshots import PaymentSnapshot


def fetch_details(entry: OutboxEntry) -> str:
    """Fetch the payment and store its method and further ids. After ProcessorError or Unavailable, retry later."""
    payment = (
        Payment.objects.filter(tenant_id=entry.tenant_id, id=entry.subject_id).select_related("account").get()
    )
    if payment.method:
        return "known"
    processor, named = open_account(payment.account), references_of(payment)
    with outside_database():
        # Further money from a page has no page of its own.
        snapshot = processor.fetch(References(named.of(PAGE) or named.main))
    rows = Payment.objects.filter(tenant_id=entry.tenant_id, id=payment.id)
    others = () if named.of(PAGE) else snapshot.references.others
    transact(lambda: _store(rows, payment, snapshot, others))
    return "fetched"


def _store(
    rows: QuerySet[Payment], payment: Payment, snapshot: PaymentSnapshot, others: tuple[Reference, ...]
) -> None:
    rows.update(method=dict(snapshot.method))
    add_references(payment, others)
    recount_days_of(payment)
