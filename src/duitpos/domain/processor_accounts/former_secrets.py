"""Forget former secrets once they no longer verify a delivery, also when nobody saves others."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from duitpos.domain.payments.processors.connect import stored_or_none
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import ProcessorAccount


def end_former_secrets(tenant_id: UUID) -> int:
    """Forget the ended former secrets of a restaurant's accounts, retired ones too; returns how many.

    Those of earlier versions had no end, and get one. Safe while others save credentials: theirs stay.
    """
    ended = 0
    for account in ProcessorAccount.objects.filter(tenant_id=tenant_id).exclude(credentials=""):
        stored, before = stored_or_none(account), account.credentials
        if stored is None or not stored.previous:
            continue
        kept = stored.without_ended(now())
        if kept == stored:
            continue
        account.seal_credentials(kept)
        if transact(partial(_replace, account, before)):
            ended += len(stored.previous) - len(kept.previous)
    return ended


def _replace(account: ProcessorAccount, before: str) -> int:
    """Guarded by the sealed text, which is another one after every save."""
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id, credentials=before)
    return rows.update(credentials=account.credentials)
