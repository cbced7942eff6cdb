"""Fetch the payment method, such as "Visa ··4242", which the processor's event lacks."""

from __future__ import annotations

from duitpos.domain.payments.processors.connect import open_account
from duitpos.kit.transact import outside_database
from duitpos.models import OutboxEntry, Payment


def fetch_details(entry: OutboxEntry) -> str:
    """Fetch the payment and store its method and charge. After ProcessorError or Unavailable, retry later."""
    payment = (
        Payment.objects.filter(tenant_id=entry.tenant_id, id=entry.subject_id).select_related("account").get()
    )
    if payment.method:
        return "known"
    processor = open_account(payment.account)
    with outside_database():
        snapshot = processor.fetch(payment.reference)
    Payment.objects.filter(tenant_id=entry.tenant_id, id=payment.id).update(
        method=dict(snapshot.method), charge_reference=snapshot.charge_reference or payment.charge_reference
    )
    return "fetched"
