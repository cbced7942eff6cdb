"""The periodic repair: finds payments, refunds, events and outbox entries that webhook, browser and queue lost (M72).

Concurrent sweeps are safe: a guarded update claims every item, and settle() applies what is found about a payment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import F, Q

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.errors import DomainError, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import handle_event
from duitpos.domain.payments.outbox.run import run_outbox
from duitpos.domain.payments.problems import EXPECTED, record_refused_key, recording_errors
from duitpos.domain.payments.processors.connect import missing_fields, open_account, stored_or_none
from duitpos.domain.payments.refunds.apply_refund import open_refund_alert
from duitpos.domain.payments.refunds.send_refund import heal_refund
from duitpos.domain.processor_accounts.accounts import recheck
from duitpos.domain.reasons import Reason
from duitpos.domain.sweep.compare_sessions import compare_sessions
from duitpos.domain.sweep.payments import check_payment, claim, due_payments
from duitpos.kit.clean_text import first_line
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.logs import redact
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import outside_database, transact
from duitpos.models import OutboxEntry, Payment, ProcessorAccount, Refund, Tenant
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.models.refund import RefundStatus
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)
PATIENCE = 20.0
"""Seconds that a sweep spends on one restaurant."""
REFUND_LEASE = timedelta(seconds=45)
"""The time after which another sweep may claim a refund whose call got no response."""
EVENTS_EVERY = timedelta(minutes=3)
EVENTS_OVERLAP = timedelta(minutes=10)
EVENTS_MARGIN = timedelta(days=1)
"""The last day before the processor forgets its events is not asked for, because its clock may differ."""


@dataclass(slots=True)
class SweepReport:
    """The number of handled items and errors of one sweep."""

    payments: int = 0
    refunds: int = 0
    events: int = 0
    outbox: int = 0
    errors: int = 0


def sweep(limit: int = 100) -> SweepReport:
    """Handle everything due, tenant by tenant, at most `limit` rows of each kind per tenant."""
    report = SweepReport()
    for tenant in tenants_with_due_work():
        failed = alone(partial(sweep_tenant, tenant, report, limit))
        if failed is not None:
            report.errors += 1
    return report


def alone(work: Callable[[], object]) -> Exception | None:
    """Run one item; an error is logged and returned, so that the other items are still handled.

    The error of an unavailable database does not concern this item: it is raised, and ends the sweep.
    """
    try:
        work()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("sweep_piece_failed")
        return error
    return None


def tenants_with_due_work() -> list[Tenant]:
    """Tenants with due work: the worker's only query across tenants (decision 0002, rule 5)."""
    at = now()
    live_of_paused = Q(status__in=LIVE_ATTEMPT, account__paused_at__isnull=False)
    with across_tenants("the worker lists tenants that have due work, then works inside one at a time"):
        ids: set[UUID] = set()
        ids.update(
            Payment.objects.filter(next_check_at__lte=at)
            .exclude(live_of_paused)
            .values_list("tenant_id", flat=True)
            .distinct()
        )
        ids.update(
            Refund.objects.filter(next_check_at__lte=at).values_list("tenant_id", flat=True).distinct()
        )
        ids.update(OutboxEntry.objects.filter(due_at__lte=at).values_list("tenant_id", flat=True).distinct())
        ids.update(
            ProcessorAccount.objects.filter(_is_due(at)).values_list("tenant_id", flat=True).distinct()
        )
        return list(Tenant.objects.filter(id__in=ids).order_by("slug"))


def sweep_tenant(tenant: Tenant, report: SweepReport, limit: int = 100) -> None:
    """Handle one tenant's due work. An error of one item is logged and does not stop the others.

    Each call to a hanging processor takes ten seconds: after PATIENCE the sweep goes on with the next restaurant, and
    unclaimed items are due again at the next sweep.
    """
    until = time.monotonic() + PATIENCE
    first = cache.get(_turn_of(tenant), 0)
    failures = []
    for step in range(len(KINDS)):
        kind = KINDS[(first + step) % len(KINDS)]
        failed = alone(partial(kind, tenant, report, limit, until))
        if failed is not None:
            report.errors += 1
            failures.append(failed)
    _tell_of_failures(tenant, failures)
    if time.monotonic() >= until:
        # Start with another kind next time: while the processor hangs, only the first kind gets handled.
        cache.set(_turn_of(tenant), (first + 1) % len(KINDS), timeout=None)


def _tell_of_failures(tenant: Tenant, failures: list[Exception]) -> None:
    """Open an alert when a kind of work failed as a whole; the next sweep without failures resolves it."""
    at, kind, noticed = now(), AlertKind.SWEEP_FAILED, f"sweep-failed:{tenant.id}"
    if failures:
        about = {"reason": facts(Reason.INTERNAL_ERROR, error=redact(first_line(failures[0])))}
        transact(lambda: reopen_alert(tenant.id, kind, tenant.id, at, facts=about))
        transact(lambda: open_alert(tenant.id, kind, tenant.id, at, facts=about))
        cache.set(noticed, True, timeout=None)
    elif cache.get(noticed):
        transact(lambda: resolve(tenant.id, at, facts(Resolution.CHECK_WENT_THROUGH), kind=kind))
        cache.delete(noticed)


def _turn_of(tenant: Tenant) -> str:
    return f"sweep-first:{tenant.id}"


def _sweep_payments(tenant: Tenant, report: SweepReport, limit: int, until: float) -> None:
    for payment in list(due_payments(tenant.id, limit)):
        if time.monotonic() >= until:
            return
        if claim(payment):
            report.payments += _guarded(report, partial(_check, payment))


def _check(payment: Payment) -> None:
    with recording_errors(payment):
        check_payment(payment)


def _sweep_refunds(tenant: Tenant, report: SweepReport, limit: int, until: float) -> None:
    for refund in _due_refunds(tenant, limit, until):
        report.refunds += _guarded(report, partial(_heal, refund))


def _heal(refund: Refund) -> None:
    try:
        heal_refund(refund)
    except EXPECTED:
        raise
    except Exception:
        reason = facts(Reason.REFUND_NOT_BOOKED)
        transact(lambda: open_refund_alert(refund, refund.payment, reason, now()))
        raise


def _sweep_accounts(tenant: Tenant, report: SweepReport, limit: int, until: float) -> None:
    for account in _due_accounts(tenant, until):
        report.events += _guarded(report, partial(_ask_account, tenant, account, until))


def _sweep_outbox(tenant: Tenant, report: SweepReport, limit: int, until: float) -> None:
    report.outbox += run_outbox(tenant.id, limit, until)


KINDS = (_sweep_payments, _sweep_refunds, _sweep_accounts, _sweep_outbox)


def _guarded(report: SweepReport, work: Callable[[], object]) -> int:
    if alone(work) is None:
        return 1
    report.errors += 1
    return 0


def _due_refunds(tenant: Tenant, limit: int, until: float) -> Iterator[Refund]:
    at = now()
    watched = (RefundStatus.CREATED, RefundStatus.PENDING, RefundStatus.SUCCEEDED)
    rows = Refund.objects.filter(tenant=tenant, next_check_at__lte=at, status__in=watched).order_by(
        "next_check_at"
    )
    for refund in list(rows[:limit]):
        if time.monotonic() >= until:
            return
        # Long enough for two calls of ten seconds each; the result then sets the next check.
        again = at + (REFUND_LEASE if refund.status == RefundStatus.CREATED else _refund_pause(refund))
        mine = Refund.objects.filter(tenant=tenant, id=refund.id, next_check_at=refund.next_check_at)
        if mine.update(next_check_at=again, checks=F("checks") + 1):
            yield refund


def _refund_pause(refund: Refund) -> timedelta:
    pause: timedelta = timedelta(minutes=3) * 2 ** min(refund.checks, 6)
    return pause


def _is_due(at: datetime) -> Q:
    """Whether an account is due. For a paused one only what it uses, or what waits to be used, is checked."""
    return Q(next_events_at__lte=at)


def _ask_account(tenant: Tenant, account: ProcessorAccount, until: float) -> None:
    stored = stored_or_none(account)
    if account.paused_at is not None or (stored is not None and stored.waiting):
        _try_key_again(account)
    now_there = ProcessorAccount.objects.filter(tenant=tenant, id=account.id).first()
    if now_there is None or now_there.paused_at is not None or not _can_be_asked(now_there):
        return
    # What a processor cannot list is found by the guest's return and by each payment's own checks.
    can = adapter(account.processor).can
    if can.events_kept:
        fetch_missed_events(tenant, now_there, until)
    if can.lists_started and time.monotonic() < until:
        compare_sessions(tenant, now_there, until)


def _can_be_asked(account: ProcessorAccount) -> bool:
    """Whether there is something in use to ask with. What cannot be read counts: asking with it records why not."""
    stored = stored_or_none(account)
    return stored is None or not missing_fields(account.processor, stored.current)


def _try_key_again(account: ProcessorAccount) -> None:
    """Recheck a key that could not be checked when it was pasted, or one that was refused, perhaps temporarily.

    Retries after 3, 6, 12 … minutes. While the key is refused, its alert is opened again even if staff resolved it.
    """
    turn = f"key-again:{account.id}"
    tries = cache.get(f"{turn}:tries", 0)
    if not cache.add(turn, True, timeout=EVENTS_EVERY.total_seconds() * 2**tries - 30):
        return
    cache.set(f"{turn}:tries", min(tries + 1, 6), timeout=86400)
    try:
        recheck(account)
    except DomainError as error:
        log.warning("key_not_tried_again", account=str(account.id), problem=str(error))
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    if rows.filter(paused_at__isnull=False).exists():
        reopen_alert(account.tenant_id, AlertKind.KEY_REFUSED, account.id, now())


def _due_accounts(tenant: Tenant, until: float) -> Iterator[ProcessorAccount]:
    at = now()
    rows = ProcessorAccount.objects.filter(_is_due(at), tenant=tenant)
    for account in list(rows):
        if time.monotonic() >= until:
            return
        mine = ProcessorAccount.objects.filter(
            tenant=tenant, id=account.id, next_events_at=account.next_events_at
        )
        if mine.update(next_events_at=at + EVENTS_EVERY):
            yield account


def fetch_missed_events(tenant: Tenant, account: ProcessorAccount, until: float) -> int:
    """Handle undelivered events like webhooks, so that no event is applied twice; returns how many.

    Events not started by `until` (monotonic) are listed again next time.
    """
    started = now()
    since = _since(account, started)
    try:
        processor = open_account(account)
        with outside_database():
            events = list(processor.undelivered(since))
    except ProcessorError as error:
        _could_not_list(account, error)
        return 0
    except Unavailable:
        return 0
    left, taken = [], 0
    for event in events:
        verified = VerifiedEvent(tenant, account, event, Actor("sweep"))
        if time.monotonic() >= until or handle_event(verified).status != 200:
            left.append(event.created_at or started)
        else:
            taken += 1
    # Unhandled events are listed again next time, however old they are by then.
    seen_to = min([started, *left])
    ProcessorAccount.objects.filter(tenant=tenant, id=account.id).update(events_seen_to=seen_to)
    return taken


def _could_not_list(account: ProcessorAccount, error: ProcessorError) -> None:
    log.warning("events_not_listed", account=str(account.id), failure=error.failure.value)
    # A restricted key may lack only the permission to list events.
    if error.failure == Failure.KEY_REFUSED:
        record_refused_key(account)


def _since(account: ProcessorAccount, at: datetime) -> datetime:
    kept = adapter(account.processor).can.events_kept or timedelta(0)
    earliest = at - max(kept - EVENTS_MARGIN, timedelta(0))
    seen = account.events_seen_to or account.created_at
    return max(earliest, seen - EVENTS_OVERLAP)
