"""An account's health row, which is made when it is first needed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from duitpos.models import AccountHealth, ProcessorAccount


def health_of(account: ProcessorAccount) -> AccountHealth:
    """Return the account's health, unsaved and empty when there is no row yet. One query."""
    rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
    return rows.first() or AccountHealth(tenant_id=account.tenant_id, account_id=account.id)


def healths_of(tenant_id: UUID, account_ids: Iterable[UUID]) -> dict[UUID, AccountHealth]:
    """Return the health rows of several accounts by their account's id. One query."""
    rows = AccountHealth.objects.filter(tenant_id=tenant_id, account_id__in=list(account_ids))
    return {row.account_id: row for row in rows}


def made_health_of(account: ProcessorAccount) -> AccountHealth:
    """Return the account's stored health, which is made if there is none."""
    health = health_of(account)
    if health._state.adding:
        ensure_health(account)
        health = health_of(account)
    return health


def ensure_health(account: ProcessorAccount) -> None:
    """Make the account's row if there is none, in the caller's transaction."""
    row = AccountHealth(tenant_id=account.tenant_id, account_id=account.id)
    AccountHealth.objects.bulk_create([row], ignore_conflicts=True)
