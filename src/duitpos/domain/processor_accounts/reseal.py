"""Encrypt all stored credentials with the present first key, so that an old key can be dropped (M32)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from duitpos.domain.processor_accounts.credentials import used_key_ids
from duitpos.kit.crypto import SecretUnreadable, key_id_of, vault
from duitpos.kit.transact import transact
from duitpos.models import ProcessorAccount, Tenant

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An account whose credentials could not be opened, and the id of the key they were sealed with."""

    tenant: str
    account_id: UUID
    processor: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Resealed:
    """What was done. `unneeded` are ids of configured keys that no stored credentials need any more."""

    resealed: int
    unreadable: tuple[Unreadable, ...]
    unneeded: tuple[str, ...]


def reseal_all() -> Resealed:
    """Reseal the credentials of every account, one restaurant after the other. Safe while others read and save them.

    A second run finds nothing to do.
    """
    resealed, unreadable = 0, []
    for tenant in Tenant.objects.order_by("slug"):
        for account in ProcessorAccount.objects.filter(tenant=tenant).order_by("created_at", "id"):
            try:
                resealed += reseal(account)
            except SecretUnreadable:
                log.warning("credentials_not_resealed", tenant=tenant.slug, account=str(account.id))
                key_id = key_id_of(account.credentials)
                unreadable.append(Unreadable(tenant.slug, account.id, account.processor, key_id))
    needed = used_key_ids() | {vault().current}
    return Resealed(resealed, tuple(unreadable), tuple(sorted(vault().key_ids - needed)))


def reseal(account: ProcessorAccount) -> bool:
    """Reseal one account's credentials; False when there was nothing to do. Raises SecretUnreadable.

    Credentials that were saved meanwhile stay: the row is read again.
    """
    while account.credentials:
        before, plain = account.credentials, account.read_credentials()
        if key_id_of(before) == vault().current:
            return False
        account.seal_credentials(plain)
        if transact(partial(_replace, account, before, account.credentials)):
            return True
        # Somebody saved others, or removed the account.
        rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
        account.credentials = rows.values_list("credentials", flat=True).first() or ""
    return False


def _replace(account: ProcessorAccount, before: str, after: str) -> int:
    """Guarded by the sealed text, which is another one after every save."""
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id, credentials=before)
    return rows.update(credentials=after)
