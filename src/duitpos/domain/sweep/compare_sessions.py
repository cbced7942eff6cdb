"""Compare the sessions started at the processor with our payments: only this finds payments lost by a restore (M74).

Every comparison covers the last hour again. Its position (`sessions_seen_to`) is in the same database as the payments,
so restoring a backup resets both, and the next comparisons cover everything since.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError

from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.apply_event import apply_payment
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import further_of_page
from duitpos.domain.payments.refunds.refunds_seen import apply_refunds_seen, look_at_refunds
from duitpos.domain.payments.settlement.match_payment import names_us, payment_of_snapshot
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.errors import ProcessorError
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState

log = structlog.get_logger(__name__)
OVERLAP = timedelta(hours=1)
"""A session is valid for 45 minutes: one that was open at the last comparison is seen paid at a later one."""
WINDOW = timedelta(days=1)
"""The period of one listing; usually only the time since the last one is listed."""
MOST_WINDOWS = 5
"""Per call; the next calls list the rest of a longer period."""
LONGEST = timedelta(days=90)


@dataclass(slots=True)
class Found:
    """Paid sessions that our payments lacked: how many were booked, and how many could not be."""

    booked: int = 0
    failed: int = 0


def compare_sessions(tenant: Tenant, account: ProcessorAccount, until: float) -> int:
    """Book our paid sessions without a succeeded payment; returns how many. None starts after `until` (monotonic)."""
    at = now()
    since = max(account.sessions_seen_to or account.created_at, at - LONGEST) - OVERLAP
    booked = 0
    for _ in range(MOST_WINDOWS):
        ends = min(since + WINDOW + OVERLAP, at)
        try:
            processor = open_account(account)
            with outside_database():
                # The last window ends in the future, since the processor's clock may be ahead of ours.
                snapshots = list(processor.started_between(since, ends + OVERLAP if ends >= at else ends))
        except (ProcessorError, Unavailable) as error:
            # A restricted key may lack only the permission to list sessions.
            log.warning("sessions_not_listed", account=str(account.id), problem=str(error))
            return booked
        found = _book_missing(tenant, account, snapshots)
        booked += found.booked
        if found.failed:
            return booked  # the position stays, so this window is listed again next time
        ProcessorAccount.objects.filter(tenant=tenant, id=account.id).update(sessions_seen_to=ends)
        if ends >= at or time.monotonic() >= until:
            break
        since = ends - OVERLAP
    return booked


def compare_all_again() -> int:
    """Reset every account's position, so that all its sessions are compared again; returns how many accounts.

    For `duitpos adopt`.
    """
    return sum(
        ProcessorAccount.objects.filter(tenant_id=tenant_id).update(
            sessions_seen_to=None, events_seen_to=None, next_events_at=now(), idle_asks=0
        )
        for tenant_id in Tenant.objects.values_list("id", flat=True)
    )


def _book_missing(tenant: Tenant, account: ProcessorAccount, snapshots: Iterable[PaymentSnapshot]) -> Found:
    ours = [one for one in snapshots if one.state == SnapshotState.PAID and names_us(tenant, one.correlation)]
    known = Payment.objects.filter(tenant=tenant, reference__in=[one.reference for one in ours])
    settled = set(known.filter(status=PaymentStatus.SUCCEEDED).values_list("reference", flat=True))
    missing = [one for one in ours if one.reference not in settled]
    found = Found()
    for snapshot in missing:
        try:
            _book(tenant, account, snapshot)
            found.booked += 1
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One session that cannot be booked must not stop the others.
            log.exception("missing_session_not_booked", tenant=tenant.slug, reference=snapshot.reference)
            found.failed += 1
    return found


def _book(tenant: Tenant, account: ProcessorAccount, snapshot: PaymentSnapshot) -> None:
    payment = payment_of_snapshot(account, snapshot)
    if payment is not None and not are_one(payment.account, account):
        payment = None
    log.warning("paid_session_was_missing", tenant=tenant.slug, reference=snapshot.reference)
    transact(partial(apply_payment, tenant, account, payment, snapshot, Actor("sweep")))
    if payment is not None:
        return
    # It may already be refunded: then staff need not decide.
    adopted = payment_of_snapshot(account, snapshot)
    if adopted is None:
        return
    for one in [adopted, *(further_of_page(adopted) if snapshot.charges[1:] else [])]:
        look = look_at_refunds(one)
        transact(partial(apply_refunds_seen, look))
