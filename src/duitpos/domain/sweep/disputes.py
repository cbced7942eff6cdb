"""List an account's disputes, so that one is found without any event, and an open one is followed to its end (M66)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.core.cache import cache
from django.db.models import Min

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.disputes.disputes import apply_dispute
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import payment_of_references
from duitpos.domain.payments.settlement.match_payment import names_us, payment_of_correlation
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Dispute, Payment, ProcessorAccount, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.errors import ProcessorError
from duitpos.processors.snapshots import DISPUTE_OVER, DisputeSnapshot

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=10)
OVERLAP = timedelta(hours=2)
LONGEST = timedelta(days=365)
"""An open dispute that is older is no longer followed."""
WAIT = timedelta(days=3)
"""How long listings begin at a dispute of ours whose payment is not booked here."""


def look_at_disputes(tenant: Tenant, account: ProcessorAccount, until: float) -> int:
    """Apply the account's new and open disputes; returns how many changed. One listing, usually of one call."""
    if time.monotonic() >= until or not cache.add(
        f"disputes:{account.id}", True, timeout=EVERY.total_seconds()
    ):
        return 0
    # Before the question: what an event says of a later moment is newer than the answer.
    asked_at = now()
    since = _since(account, asked_at)
    try:
        processor = open_account(account)
        with outside_database():
            snapshots = list(processor.disputes_since(since))
    except (ProcessorError, Unavailable) as error:
        # A restricted key may lack only the permission to list disputes.
        log.warning("disputes_not_listed", account=str(account.id), problem=str(error))
        return 0
    changed, waits = _apply(tenant, account, snapshots, asked_at)
    seen_to = asked_at if waits is None else max(waits, asked_at - WAIT)
    ProcessorAccount.objects.filter(tenant=tenant, id=account.id).update(disputes_seen_to=seen_to)
    return changed


def _since(account: ProcessorAccount, at: datetime) -> datetime:
    """From the oldest that is open here, or from the last listing on."""
    rows = Dispute.objects.filter(tenant_id=account.tenant_id, payment__account_id=account.id)
    oldest = rows.exclude(status__in=DISPUTE_OVER).aggregate(at=Min("opened_at"))["at"]
    begins = account.disputes_seen_to or account.created_at
    return max(min(begins, oldest or begins) - OVERLAP, at - LONGEST)


def _apply(
    tenant: Tenant, account: ProcessorAccount, snapshots: Iterable[DisputeSnapshot], asked_at: datetime
) -> tuple[int, datetime | None]:
    changed, waiting = 0, []
    for snapshot in snapshots:
        payment = _payment_of(tenant, account, snapshot)
        if payment is not None and payment.status == PaymentStatus.SUCCEEDED:
            outcome = transact(partial(apply_dispute, payment, snapshot, asked_at))
            changed += outcome != "already"
        elif payment is not None or names_us(tenant, snapshot.correlation):
            # The sweep books the payment first.
            waiting.append(snapshot.opened_at)
    return changed, min(waiting, default=None)


def _payment_of(tenant: Tenant, account: ProcessorAccount, snapshot: DisputeSnapshot) -> Payment | None:
    payment = payment_of_references(account, snapshot.payment)
    if payment is None and names_us(tenant, snapshot.correlation):
        payment = payment_of_correlation(tenant.id, snapshot.correlation)
    return payment if payment is not None and are_one(payment.account, account) else None
