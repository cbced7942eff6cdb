"""Run due outbox entries."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import F
from django_tasks import task

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.outbox.details import fetch_details
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clean_text import first_line
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.kit.logs import redact
from duitpos.models import OutboxEntry
from duitpos.models.outbox import OutboxKind
from duitpos.processors.errors import ProcessorError

LEASE = timedelta(minutes=5)
MOST_TRIES = 8
Work = Callable[[OutboxEntry], str]
_HANDLERS: dict[OutboxKind, Work] = {OutboxKind.DETAILS: fetch_details}
log = structlog.get_logger(__name__)


def do_with(kind: OutboxKind, work: Work) -> None:
    """Register a handler from an entry point, because the domain writes no text to people (duitpos/apps.py)."""
    _HANDLERS[kind] = work


@task()
def run_outbox_soon(tenant_id: str) -> None:
    """Call run_outbox from the task queue. If the queue loses the task, the sweep runs the entries."""
    run_outbox(UUID(tenant_id))


def run_outbox(tenant_id: UUID, limit: int = 20, until: float | None = None) -> int:
    """Run a tenant's due entries and return how many succeeded. Concurrent runs never take the same entry.

    Start none after `until` (time.monotonic, seconds); the rest stay due.
    """
    done = 0
    rows = OutboxEntry.objects.filter(tenant_id=tenant_id, due_at__lte=now()).order_by("due_at")
    for work in list(rows.select_related("order__location", "tenant")[:limit]):
        if until is not None and time.monotonic() >= until:
            break
        at = now()
        claim = OutboxEntry.objects.filter(tenant_id=tenant_id, id=work.id, due_at=work.due_at)
        # If no row changed, another worker has claimed it.
        if not claim.update(due_at=at + LEASE, tries=F("tries") + 1):
            continue
        try:
            outcome = _HANDLERS[OutboxKind(work.kind)](work)
        except (ProcessorError, Unavailable) as error:
            _try_later(work, reason_of(error))
            continue
        except OSError as error:
            # The mail server is unavailable.
            _try_later(work, facts(Reason.INTERNAL_ERROR, error=redact(first_line(error))))
            continue
        except Exception as error:
            # Log a bug, but continue: it must not block later entries or other tenants.
            log.exception("outbox_entry_broken", kind=work.kind, work=str(work.id))
            _try_later(work, facts(Reason.INTERNAL_ERROR, error=redact(first_line(error))))
            continue
        OutboxEntry.objects.filter(tenant_id=tenant_id, id=work.id).update(
            due_at=None, done_at=now(), outcome=outcome, problem={}
        )
        done += 1
    return done


def _try_later(work: OutboxEntry, problem: Facts) -> None:
    """Retry after 2, 4, 8 … minutes. After eight tries the entry stays undone, with the reason."""
    log.warning("outbox_entry_failed", kind=work.kind, work=str(work.id), problem=problem)
    again = now() + timedelta(minutes=2 ** (work.tries + 1)) if work.tries + 1 < MOST_TRIES else None
    OutboxEntry.objects.filter(tenant_id=work.tenant_id, id=work.id).update(due_at=again, problem=problem)
