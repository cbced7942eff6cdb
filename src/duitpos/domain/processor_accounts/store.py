"""Write an account's credentials and facts, guarded by the values read against concurrent changes (M13, M14, M73)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.payments.processors.connect import stored_or_none
from duitpos.domain.payments.settlement.went_live import after_going_live
from duitpos.domain.processor_accounts.credentials import Pasted, checked_part, verifying_part
from duitpos.domain.processor_accounts.forget import forget_account
from duitpos.domain.processor_accounts.identity import Checked
from duitpos.domain.processor_accounts.in_use import claim_switch, retire_others, switches_of
from duitpos.domain.processor_accounts.restriction import end_restriction
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.models import ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.credentials import StoredCredentials
from duitpos.models.payment_setup import AccountState, Mode
from duitpos.processors.credentials import Credentials
from duitpos.processors.registry import adapter

TRY_AGAIN = timedelta(minutes=3)
"""When the sweep checks what could not be checked at once."""


class Changed(Exception):
    """The row has changed since it was read."""


def keep_checked(
    pasted_into: ProcessorAccount, row: ProcessorAccount, checked: Checked, pasted: Credentials
) -> ProcessorAccount:
    """Store checked credentials in `row`, in the caller's transaction, and retire the row it replaces.

    `pasted` is what the owner sent with them. Raises Changed.
    """
    found, at = checked.facts, now()
    updated = _copy(row)
    updated.seal_credentials(_with_checked(pasted_into, row, checked, pasted))
    columns: dict[str, Any] = {
        "external_id": found.external_id or row.external_id,
        "mode": found.mode or (Mode.UNKNOWN if row.state == AccountState.NEW else row.mode),
        "api_base": checked.endpoint,
        "name": (found.name or row.name)[:120],
        "country": found.country or row.country,
        "currency": found.currency or row.currency,
        "can_charge": found.can_charge,
        "checked_at": at,
        "problem": {},
        # The credentials are good, so the sweep continues.
        "paused_at": None,
        # Offer the account again. The alert stays open until a start succeeds.
        "refused_starts": 0,
        "offered_again_at": None,
        "next_events_at": row.next_events_at or at,
    }
    starts = row.id != pasted_into.id or row.state == AccountState.NEW
    if starts:
        columns |= {"state": AccountState.ACTIVE, "in_use_since": at}
        # The row may be new, and then only the count on the type keeps two owners apart.
        seen = switches_of(row.tenant_id, row.payment_type_id)
        if not claim_switch(row.tenant_id, row.payment_type_id, seen):
            raise Changed
    _write(row, updated, columns)
    if row.id != pasted_into.id:
        _retire(pasted_into)
    if starts:
        retire_others(updated)
    after_going_live(row.tenant_id, at)
    resolve(row.tenant_id, at, facts(Resolution.KEY_SAVED), kind=AlertKind.KEY_REFUSED, subject_id=row.id)
    return updated


def keep_verifiers(account: ProcessorAccount, pasted: Pasted) -> ProcessorAccount:
    """Store what verifies deliveries; those signed for the former one still verify. Raises Changed."""
    updated = _copy(account)
    updated.seal_credentials(_with_verifiers(account, pasted))
    _write(account, updated, {})
    return updated


def keep_installed(account: ProcessorAccount, verifying: Credentials) -> ProcessorAccount:
    """Store what verifies deliveries to an address that was set up at the processor. Raises Changed."""
    updated, stored = _copy(account), account.read_credentials()
    kept = stored.with_current({**stored.current, **verifying}, _verifying_names(account), now())
    updated.seal_credentials(kept)
    _write(account, updated, {})
    return updated


def keep_waiting(account: ProcessorAccount, pasted: Pasted) -> ProcessorAccount:
    """Store credentials that could not be checked, beside those in use. Raises Changed."""
    kind = adapter(account.processor)
    waiting, verifying = checked_part(kind, pasted.merged), verifying_part(kind, pasted.values)
    stored = pasted.stored
    if checked_part(kind, stored.current):
        # It may be another account's, so it must not verify deliveries for this one.
        waiting |= verifying
    else:
        stored = _with_verifiers(account, pasted)
    updated = _copy(account)
    updated.seal_credentials(stored.with_waiting(waiting, pasted.endpoint))
    _write(account, updated, {"next_events_at": now() + TRY_AGAIN})
    return updated


def drop_waiting(account: ProcessorAccount) -> ProcessorAccount:
    """Delete waiting credentials that the processor refused. Raises Changed."""
    updated = _copy(account)
    updated.seal_credentials(account.read_credentials().without_waiting())
    _write(account, updated, {})
    return updated


def _retire(account: ProcessorAccount) -> None:
    """Retire an account: it keeps its keys but starts no payments. Delete it if it is new and unused."""
    if account.state == AccountState.NEW and forget_account(account):
        return
    updated, stored = _copy(account), stored_or_none(account)
    if stored is not None:
        updated.seal_credentials(stored.without_waiting())
    _write(account, updated, {"state": AccountState.RETIRED})
    end_restriction(account, now(), Resolution.ACCOUNT_NOT_USED)


def _with_checked(
    pasted_into: ProcessorAccount, row: ProcessorAccount, checked: Checked, pasted: Credentials
) -> StoredCredentials:
    """What `row` keeps from now on: all that was checked, and of what verifies deliveries only what is its own."""
    kind = adapter(row.processor)
    own = stored_or_none(row) or StoredCredentials()
    source = stored_or_none(pasted_into) or StoredCredentials()
    verifying = verifying_part(kind, own.current)
    if pasted_into.state == AccountState.NEW:
        # It was pasted before the rest.
        verifying |= verifying_part(kind, source.current)
    checked_now = checked_part(kind, checked.credentials)
    if source.waiting and checked_part(kind, source.waiting) == checked_now:
        verifying |= verifying_part(kind, source.waiting)
    verifying |= verifying_part(kind, pasted)
    return own.with_current({**checked_now, **verifying}, _verifying_names(row), now()).without_waiting()


def _with_verifiers(account: ProcessorAccount, pasted: Pasted) -> StoredCredentials:
    verifying = verifying_part(adapter(account.processor), pasted.values)
    return pasted.stored.with_current(
        {**pasted.stored.current, **verifying}, _verifying_names(account), now()
    )


def _verifying_names(account: ProcessorAccount) -> frozenset[str]:
    return frozenset(one.name for one in adapter(account.processor).credential_fields if one.verifies)


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
        tenant_id=row.tenant_id,
        id=row.id,
        state=row.state,
        credentials=row.credentials,
        external_id=row.external_id,
    )
    if not unchanged.update(credentials=updated.credentials, **columns):
        raise Changed
