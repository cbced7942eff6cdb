"""The periodic repair: finds payments, refunds and events that webhook and browser lost (M72).

The unit of work is a processor account: one restaurant at one processor, so that neither a slow restaurant nor a slow
processor holds up another (jobs/worker.py runs them side by side). Concurrent sweeps are safe: a guarded update claims
every item, and settle() applies what is found about a payment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import F, Q

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.payments.problems import EXPECTED, recording_errors
from duitpos.domain.payments.refunds.apply_refund import open_refund_alert
from duitpos.domain.payments.refunds.send_refund import heal_refund
from duitpos.domain.reasons import Reason
from duitpos.domain.sweep.ask_account import ask_account, claim_account
from duitpos.domain.sweep.payments import check_payment, claim, due_payments
from duitpos.kit.clean_text import first_line
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.logs import redact
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import transact
from duitpos.models import Payment, ProcessorAccount, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.models.refund import RefundStatus
from duitpos.processors.registry import ADAPTERS

log = structlog.get_logger(__name__)
PATIENCE = 20.0
"""Seconds that a sweep spends on one account."""
REFUND_LEASE = timedelta(seconds=45)
"""The time after which another sweep may claim a refund whose call got no response."""
WATCHED_REFUNDS = (RefundStatus.CREATED, RefundStatus.PENDING, RefundStatus.SUCCEEDED)


@dataclass(slots=True)
class SweepReport:
    """The number of handled items and errors of one sweep."""

    payments: int = 0
    refunds: int = 0
    events: int = 0
    errors: int = 0


def sweep(limit: int = 100) -> SweepReport:
    """Handle everything due in this thread, account by account, at most `limit` rows of each kind per account."""
    report = SweepReport()
    for account in accounts_with_due_work():
        failed = alone(partial(sweep_account, account, report, limit))
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


def accounts_with_due_work() -> list[ProcessorAccount]:
    """Accounts with due work, by restaurant: the sweep's only query across tenants (decision 0002, rule 5)."""
    at = now()
    live_of_paused = Q(status__in=LIVE_ATTEMPT, account__paused_at__isnull=False)
    payments = Payment.objects.filter(next_check_at__lte=at).exclude(live_of_paused)
    refunds = Refund.objects.filter(next_check_at__lte=at, status__in=WATCHED_REFUNDS)
    accounts = ProcessorAccount.objects.filter(next_events_at__lte=at)
    with across_tenants("the worker lists accounts that have due work, then works inside one at a time"):
        ids: set[UUID] = set()
        ids.update(payments.values_list("account_id", flat=True).distinct())
        ids.update(refunds.values_list("payment__account_id", flat=True).distinct())
        ids.update(accounts.values_list("id", flat=True))
        rows = ProcessorAccount.objects.filter(id__in=ids).select_related("tenant")
        return list(rows.order_by("tenant__slug", "created_at", "id"))


def lane_of(account: ProcessorAccount) -> str:
    """Whom the account's work waits for: accounts of one lane are slow together."""
    # No processor is asked about what staff took, so one lane is enough for all of it.
    return "manual" if account.is_manual else account.api_base or account.processor


def most_lanes() -> int:
    """How many values `lane_of` has at most."""
    return len(ADAPTERS) + 1 + len(settings.SANDBOX_URLS)


def sweep_account(account: ProcessorAccount, report: SweepReport, limit: int = 100) -> None:
    """Handle one account's due work. An error of one item is logged and does not stop the others.

    Each call to a hanging processor takes ten seconds: after PATIENCE no further item is started, and those that are
    not claimed are due again at the next sweep.
    """
    until = time.monotonic() + PATIENCE
    first = cache.get(_turn_of(account), 0)
    failures = []
    for step in range(len(KINDS)):
        kind = KINDS[(first + step) % len(KINDS)]
        failed = alone(partial(kind, account, report, limit, until))
        if failed is not None:
            report.errors += 1
            failures.append(failed)
    _tell_of_failures(account, failures)
    if time.monotonic() >= until:
        # Start with another kind next time: while the processor hangs, only the first kind gets handled.
        cache.set(_turn_of(account), (first + 1) % len(KINDS), timeout=None)


def _tell_of_failures(account: ProcessorAccount, failures: list[Exception]) -> None:
    """Open an alert when a kind of work failed as a whole; the next sweep without failures resolves it."""
    tenant_id, at, kind, noticed = (
        account.tenant_id,
        now(),
        AlertKind.SWEEP_FAILED,
        f"sweep-failed:{account.id}",
    )
    if failures:
        about = {"reason": facts(Reason.INTERNAL_ERROR, error=redact(first_line(failures[0])))}
        transact(lambda: reopen_alert(tenant_id, kind, account.id, at, facts=about))
        transact(lambda: open_alert(tenant_id, kind, account.id, at, account=account, facts=about))
        cache.set(noticed, True, timeout=None)
    elif cache.get(noticed):
        went_through = facts(Resolution.CHECK_WENT_THROUGH)
        transact(lambda: resolve(tenant_id, at, went_through, kind=kind, subject_id=account.id))
        cache.delete(noticed)


def _turn_of(account: ProcessorAccount) -> str:
    return f"sweep-first:{account.id}"


def _sweep_payments(account: ProcessorAccount, report: SweepReport, limit: int, until: float) -> None:
    for payment in list(due_payments(account, limit)):
        if time.monotonic() >= until:
            return
        if claim(payment):
            report.payments += _guarded(report, partial(_check, payment))


def _check(payment: Payment) -> None:
    with recording_errors(payment):
        check_payment(payment)


def _sweep_refunds(account: ProcessorAccount, report: SweepReport, limit: int, until: float) -> None:
    for refund in _due_refunds(account, limit, until):
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


def _ask_account(account: ProcessorAccount, report: SweepReport, limit: int, until: float) -> None:
    row = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).first()
    if row is not None and time.monotonic() < until and claim_account(row):
        report.events += _guarded(report, partial(ask_account, row, until))


KINDS = (_sweep_payments, _sweep_refunds, _ask_account)


def _guarded(report: SweepReport, work: Callable[[], object]) -> int:
    if alone(work) is None:
        return 1
    report.errors += 1
    return 0


def _due_refunds(account: ProcessorAccount, limit: int, until: float) -> Iterator[Refund]:
    at, tenant_id = now(), account.tenant_id
    rows = Refund.objects.filter(
        tenant_id=tenant_id, payment__account_id=account.id, next_check_at__lte=at, status__in=WATCHED_REFUNDS
    )
    for refund in list(rows.order_by("next_check_at")[:limit]):
        if time.monotonic() >= until:
            return
        # Long enough for two calls of ten seconds each; the result then sets the next check.
        again = at + (REFUND_LEASE if refund.status == RefundStatus.CREATED else _refund_pause(refund))
        mine = Refund.objects.filter(tenant_id=tenant_id, id=refund.id, next_check_at=refund.next_check_at)
        if mine.update(next_check_at=again, checks=F("checks") + 1):
            yield refund


def _refund_pause(refund: Refund) -> timedelta:
    pause: timedelta = timedelta(minutes=3) * 2 ** min(refund.checks, 6)
    return pause
