"""What an owner can do about a webhook."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.people.roles import Can, require
from duitpos.domain.processor_accounts.accounts import account_of, name_in_log
from duitpos.domain.processor_accounts.findings import Finding
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhooks.install import install_webhook
from duitpos.domain.processor_accounts.webhooks.look import look
from duitpos.domain.processor_accounts.webhooks.repair import (
    REPAIR_WITHIN,
    claim_repair,
    prove,
    release_repair,
    remove_stale,
    repair,
    rotate,
)
from duitpos.domain.processor_accounts.webhooks.watch import refresh
from duitpos.domain.reasons import reason_of
from duitpos.kit.deadline import within
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import transact
from duitpos.models import AccountHealth, Membership, ProcessorAccount
from duitpos.models.audit import AuditKind
from duitpos.processors.errors import ProcessorError


def repair_webhook(member: Membership, account_id: UUID) -> None:
    """Make or mend the endpoint, and begin a round trip. Raises Forbidden, Gone, Conflict, Unavailable."""
    account, health = _claimed(member, account_id)
    try:
        repair(account, health)
    except ProcessorError as error:
        raise _refused(error) from error
    finally:
        release_repair(health)
        refresh(account)


def set_up_webhook(member: Membership, account_id: UUID) -> Facts | None:
    """Set the webhook up in one press, in whichever way the processor offers; returns a finding for the owner.

    None: a person has to do it at the processor. Raises Forbidden, Gone, Conflict.
    """
    account = _account(member, account_id)
    try:
        endpoints = open_account(account).endpoints
        if endpoints is None or endpoints.is_made_on_saving:
            return install_webhook(account)[1]
        repair_webhook(member, account_id)
    except Unavailable as error:
        reason = error.facts["reason"] if error.code == Code.WEBHOOK_REFUSED else reason_of(error)
        return facts(Finding.WEBHOOK_NOT_INSTALLED, reason=reason)
    except ProcessorError as error:
        return facts(Finding.WEBHOOK_NOT_INSTALLED, reason=reason_of(error))
    return facts(Finding.WEBHOOK_INSTALLED)


def rotate_secret(member: Membership, account_id: UUID) -> None:
    """Make a second endpoint with a new secret; deliveries of the former are believed until it is removed."""
    account, health = _claimed(member, account_id)
    try:
        rotate(account, health)
    except ProcessorError as error:
        raise _refused(error) from error
    finally:
        release_repair(health)


def send_test_event(member: Membership, account_id: UUID) -> None:
    """Look at the endpoints, and begin a round trip."""
    account = _account(member, account_id)
    try:
        look(account)
        prove(account)
    except ProcessorError as error:
        raise _refused(error) from error


def remove_old_endpoints(member: Membership, account_id: UUID) -> int:
    """Remove endpoints that we made and no longer need; returns how many."""
    # Claimed, because one that is being made now has no known secret yet.
    account, health = _claimed(member, account_id)
    try:
        with within(REPAIR_WITHIN):
            look(account, counts_undelivered=False)
            return remove_stale(account)
    except ProcessorError as error:
        raise _refused(error) from error
    finally:
        release_repair(health)


def set_healing(member: Membership, account_id: UUID, *, heals_itself: bool) -> None:
    """Choose whether a dead endpoint of ours is made again by itself."""
    account = _account(member, account_id)
    made_health_of(account)
    rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)

    def work() -> None:
        before = rows.values_list("heals_itself", flat=True).first()
        rows.update(heals_itself=heals_itself)
        record_change(
            member,
            AuditKind.SETTINGS,
            name_in_log(account),
            {"webhook_heals": bool(before)},
            {"webhook_heals": heals_itself},
        )

    transact(work)


def _account(member: Membership, account_id: UUID) -> ProcessorAccount:
    require(member, Can.SET_UP_PAYMENTS)
    return account_of(member.tenant_id, account_id)


def _claimed(member: Membership, account_id: UUID) -> tuple[ProcessorAccount, AccountHealth]:
    account = _account(member, account_id)
    health = claim_repair(account, is_pressed=True)
    if health is None:
        raise Conflict(Code.WEBHOOK_BUSY)
    return account, health


def _refused(error: ProcessorError) -> Unavailable:
    return Unavailable(Code.WEBHOOK_REFUSED, reason=reason_of(error))
