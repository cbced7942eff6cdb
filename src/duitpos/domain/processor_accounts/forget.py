"""Take away what was never used. Rows are deleted by kind: a cascade would look children up without their tenant."""

from __future__ import annotations

from duitpos.models import Alert, Payment, PaymentType, ProcessorAccount, WebhookEvent


def forget_account(account: ProcessorAccount) -> bool:
    """Delete an account with its keys, in the caller's transaction. False when anything refers to it.

    A payment that is made at this very moment makes the commit fail (IntegrityError): its reference is a foreign key.
    """
    mine = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    for model in (Payment, WebhookEvent, Alert):
        if model._default_manager.filter(tenant_id=account.tenant_id, account_id=account.id).exists():
            return False
    mine._raw_delete("default")
    return True


def forget_type(row: PaymentType) -> bool:
    """Delete a payment type with its accounts. False when anything refers to them: then the caller rolls back."""
    tenant_id = row.tenant_id
    if Payment.objects.filter(tenant_id=tenant_id, payment_type_id=row.id).exists():
        return False
    accounts = ProcessorAccount.objects.filter(tenant_id=tenant_id, payment_type_id=row.id)
    if not all(forget_account(account) for account in accounts):
        return False
    PaymentType.objects.filter(tenant_id=tenant_id, id=row.id)._raw_delete("default")
    return True
