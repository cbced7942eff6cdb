"""Add, check and remove a payment type's processor accounts, and save their credentials (M12 to M14, M20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog
from django.db import IntegrityError

from duitpos.domain.alerts.open import Resolution
from duitpos.domain.audit.record import KeyChange, record_change
from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.payments.problems import pause_account
from duitpos.domain.payments.processors.connect import missing_fields
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.credentials import Pasted, checked_part, read_pasted
from duitpos.domain.processor_accounts.findings import Finding, findings_of
from duitpos.domain.processor_accounts.forget import forget_account
from duitpos.domain.processor_accounts.identity import Checked, check_credentials, row_of
from duitpos.domain.processor_accounts.restriction import end_restriction
from duitpos.domain.processor_accounts.review import record_unanswered, review_account
from duitpos.domain.processor_accounts.store import (
    Changed,
    drop_waiting,
    keep_checked,
    keep_verifiers,
    keep_waiting,
)
from duitpos.domain.processor_accounts.types import type_of
from duitpos.domain.processor_accounts.webhooks.install import install_webhook
from duitpos.domain.reasons import reason_of
from duitpos.domain.tenancy.installation import require_adopted
from duitpos.kit.clock import now
from duitpos.kit.crypto import SecretUnreadable
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import transact
from duitpos.models import Membership, ProcessorAccount
from duitpos.models.audit import AuditKind
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Credentials
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import ADAPTERS, adapter

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """The result of saving or checking credentials.

    `account` may be another row than the requested one. `facts` is None if the processor did not check them.
    """

    account: ProcessorAccount
    facts: AccountFacts | None
    findings: tuple[Facts, ...]


class Removal(StrEnum):
    """The result of removing an account."""

    REMOVED = "removed"
    RETIRED = "retired"


class KeyRefused(Invalid):
    """The processor refused the pasted credentials; nothing was saved. `field` is the first that it may be about."""

    def __init__(self, field: str, reason: Facts) -> None:
        super().__init__(Code.PASTED_KEY_REFUSED, reason=reason)
        self.field = field


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
    """Save credentials by field name; a blank one keeps the stored value.

    If anything changed that does more than verify deliveries, the whole set is checked at the processor first.
    `api_base` is where they are used: None selects the default (the operator's first sandbox for new test
    credentials), empty is the processor itself. Raises Invalid (CredentialsRefused, KeyRefused) and then saves nothing.
    """
    require(member, Can.SET_UP_PAYMENTS)
    require_adopted()
    account = account_of(member.tenant_id, account_id)
    pasted = read_pasted(account, values, api_base)
    if not pasted.needs_check:
        return _save_verifiers_only(member, account, pasted)
    try:
        checked = check_credentials(account, pasted.merged, pasted.endpoint)
    except ProcessorError as error:
        if error.is_about_key or error.failure in (Failure.REFUSED, Failure.NOT_ACTIVATED):
            raise key_refused(account, pasted, error) from error
        return _store_unchecked(member, account, pasted, error)
    return store_checked(account, checked, pasted.values, by=member)


def key_refused(account: ProcessorAccount, pasted: Pasted, error: ProcessorError) -> KeyRefused:
    """The refusal to raise for pasted credentials, beside the first field that it may be about."""
    kind = adapter(account.processor)
    # A changed address may be refused although nothing was pasted.
    first = next(iter(checked_part(kind, pasted.values) or checked_part(kind, pasted.merged)))
    return KeyRefused(first, reason_of(error))


def check_account(member: Membership, account_id: UUID) -> SavedAccount:
    """Check the stored credentials at the processor. Waiting ones that pass are used from then on."""
    require(member, Can.SET_UP_PAYMENTS)
    return recheck(account_of(member.tenant_id, account_id))


def recheck(account: ProcessorAccount) -> SavedAccount:
    """Do check_account without a member. Raises Unavailable in a database copy that may not call the processor."""
    require_adopted()
    try:
        stored = account.read_credentials()
    except SecretUnreadable:
        log.exception("secret_unreadable", account=str(account.id))
        return SavedAccount(account, None, (facts(Finding.KEY_UNREADABLE),))
    credentials = {**stored.current, **stored.waiting}
    endpoint = stored.waiting_endpoint if stored.waiting else account.api_base
    is_empty = not checked_part(adapter(account.processor), credentials)
    if is_empty or missing_fields(account.processor, credentials):
        return SavedAccount(account, None, (facts(Finding.NO_KEY_YET),))
    try:
        checked = check_credentials(account, credentials, endpoint, are_in_use=not stored.waiting)
    except ProcessorError as error:
        return _not_checked(account, error, is_waiting=bool(stored.waiting))
    return store_checked(account, checked, {})


def remove_account(member: Membership, account_id: UUID) -> Removal:
    """Remove an account, or retire it if payments need it. Return which."""
    require(member, Can.SET_UP_PAYMENTS)
    account = account_of(member.tenant_id, account_id)

    def forget() -> bool:
        if not forget_account(account):
            return False
        record_key(member, account, KeyChange.REMOVED)
        return True

    try:
        if transact(forget):
            return Removal.REMOVED
    except IntegrityError:
        # A concurrent payment refers to the account.
        log.info("account_in_use_is_retired", account=str(account.id))
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)

    def retire() -> None:
        rows.update(state=AccountState.RETIRED)
        record_use(member, account, is_used=False)
        end_restriction(account, now(), Resolution.ACCOUNT_NOT_USED)

    transact(retire)
    return Removal.RETIRED


def store_checked(
    account: ProcessorAccount, checked: Checked, pasted: Credentials, *, by: Membership | None = None
) -> SavedAccount:
    """Store checked credentials in their account's row, which new payments then use. Raises Conflict.

    `by` is who pasted them; None where nobody changed them.
    """

    def work() -> ProcessorAccount:
        row = row_of(account, checked)
        if row.id != account.id and account.state == AccountState.RETIRED:
            raise Conflict(Code.KEY_OF_ANOTHER_ACCOUNT, old=account.external_id or account.name)
        kept = keep_checked(account, row, checked, pasted)
        if by is not None:
            record_key(by, kept)
        return kept

    try:
        row = transact(work)
    except (Changed, IntegrityError) as error:
        raise _changed_meanwhile() from error
    review_account(row)
    row, installed = install_webhook(row)
    findings = findings_of(row, installed)
    if row.id != account.id and account.state != AccountState.NEW:
        old = account.name or account.external_id or account.mode
        findings = (*findings, facts(Finding.OTHER_ACCOUNT, old=old))
    return SavedAccount(row, checked.facts, findings)


def record_key(member: Membership, account: ProcessorAccount, how: KeyChange = KeyChange.CHANGED) -> None:
    """Write into the audit log that a key or secret was changed, in the caller's transaction; never what it is."""
    record_change(member, AuditKind.KEY, name_in_log(account), {}, {"key": how})


def record_use(member: Membership, account: ProcessorAccount, *, is_used: bool) -> None:
    """Write into the audit log that new payments use an account, or use it no more, in the caller's transaction."""
    name = account.payment_type.name
    said = {"account": name_in_log(account)}
    before, after = ({}, said) if is_used else (said, {})
    record_change(member, AuditKind.PAYMENT_TYPE, name, before, after)


def name_in_log(account: ProcessorAccount) -> str:
    """The account's name for the audit log: processor, name there, mode."""
    parts = (adapter(account.processor).label, account.name or account.external_id, account.mode)
    return ", ".join(part for part in parts if part)


def _save_verifiers_only(member: Membership, account: ProcessorAccount, pasted: Pasted) -> SavedAccount:
    def work() -> ProcessorAccount:
        kept = keep_verifiers(account, pasted)
        record_key(member, kept)
        return kept

    if pasted.values:
        try:
            account = transact(work)
        except Changed as error:
            raise _changed_meanwhile() from error
    return recheck(account)


def _store_unchecked(
    member: Membership, account: ProcessorAccount, pasted: Pasted, error: ProcessorError
) -> SavedAccount:
    """Store credentials that could not be checked; they wait, and are not used yet."""

    def work() -> ProcessorAccount:
        kept = keep_waiting(account, pasted)
        record_key(member, kept)
        return kept

    try:
        account = transact(work)
    except Changed as changed:
        raise _changed_meanwhile() from changed
    is_first = not checked_part(adapter(account.processor), pasted.stored.current)
    kept = Finding.KEPT_ALONE if is_first else Finding.KEPT_BESIDE_THE_OLD
    return SavedAccount(account, None, (facts(kept, reason=reason_of(error)),))


def _not_checked(account: ProcessorAccount, error: ProcessorError, *, is_waiting: bool) -> SavedAccount:
    refused = error.is_about_key
    if refused and is_waiting:
        try:
            account = transact(lambda: drop_waiting(account))
        except Changed as changed:
            raise _changed_meanwhile() from changed
        return SavedAccount(account, None, (facts(Finding.THROWN_AWAY, reason=reason_of(error)),))
    if refused:
        transact(lambda: pause_account(account, error))
        account.refresh_from_db(fields=["paused_at", "problem"])
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        problem=reason_of(error), checked_at=now()
    )
    record_unanswered(account, reason_of(error), now())
    account.problem = reason_of(error)
    return SavedAccount(account, None, (facts(Finding.NOT_CHECKED, reason=account.problem),))


def _changed_meanwhile() -> Conflict:
    return Conflict(Code.ACCOUNT_CHANGED)
