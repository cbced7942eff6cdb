"""List what the processor charged, and book it: a fee may be told an hour after its payment, by no event that we need.

One call lists a hundred fees of an account, however many payments it has. Every listing covers the last hours again,
and begins earlier while the payment or refund of a fee is not booked here yet.
"""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.core.cache import cache

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.settlement.fees import book_fees
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import ProcessorAccount, Tenant
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=10)
OVERLAP = timedelta(hours=2)
"""A fee is told within an hour, and dated when its payment was made."""
WINDOW = timedelta(days=1)
"""The period of one listing; usually only the time since the last one is listed."""
MOST_WINDOWS = 5
"""Per look; the next looks list the rest of a longer period."""
LONGEST = timedelta(days=90)
SHORTEST = timedelta(minutes=15)
"""The period of a listing after several that failed; OVERLAP comes before it."""
KEPT = 86400
"""Seconds after which the usual period is tried again."""
WAIT = timedelta(days=3)
"""How long listings begin at a fee whose payment is not booked here; later a look at the payment is needed anyway."""


def look_at_fees(tenant: Tenant, account: ProcessorAccount, until: float) -> int:
    """Book the account's new fees; returns how many. No listing starts after `until` (monotonic)."""
    if not cache.add(f"fees:{account.id}", True, timeout=EVERY.total_seconds()):
        return 0
    at, window = now(), _window(account)
    since = max(account.fees_seen_to or account.created_at, at - LONGEST) - OVERLAP
    booked = 0
    for _ in range(MOST_WINDOWS):
        ends = min(since + window + OVERLAP, at)
        try:
            processor = open_account(account)
            with outside_database():
                # The last window ends in the future, since the processor's clock may be ahead of ours.
                fees = list(processor.fees_between(since, ends + OVERLAP if ends >= at else ends))
        except (ProcessorError, Unavailable) as error:
            # A restricted key may lack only the permission to list fees.
            log.warning("fees_not_listed", account=str(account.id), problem=str(error))
            # A listing that was too long for its deadline must not be as long again.
            cache.set(_key(account), max(window / 2, SHORTEST).total_seconds(), timeout=KEPT)
            return booked
        found = book_fees(tenant, account, fees)
        booked += found.booked
        waits = found.waits_since
        seen_to = ends if waits is None else min(ends, max(waits, at - WAIT))
        ProcessorAccount.objects.filter(tenant=tenant, id=account.id).update(fees_seen_to=seen_to)
        if seen_to < ends or ends >= at or time.monotonic() >= until:
            break
        since = ends - OVERLAP
    return booked


def _window(account: ProcessorAccount) -> timedelta:
    return timedelta(seconds=cache.get(_key(account), WINDOW.total_seconds()))


def _key(account: ProcessorAccount) -> str:
    return f"fees-window:{account.id}"
