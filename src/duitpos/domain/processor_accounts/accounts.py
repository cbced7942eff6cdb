"""Add, check and remove a payment type's processor accounts, and save their keys (M12 to M14, M20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog
from django.db import IntegrityError

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.payments.problems import pause_account
from duitpos.domain.payments.processors.connect import CANDIDATE, CANDIDATE_BASE, SECRET_KEY
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.credentials import Pasted, read_pasted
from duitpos.domain.processor_accounts.findings import Finding, findings_of
from duitpos.domain.processor_accounts.forget import forget_account
from duitpos.domain.processor_accounts.identity import CheckedKey, check_key, row_of
from duitpos.domain.processor_accounts.store import (
    Changed,
    drop_candidate,
    keep_candidate,
    keep_key,
    keep_webhook_secret,
)
from duitpos.domain.processor_accounts.types import type_of
from duitpos.domain.reasons import reason_of
from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import transact
from duitpos.models import Membership, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import ADAPTERS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """The result of saving or checking keys.

    `account` may be another row than the requested one. `facts` is None if the processor did not check the key.
    """

    account: ProcessorAccount
    facts: AccountFacts | None
    findings: tuple[Facts, ...]


class Removal(StrEnum):
    """The result of removing an account."""

    REMOVED = "removed"
    RETIRED = "retired"


class KeyRefused(Invalid):
    """The processor refused the pasted key; nothing was saved. `field` is the form's field."""

    field = SECRET_KEY


def account_of(tenant_id: UUID, account_id: UUID) -> ProcessorAccount:
    """Return an account with its type. Raises Gone."""
    rows = ProcessorAccount.objects.filter(tenant_id=tenant_id, id=account_id).select_related("payment_type")
    account = rows.first()
    if account is None:
        raise Gone(Code.ACCOUNT_UNKNOWN)
    return account


def add_processor(member: Membership, type_id: UUID, processor: str) -> ProcessorAccount:
    """Add a processor without keys to a type, or return its row. Raises Forbidden, Gone, Invalid, Conflict."""
    require(member, Can.SET_UP_PAYMENTS)
    if processor not in ADAPTERS:
        raise Invalid(Code.PROCESSOR_UNKNOWN)

    def work() -> ProcessorAccount:
        kind = type_of(member.tenant_id, type_id)
        if not kind.is_online:
            raise Conflict(Code.TYPE_NEEDS_NO_PROCESSOR, type=kind.name)
        existing = ProcessorAccount.objects.filter(
            tenant_id=member.tenant_id, payment_type_id=kind.id, processor=processor
        ).exclude(state=AccountState.RETIRED)
        found = existing.select_related("payment_type").order_by("created_at", "id").first()
        return found or ProcessorAccount.objects.create(
            tenant_id=member.tenant_id, payment_type=kind, processor=processor
        )

    return transact(work)


def save_credentials(
    member: Membership, account_id: UUID, values: Mapping[str, str], api_base: str | None = None
) -> SavedAccount:
    """Check a pasted key at the processor and save credentials by field name; a blank one keeps the stored value.

    `api_base` is where a test key is used: None selects the default (the operator's first sandbox for a new test key),
    empty is the processor itself. Raises Invalid (CredentialsRefused, KeyRefused) and then saves nothing.
    """
    require(member, Can.SET_UP_PAYMENTS)
    require_adopted()
    account = account_of(member.tenant_id, account_id)
    pasted = read_pasted(account, values, api_base)
    if not pasted.key:
        return _save_webhook_secret_only(account, pasted)
    try:
        checked = check_key(account, pasted.key, pasted.api_base)
    except ProcessorError as error:
        if error.is_about_key or error.failure in (Failure.REFUSED, Failure.NOT_ACTIVATED):
            raise KeyRefused(Code.PASTED_KEY_REFUSED, reason=reason_of(error)) from error
        return _store_unchecked(account, pasted, error)
    return _store_key(account, checked, pasted.webhook_secret)


def check_account(member: Membership, account_id: UUID) -> SavedAccount:
    """Check the stored key at the processor. A candidate key that passes becomes the key in use."""
    require(member, Can.SET_UP_PAYMENTS)
    return recheck(account_of(member.tenant_id, account_id))


def recheck(account: ProcessorAccount) -> SavedAccount:
    """Do check_account without a member. Raises Unavailable in a database copy that may not call the processor."""
    require_adopted()
    try:
        candidate, key = account.reveal(CANDIDATE), account.reveal(SECRET_KEY)
        candidate_base = account.reveal(CANDIDATE_BASE)
    except SecretUnreadable:
        log.exception("secret_unreadable", account=str(account.id))
        return SavedAccount(
            account,
            None,
            (facts(Finding.KEY_UNREADABLE),),
        )
    if not (candidate or key):
        return SavedAccount(account, None, (facts(Finding.NO_KEY_YET),))
    try:
        checked = check_key(account, candidate or key, candidate_base if candidate else account.api_base)
    except ProcessorError as error:
        return _not_checked(account, error, is_candidate=bool(candidate))
    return _store_key(account, checked, "")


def remove_account(member: Membership, account_id: UUID) -> Removal:
    """Remove an account, or retire it if payments need it. Return which."""
    require(member, Can.SET_UP_PAYMENTS)
    account = account_of(member.tenant_id, account_id)
    try:
        if transact(lambda: forget_account(account)):
            return Removal.REMOVED
    except IntegrityError:
        # A concurrent payment refers to the account.
        log.info("account_in_use_is_retired", account=str(account.id))
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    transact(lambda: rows.update(state=AccountState.RETIRED))
    return Removal.RETIRED


def _store_key(account: ProcessorAccount, checked: CheckedKey, webhook_secret: str) -> SavedAccount:
    """Store a checked key in its account's row."""

    def work() -> ProcessorAccount:
        row = row_of(account, checked)
        if row.id != account.id and account.state == AccountState.RETIRED:
            raise Conflict(Code.KEY_OF_ANOTHER_ACCOUNT, old=account.external_id or account.name)
        return keep_key(account, row, checked, webhook_secret)

    try:
        row = transact(work)
    except (Changed, IntegrityError) as error:
        raise _changed_meanwhile() from error
    findings = findings_of(row, checked.facts)
    if row.id != account.id and account.state != AccountState.NEW:
        old = account.name or account.external_id or account.mode
        findings = (*findings, facts(Finding.OTHER_ACCOUNT, old=old))
    return SavedAccount(row, checked.facts, findings)


def _save_webhook_secret_only(account: ProcessorAccount, pasted: Pasted) -> SavedAccount:
    if pasted.webhook_secret:
        try:
            account = transact(lambda: keep_webhook_secret(account, pasted.webhook_secret))
        except Changed as error:
            raise _changed_meanwhile() from error
    if not (account.secrets.keys() & {SECRET_KEY, CANDIDATE}):
        return SavedAccount(account, None, (facts(Finding.NO_KEY_YET),))
    return recheck(account)


def _store_unchecked(account: ProcessorAccount, pasted: Pasted, error: ProcessorError) -> SavedAccount:
    """Store a key that could not be checked as a candidate, which is not used yet."""
    try:
        account = transact(lambda: keep_candidate(account, pasted))
    except Changed as changed:
        raise _changed_meanwhile() from changed
    kept = Finding.KEPT_BESIDE_THE_OLD if SECRET_KEY in account.secrets else Finding.KEPT_ALONE
    return SavedAccount(account, None, (facts(kept, reason=reason_of(error)),))


def _not_checked(account: ProcessorAccount, error: ProcessorError, *, is_candidate: bool) -> SavedAccount:
    refused = error.is_about_key
    if refused and is_candidate:
        try:
            account = transact(lambda: drop_candidate(account))
        except Changed as changed:
            raise _changed_meanwhile() from changed
        return SavedAccount(account, None, (facts(Finding.THROWN_AWAY, reason=reason_of(error)),))
    if refused:
        transact(lambda: pause_account(account, error))
        account.refresh_from_db(fields=["paused_at", "problem"])
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        problem=reason_of(error), checked_at=now()
    )
    account.problem = reason_of(error)
    return SavedAccount(account, None, (facts(Finding.NOT_CHECKED, reason=account.problem),))


def _changed_meanwhile() -> Conflict:
    return Conflict(Code.ACCOUNT_CHANGED)
