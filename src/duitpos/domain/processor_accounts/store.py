"""Write an account's keys and facts, guarded by what was read, so that two owners cannot undo each other."""

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
"""When the sweep tries a key that could not be checked."""


class Changed(Exception):
    """The row is not as it was read."""


def keep_key(
    pasted_into: ProcessorAccount, row: ProcessorAccount, checked: CheckedKey, webhook_secret: str
) -> ProcessorAccount:
    """A checked key into `row`, in the caller's transaction; another row that it replaces is retired. Changed."""
    found, at = checked.facts, now()
    if not webhook_secret and checked.key == _waiting(pasted_into, CANDIDATE):
        webhook_secret = _waiting(pasted_into, CANDIDATE_WEBHOOK)
    fresh = _copy(row)
    fresh.seal(SECRET_KEY, checked.key)
    _forget_candidate(fresh)
    if pasted_into.state == AccountState.NEW and not webhook_secret:
        webhook_secret = pasted_into.reveal(WEBHOOK_SECRET)  # pasted before its key
    _rotate(fresh, webhook_secret)
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
        "paused_at": None,  # a good key: the sweep goes on (M14)
        "refused_starts": 0,  # offered again (M73); the alert stays until a start works
        "offered_again_at": None,
        "next_events_at": row.next_events_at or at,
    }
    if row.id != pasted_into.id or row.state == AccountState.NEW:
        columns["state"] = AccountState.ACTIVE
    _write(row, fresh, columns)
    if row.id != pasted_into.id:
        _step_back(pasted_into)
    after_going_live(row.tenant_id, at)
    resolve(row.tenant_id, at, facts(Resolution.KEY_SAVED), kind=AlertKind.KEY_REFUSED, subject_id=row.id)
    return fresh


def keep_webhook_secret(account: ProcessorAccount, secret: str) -> ProcessorAccount:
    """A new webhook secret; deliveries signed with the one before still verify. Changed."""
    fresh = _copy(account)
    _rotate(fresh, secret)
    _write(account, fresh, {})
    return fresh


def keep_candidate(account: ProcessorAccount, pasted: Pasted) -> ProcessorAccount:
    """A key that could not be checked, beside the one in use (M13). Changed."""
    fresh = _copy(account)
    fresh.seal(CANDIDATE, pasted.key)
    fresh.seal(CANDIDATE_BASE, pasted.api_base)
    if SECRET_KEY in account.secrets:
        # It may be another account's: its deliveries must not be taken for this one's.
        fresh.seal(CANDIDATE_WEBHOOK, pasted.webhook_secret)
    else:
        _rotate(fresh, pasted.webhook_secret)
    _write(account, fresh, {"next_events_at": now() + TRY_AGAIN})
    return fresh


def drop_candidate(account: ProcessorAccount) -> ProcessorAccount:
    """A waiting key that turned out to be no good. Changed."""
    fresh = _copy(account)
    _forget_candidate(fresh)
    _write(account, fresh, {})
    return fresh


def _step_back(account: ProcessorAccount) -> None:
    """It keeps its keys, but starts nothing; one that never worked goes without a trace."""
    if account.state == AccountState.NEW and forget_account(account):
        return
    fresh = _copy(account)
    _forget_candidate(fresh)
    _write(account, fresh, {"state": AccountState.RETIRED})


def _rotate(account: ProcessorAccount, secret: str) -> None:
    if not secret:
        return
    before = account.reveal(WEBHOOK_SECRET)
    if before and before != secret:
        account.seal(PREVIOUS, before)
    account.seal(WEBHOOK_SECRET, secret)


def _waiting(account: ProcessorAccount, field: str) -> str:
    try:
        return account.reveal(field)
    except SecretUnreadable:  # it is thrown away with what follows
        return ""


def _forget_candidate(account: ProcessorAccount) -> None:
    for field in (CANDIDATE, CANDIDATE_BASE, CANDIDATE_WEBHOOK):
        account.seal(field, "")


def _copy(row: ProcessorAccount) -> ProcessorAccount:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    copy = ProcessorAccount(**values)
    copy._state.adding = row._state.adding
    return copy


def _write(row: ProcessorAccount, fresh: ProcessorAccount, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(fresh, name, value)
    if row._state.adding:
        fresh.save(force_insert=True)
        return
    unchanged = ProcessorAccount.objects.filter(
        tenant_id=row.tenant_id, id=row.id, state=row.state, secrets=row.secrets, external_id=row.external_id
    )
    if not unchanged.update(secrets=fresh.secrets, **columns):
        raise Changed
