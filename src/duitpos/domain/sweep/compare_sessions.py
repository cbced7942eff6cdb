"""Compare the sessions started at the processor with our payments: only this finds payments lost by a restore (M74).

Every comparison covers the last hour again. Its position (`sessions_seen_to`) is in the same database as the payments,
so restoring a backup resets both, and the next comparisons cover everything since.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db.models import Q

from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.book_missing import book_missing
from duitpos.domain.payments.processors.connect import open_account
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.payment_setup import MANUAL_KINDS
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)
OVERLAP = timedelta(hours=1)
"""A session is valid for 45 minutes: one that was open at the last comparison is seen paid at a later one."""
WINDOW = timedelta(days=1)
"""The period of one listing; usually only the time since the last one is listed."""
MOST_WINDOWS = 5
"""Per call; the next calls list the rest of a longer period."""
LONGEST = timedelta(days=90)


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
        found = book_missing(tenant, account, snapshots, Actor("sweep"))
        booked += len(found.references)
        if found.failed:
            return booked  # the position stays, so this window is listed again next time
        ProcessorAccount.objects.filter(tenant=tenant, id=account.id).update(sessions_seen_to=ends)
        if ends >= at or time.monotonic() >= until:
            break
        since = ends - OVERLAP
    return booked


def compare_all_again() -> int:
    """Reset the position of every account at a processor, so that all its sessions are compared again.

    For `duitpos adopt`. Returns how many accounts.
    """
    return sum(
        ProcessorAccount.objects.filter(~Q(processor__in=MANUAL_KINDS), tenant_id=tenant_id).update(
            sessions_seen_to=None, events_seen_to=None, next_events_at=now(), idle_asks=0
        )
        for tenant_id in Tenant.objects.values_list("id", flat=True)
    )
