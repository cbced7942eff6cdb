"""Run due outbox entries, each at least once (M57).

An entry runs twice when its worker crashes after the work and before marking it done, or when the work takes longer
than the LEASE. Concurrent workers never run the same entry while its lease lasts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db.models import F, QuerySet

from duitpos.domain.alerts.open import open_alert
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.outbox.details import fetch_details
from duitpos.domain.payments.outbox.due import DueEntries, due_entries
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit import clock
from duitpos.kit.clean_text import first_line
from duitpos.kit.facts import Facts, facts
from duitpos.kit.logs import redact
from duitpos.kit.transact import transact
from duitpos.models import OutboxEntry
from duitpos.models.alert import AlertKind
from duitpos.models.outbox import OutboxKind
from duitpos.processors.errors import ProcessorError

LEASE = timedelta(minutes=5)
"""The time after which another worker may claim an entry: longer than any work takes."""
MOST_TRIES = 8
PATIENCE = 20.0
"""Seconds after which no further entry of one restaurant is started; the rest stay due."""
Work = Callable[[OutboxEntry], str]
_ASKED = frozenset({OutboxKind.DAY_CLOSE})
"""Kinds whose failure opens an alert: staff wait for them, and see nowhere else that they do not come."""
_HANDLERS: dict[OutboxKind, Work] = {OutboxKind.DETAILS: fetch_details}
log = structlog.get_logger(__name__)


def do_with(kind: OutboxKind, work: Work) -> None:
    """Register a handler from an entry point, because the domain writes no text to people (duitpos/apps.py)."""
    _HANDLERS[kind] = work


def run_outbox() -> int:
    """Run everything that is due, in this thread; returns how many entries succeeded."""
    return sum(run_entries(due) for due in due_entries())


def run_entries(due: DueEntries) -> int:
    """Run due entries of one restaurant and return how many succeeded. One that fails does not stop the others."""
    done, until = 0, time.monotonic() + PATIENCE
    for entry in _read(due):
        if time.monotonic() >= until:
            break
        claimed_at = _claim(entry)
        if claimed_at is not None:
            done += _run(entry, claimed_at)
    return done


def _read(due: DueEntries) -> list[OutboxEntry]:
    rows = OutboxEntry.objects.filter(tenant_id=due.tenant_id, id__in=due.ids, due_at__isnull=False)
    return list(rows.select_related("order__location", "tenant").order_by("due_at", "id"))


def _claim(entry: OutboxEntry) -> datetime | None:
    """The end of the lease, which marks the claim; None when another worker has the entry.

    By the database's clock: a worker whose own is ahead would take entries that another is still working on.
    """
    at = clock.database_now()
    lease = at + LEASE
    # Read some time ago: another worker may have claimed it, or even have put it off.
    rows = _held(entry, entry.due_at).filter(due_at__lte=at)
    return lease if rows.update(due_at=lease, tries=F("tries") + 1) else None


def _held(entry: OutboxEntry, due_at: datetime | None) -> QuerySet[OutboxEntry]:
    """The entry, as long as it has this `due_at`: every claim and every result changes it."""
    return OutboxEntry.objects.filter(tenant_id=entry.tenant_id, id=entry.id, due_at=due_at)


def _run(entry: OutboxEntry, claimed_at: datetime) -> bool:
    problem: Facts
    try:
        outcome = _HANDLERS[OutboxKind(entry.kind)](entry)
    except (ProcessorError, Unavailable) as error:
        problem = reason_of(error)
    except OSError as error:
        # The mail server is unavailable.
        problem = facts(Reason.INTERNAL_ERROR, error=redact(first_line(error)))
    except Exception as error:
        # Log a bug, but continue: it must not block later entries or other tenants.
        log.exception("outbox_entry_broken", kind=entry.kind, entry=str(entry.id))
        problem = facts(Reason.INTERNAL_ERROR, error=redact(first_line(error)))
    else:
        return _end(entry, claimed_at, due_at=None, done_at=clock.database_now(), outcome=outcome, problem={})
    log.warning("outbox_entry_failed", kind=entry.kind, entry=str(entry.id), problem=problem)
    due_at = _next_try(entry)
    if due_at is None and entry.kind in _ASKED:
        # In one transaction: a worker that is killed in between would leave an undone entry that nobody hears of.
        transact(lambda: _give_up(entry, claimed_at, problem))
    else:
        _end(entry, claimed_at, due_at=due_at, problem=problem)
    return False


def _give_up(entry: OutboxEntry, claimed_at: datetime, problem: Facts) -> None:
    """Leave the entry undone, and say so to people."""
    if _end(entry, claimed_at, due_at=None, problem=problem):
        open_alert(
            entry.tenant_id,
            AlertKind.REPORT_NOT_SENT,
            entry.id,
            clock.database_now(),
            facts={"problem": problem},
        )


def _end(entry: OutboxEntry, claimed_at: datetime, **columns: object) -> bool:
    """Store the result, unless the lease ran out and another worker has the entry: then that one's result counts."""
    if _held(entry, claimed_at).update(**columns):
        return True
    log.warning("outbox_claim_lost", kind=entry.kind, entry=str(entry.id))
    return False


def _next_try(entry: OutboxEntry) -> datetime | None:
    """After 2, 4, 8 … minutes. After eight tries the entry stays undone, with the reason."""
    tries = entry.tries + 1
    return clock.database_now() + timedelta(minutes=2**tries) if tries < MOST_TRIES else None
