"""How it was paid, which a processor's notice does not say: "Visa ··4242"."""

from __future__ import annotations

from duitpos.domain.payments.processors.connect import open_account
from duitpos.kit.transact import outside_database
from duitpos.models import OutboxEntry, Payment


def fetch_details(work: OutboxEntry) -> str:
    """Ask for the payment once more and keep method and charge. ProcessorError and Unavailable: try again later."""
    payment = (
        Payment.objects.filter(tenant_id=work.tenant_id, id=work.subject_id).select_related("account").get()
    )
    if payment.method:
        return "known"
    processor = open_account(payment.account)
    with outside_database():
        snapshot = processor.fetch(payment.reference)
    Payment.objects.filter(tenant_id=work.tenant_id, id=payment.id).update(
        method=dict(snapshot.method), charge_reference=snapshot.charge_reference or payment.charge_reference
    )
    return "fetched"
