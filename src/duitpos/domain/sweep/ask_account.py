"""Ask a processor what is not about one due payment: events it could not deliver, sessions, its account (M72, M74).

An account is asked every few minutes, and less often when nothing was found for an hour, until its next payment. What
is due at a time of its own (payments, refunds) does not depend on this.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from django.db.models import QuerySet

from duitpos.domain.alerts.open import reopen_alert
from duitpos.domain.errors import DomainError, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.load_context import VerifiedEvent
from duitpos.domain.payments.events.receive import handle_event
from duitpos.domain.payments.problems import record_refused_key
from duitpos.domain.payments.processors.connect import missing_fields, open_account, stored_or_none
from duitpos.domain.payments.schedule import EVENTS_EVERY, next_events
from duitpos.domain.processor_accounts.accounts import recheck
from duitpos.domain.processor_accounts.review import review_if_due
from duitpos.domain.processor_accounts.webhooks.watch import watch_webhook
from duitpos.domain.sweep.compare_sessions import compare_sessions
from duitpos.domain.sweep.disputes import look_at_disputes
from duitpos.domain.sweep.fees import look_at_fees
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import ProcessorAccount, Tenant
from duitpos.models.alert import AlertKind
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)
EVENTS_OVERLAP = timedelta(minutes=10)
EVENTS_MARGIN = timedelta(days=1)
"""The last day before the processor forgets its events is not asked for, because its clock may differ."""


def claim_account(account: ProcessorAccount) -> bool:
    """Take a due account by a guarded update, so that only one of two sweeps asks; it is due again as usual."""
    at = now()
    if account.next_events_at is None or account.next_events_at > at:
        return False
    # Nobody can be asked about money that staff take.
    again = None if account.is_manual else at + EVENTS_EVERY
    if not _rows(account).filter(next_events_at=account.next_events_at).update(next_events_at=again):
        return False
    account.next_events_at = again
    return again is not None


def ask_account(account: ProcessorAccount, until: float) -> None:
    """Ask a claimed account. A paused one, or one with credentials that wait to be used, gets its key tried first."""
    stored = stored_or_none(account)
    if account.paused_at is not None or (stored is not None and stored.waiting):
        _try_key_again(account)
    now_there = _rows(account).select_related("tenant").first()
    if now_there is None or now_there.paused_at is not None or not _can_be_asked(now_there):
        return
    # What a processor cannot list is found by the guest's return and by each payment's own checks.
    can, found = adapter(account.processor).can, 0
    if can.events_kept:
        found += fetch_missed_events(now_there.tenant, now_there, until)
    if can.lists_started and time.monotonic() < until:
        found += compare_sessions(now_there.tenant, now_there, until)
    if can.lists_disputes and time.monotonic() < until:
        found += look_at_disputes(now_there.tenant, now_there, until)
    if can.lists_fees and time.monotonic() < until:
        look_at_fees(now_there.tenant, now_there, until)
    _set_pace(now_there, 0 if found else now_there.idle_asks + 1)
    if time.monotonic() < until:
        review_if_due(now_there)
    # Last: a repair sets when to ask again.
    if time.monotonic() < until:
        watch_webhook(now_there)


def _rows(account: ProcessorAccount) -> QuerySet[ProcessorAccount]:
    return ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)


def _set_pace(account: ProcessorAccount, idle_asks: int) -> None:
    # Guarded: a payment that was started meanwhile, or a new key, has set the pace.
    rows = _rows(account).filter(next_events_at=account.next_events_at, idle_asks=account.idle_asks)
    rows.update(idle_asks=idle_asks, next_events_at=next_events(idle_asks, now()))


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
