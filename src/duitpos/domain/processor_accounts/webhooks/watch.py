"""Watch an account's webhook from the worker: look, judge, tell staff, and repair what is ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.alerts.tell import queue_mail
from duitpos.domain.errors import DomainError
from duitpos.domain.processor_accounts.health import made_health_of
from duitpos.domain.processor_accounts.webhooks.judge import (
    GONE,
    MENDABLE,
    WebhookFinding,
    WebhookReport,
    WebhookState,
    endpoint_here,
    endpoint_known,
    judge,
    lost_endpoints,
)
from duitpos.domain.processor_accounts.webhooks.look import (
    address_of,
    has_webhook,
    look,
    note_missed,
)
from duitpos.domain.processor_accounts.webhooks.repair import (
    REPAIR_WITHIN,
    claim_repair,
    end_proof,
    release_repair,
    remove_lost,
    repair,
)
from duitpos.domain.processor_accounts.webhooks.signatures import NOISE, newest_problem
from duitpos.kit.clock import now
from duitpos.kit.deadline import within
from duitpos.kit.facts import facts
from duitpos.kit.transact import transact
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment_setup import AccountState
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)
LOOK_EVERY = timedelta(minutes=20)
"""The sweep asks an idle account every 30 minutes, so that it looks each time; a busy one it asks more often."""
FIRST_WAIT = timedelta(minutes=5)
MOST_WAITS = 6
"""A repair that did not help is tried again after 5, 10, 20 … minutes, at most every 5 hours."""
IMPERFECT = (
    WebhookFinding.NEEDED_EVENTS_MISSING,
    WebhookFinding.EVENTS_MISSING,
    WebhookFinding.OTHER_VERSION,
    WebhookFinding.SECRET_LOST,
)
"""What is put right at an endpoint of ours that is there."""


def watch_webhook(account: ProcessorAccount) -> WebhookReport | None:
    """Judge the webhook of an account in use, open or resolve its alert, and repair it if it is ours and allowed.

    Call it with no transaction open. None for an account that has no webhook to watch.
    """
    if account.state != AccountState.ACTIVE or not has_webhook(account):
        return None
    health = made_health_of(account)
    if health.proof_reference and health.proof_sent_at is None:
        _end_proof(account, health.proof_reference)
    missed_before = health.missed_at
    health = note_missed(account, health)
    asked = health.endpoints_asked_at or health.endpoints_seen_at
    is_due = asked is None or asked < now() - LOOK_EVERY
    is_missed = health.missed_at != missed_before
    if is_due or is_missed:
        # The sweep lists what is undelivered itself; it is counted when there is evidence of a fault.
        health = look(account, counts_undelivered=is_missed or _has_bad_signature(account))
    report = judge(account, health, address_of(account), now())
    _tell(account, health, report)
    if cure := _cure(account, health, report):
        _heal(account, cure)
    return report


def _has_bad_signature(account: ProcessorAccount) -> bool:
    problem = newest_problem(account)
    return problem is not None and problem[0] not in NOISE


def refresh(account: ProcessorAccount) -> WebhookReport:
    """Judge what is stored, and open or resolve the alert."""
    account.refresh_from_db()
    health = made_health_of(account)
    report = judge(account, health, address_of(account), now())
    _tell(account, health, report)
    return report


def _tell(account: ProcessorAccount, health: AccountHealth, report: WebhookReport) -> None:
    """Open the alert when the webhook goes down and resolve it when it works; a guarded update decides who does it."""
    tenant_id, at, kind = account.tenant_id, now(), AlertKind.WEBHOOK_DOWN
    rows = AccountHealth.objects.filter(tenant_id=tenant_id, id=health.id)

    def down() -> None:
        if rows.filter(down_since__isnull=True).update(down_since=report.at or at):
            reopen_alert(tenant_id, kind, account.id, at)
            open_alert(tenant_id, kind, account.id, at, account=account)
            queue_mail(tenant_id, kind, account.id, at)

    def up() -> None:
        if rows.filter(down_since__isnull=False).update(down_since=None, heal_tries=0, next_heal_at=None):
            resolve(tenant_id, at, facts(Resolution.WEBHOOK_WORKS), kind=kind, subject_id=account.id)

    if report.state == WebhookState.DOWN and health.down_since is None:
        transact(down)
    if report.state == WebhookState.WORKING and health.down_since is not None:
        transact(up)


def _cure(
    account: ProcessorAccount, health: AccountHealth, report: WebhookReport
) -> Callable[[AccountHealth], None] | None:
    """What may be put right by itself, and how. One that a person made is theirs to change."""
    if not health.heals_itself or health.endpoints_problem:
        return None
    address = address_of(account)
    here = endpoint_here(health, address)
    was_ours = endpoint_known(health) or health.healed_at is not None
    is_gone = was_ours and report.state == WebhookState.DOWN and report.has(*GONE)
    if is_gone or (here is not None and here.is_ours and report.has(*IMPERFECT)):
        return lambda claimed: repair(account, claimed)
    if lost_endpoints(account, health, address):
        return lambda claimed: _remove_lost(account)
    return None


def _heal(account: ProcessorAccount, cure: Callable[[AccountHealth], None]) -> None:
    health = claim_repair(account)
    if health is None:
        return
    try:
        cure(health)
    except (ProcessorError, DomainError) as error:
        log.warning("webhook_not_repaired", account=str(account.id), problem=type(error).__name__)
    account.refresh_from_db()
    after = judge(account, made_health_of(account), address_of(account), now())
    if after.state != WebhookState.DOWN and not after.has(*MENDABLE):
        return release_repair(health, forgets_tries=True)
    # Also after a success: only a delivery shows that it helped.
    release_repair(health, wait=FIRST_WAIT * 2 ** min(health.heal_tries - 1, MOST_WAITS))


def _remove_lost(account: ProcessorAccount) -> None:
    with within(REPAIR_WITHIN):
        look(account, counts_undelivered=False)
        remove_lost(account)


def _end_proof(account: ProcessorAccount, reference: str) -> None:
    try:
        end_proof(account, reference)
    except (ProcessorError, DomainError) as error:
        log.warning("webhook_proof_not_ended", account=str(account.id), problem=type(error).__name__)
        if isinstance(error, ProcessorError) and error.is_definite:
            # Another account's, or forgotten: its event will never come.
            rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
            rows.filter(proof_reference=reference).update(proof_reference="")
