"""Delete unused accounts and types. Each model is deleted alone, because a cascade queries without the tenant."""

from __future__ import annotations

from duitpos.models import (
    AccountHealth,
    Alert,
    Payment,
    PaymentType,
    PaymentTypeOffer,
    ProcessorAccount,
    WebhookEvent,
)


def forget_account(account: ProcessorAccount) -> bool:
    """Delete an account with its keys, in the caller's transaction. False when anything refers to it.

    A concurrent payment makes the commit fail (IntegrityError), because it has a foreign key to the account.
    """
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    for model in (Payment, WebhookEvent, Alert):
        if model._default_manager.filter(tenant_id=account.tenant_id, account_id=account.id).exists():
            return False
    AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)._raw_delete("default")
    rows._raw_delete("default")
    return True


def forget_type(row: PaymentType) -> bool:
    """Delete a payment type with its accounts. False when anything refers to them; then the caller must roll back."""
    tenant_id = row.tenant_id
    if Payment.objects.filter(tenant_id=tenant_id, payment_type_id=row.id).exists():
        return False
    accounts = ProcessorAccount.objects.filter(tenant_id=tenant_id, payment_type_id=row.id)
    if not all(forget_account(account) for account in accounts):
        return False
    PaymentTypeOffer.objects.filter(tenant_id=tenant_id, payment_type_id=row.id)._raw_delete("default")
    PaymentType.objects.filter(tenant_id=tenant_id, id=row.id)._raw_delete("default")
    return True
