"""Write an account's keys and facts, guarded by the values read against concurrent changes (M13, M14, M73)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.payments.processors.connect import (
    CANDIDATE,
    CANDIDATE_BASE,
    CANDIDATE_WEBHOOK,
    SECRET_KEY,
)
from duitpos.domain.processor_accounts.credentials import Pasted
from duitpos.domain.processor_accounts.forget import forget_account
from duitpos.domain.processor_accounts.identity import CheckedKey
from duitpos.domain.processor_accounts.went_live import after_going_live
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.facts import facts
from duitpos.models import ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment_setup import AccountState

WEBHOOK_SECRET, PREVIOUS = "webhook_secret", "webhook_secret_previous"
TRY_AGAIN = timedelta(minutes=3)
"""When the sweep checks a key that could not be checked at once."""


class Changed(Exception):
    """The row has changed since it was read."""


def keep_key(
    pasted_into: ProcessorAccount, row: ProcessorAccount, checked: CheckedKey, webhook_secret: str
) -> ProcessorAccount:
    """Store a checked key in `row`, in the caller's transaction, and retire the row it replaces. Raises Changed."""
    found, at = checked.facts, now()
    if not webhook_secret and checked.key == _candidate(pasted_into, CANDIDATE):
        webhook_secret = _candidate(pasted_into, CANDIDATE_WEBHOOK)
    updated = _copy(row)
    updated.seal(SECRET_KEY, checked.key)
    _forget_candidate(updated)
    if pasted_into.state == AccountState.NEW and not webhook_secret:
        # The secret was pasted before its key.
        webhook_secret = pasted_into.reveal(WEBHOOK_SECRET)
    _rotate(updated, webhook_secret)
    columns: dict[str, Any] = {
        "external_id": found.external_id or row.external_id,
        "mode": found.mode,
        "api_base": checked.api_base,
        "name": (found.name or row.name)[:120],
        "country": found.country or row.country,
        "currency": found.currency or row.currency,
        "can_charge": found.can_charge,
        "checked_at": at,
        "problem": {},
        # The key is valid, so the sweep continues.
        "paused_at": None,
        # Offer the account again. The alert stays open until a start succeeds.
        "refused_starts": 0,
        "offered_again_at": None,
        "next_events_at": row.next_events_at or at,
    }
    if row.id != pasted_into.id or row.state == AccountState.NEW:
        columns["state"] = AccountState.ACTIVE
    _write(row, updated, columns)
    if row.id != pasted_into.id:
        _retire(pasted_into)
    after_going_live(row.tenant_id, at)
    resolve(row.tenant_id, at, facts(Resolution.KEY_SAVED), kind=AlertKind.KEY_REFUSED, subject_id=row.id)
    return updated


def keep_webhook_secret(account: ProcessorAccount, secret: str) -> ProcessorAccount:
    """Store a new webhook secret; deliveries signed with the previous one still verify. Raises Changed."""
    updated = _copy(account)
    _rotate(updated, secret)
    _write(account, updated, {})
    return updated


def keep_candidate(account: ProcessorAccount, pasted: Pasted) -> ProcessorAccount:
    """Store a key that could not be checked, beside the one in use. Raises Changed."""
    updated = _copy(account)
    updated.seal(CANDIDATE, pasted.key)
    updated.seal(CANDIDATE_BASE, pasted.api_base)
    if SECRET_KEY in account.secrets:
        # The secret may be another account's, so it must not verify deliveries for this one.
        updated.seal(CANDIDATE_WEBHOOK, pasted.webhook_secret)
    else:
        _rotate(updated, pasted.webhook_secret)
    _write(account, updated, {"next_events_at": now() + TRY_AGAIN})
    return updated


def drop_candidate(account: ProcessorAccount) -> ProcessorAccount:
    """Delete a candidate key that the processor refused. Raises Changed."""
    updated = _copy(account)
    _forget_candidate(updated)
    _write(account, updated, {})
    return updated


def _retire(account: ProcessorAccount) -> None:
    """Retire an account: it keeps its keys but starts no payments. Delete it if it is new and unused."""
    if account.state == AccountState.NEW and forget_account(account):
        return
    updated = _copy(account)
    _forget_candidate(updated)
    _write(account, updated, {"state": AccountState.RETIRED})


def _rotate(account: ProcessorAccount, secret: str) -> None:
    if not secret:
        return
    previous = account.reveal(WEBHOOK_SECRET)
    if previous and previous != secret:
        account.seal(PREVIOUS, previous)
    account.seal(WEBHOOK_SECRET, secret)


def _candidate(account: ProcessorAccount, field: str) -> str:
    try:
        return account.reveal(field)
    except SecretUnreadable:
        # The caller deletes it.
        return ""


def _forget_candidate(account: ProcessorAccount) -> None:
    for field in (CANDIDATE, CANDIDATE_BASE, CANDIDATE_WEBHOOK):
        account.seal(field, "")


def _copy(row: ProcessorAccount) -> ProcessorAccount:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = ProcessorAccount(**values)
    copy._state.adding = row._state.adding
    return copy


def _write(row: ProcessorAccount, updated: ProcessorAccount, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(updated, name, value)
    if row._state.adding:
        updated.save(force_insert=True)
        return
    unchanged = ProcessorAccount.objects.filter(
        tenant_id=row.tenant_id, id=row.id, state=row.state, secrets=row.secrets, external_id=row.external_id
    )
    if not unchanged.update(secrets=updated.secrets, **columns):
        raise Changed
