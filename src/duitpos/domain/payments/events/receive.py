"""Handle one webhook delivery, from the request to our response (docs/money-path.md: M16 to M20, M70).

1. Verify the signature, which identifies the account. Invalid: 400.
2. For each of its events, try the common case (confirm.py), and leave out those that are stored already: 200. For all
   others, with no transaction open, load the context: the payment and, unless the event may be applied as it is, a
   fetched snapshot.
3. In one transaction, apply the event and store it with its outcome: 200.
4. If the event was stored meanwhile, it is a duplicate: 200. If it is stored as failed, apply it now.
5. If our database or the processor is unavailable: 503, so that the processor retries.
6. After any other error, store the event as failed and open an Alert in a second transaction: 500, so that the
   processor retries.

The sweep lists undelivered events and starts at step 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.db.models import F

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.apply_event import apply_event
from duitpos.domain.payments.events.confirm import confirm
from duitpos.domain.payments.events.load_context import EventContext, VerifiedEvent, load_context
from duitpos.domain.payments.processors.connect import verify
from duitpos.domain.payments.settlement.match_payment import names_us
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.kit.clean_text import first_line, storable
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.logs import redact
from duitpos.kit.transact import transact
from duitpos.models import ProcessorAccount, Tenant, WebhookEvent
from duitpos.models.alert import AlertKind
from duitpos.models.webhook_event import EventState
from duitpos.processors.errors import ProcessorError, SignatureInvalid
from duitpos.processors.events import Acknowledgement, EventKind, ProcessorEvent

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """Our response: the HTTP status, the outcome code, and the text that the processor wants to read."""

    status: int
    outcome: str
    answer: Acknowledgement = field(default_factory=Acknowledgement, compare=False)


def receive(
    tenant: Tenant,
    processor_name: str,
    body: bytes,
    headers: Mapping[str, str],
    account_id: UUID | None = None,
) -> Received:
    """Handle one delivery; to the address of one account, if `account_id` is given.

    Never raises, whatever a processor or an attacker sends.
    """
    try:
        account, delivery = verify(tenant, processor_name, body, headers, account_id)  # 1
    except SignatureInvalid as error:
        return Received(400, error.problem.value)
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable")
        return Received(503, "database")
    except Exception:
        # The sender is not verified, so there is no row to store the error in.
        log.exception("webhook_not_read")
        return Received(500, "failed")
    actor = Actor("webhook")
    handled = [handle_event(VerifiedEvent(tenant, account, event, actor)) for event in delivery.events]
    # One answer for all: what was handled is a duplicate at the next try.
    failed = [one for one in handled if one.status != 200]
    if failed:
        return max(failed, key=lambda one: one.status)
    outcome = handled[-1].outcome if handled else "nothing"
    return Received(delivery.acknowledgement.status, outcome, delivery.acknowledgement)


def handle_event(verified: VerifiedEvent) -> Received:
    """Do steps 2 to 6 for an event that was delivered or listed. A duplicate returns 200."""
    event = verified.event
    try:
        if confirm(verified):
            return Received(200, SettleResult.SETTLED.value)
        if _is_done(verified):
            return Received(200, "duplicate")
        verified = _read_account_again(verified)
        context = load_context(verified)  # 2
        try:
            outcome = transact(lambda: _apply_and_store(verified, context))  # 3
        except IntegrityError as error:
            outcome = _apply_if_failed(verified, context, error)  # 4
    except (ProcessorError, Unavailable):  # 5
        log.warning("webhook_processor_unavailable", event_id=event.dedupe_key, type=event.type)
        return Received(503, "processor")
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable", event_id=event.dedupe_key)
        return Received(503, "database")
    except Exception as error:  # noqa: BLE001 - store any error, and have the event retried
        return _store_failure(verified, error)  # 6
    return Received(200, outcome)


def _read_account_again(verified: VerifiedEvent) -> VerifiedEvent:
    """The event with its account as it is now: verifying used a row that may be some seconds old."""
    rows = ProcessorAccount.objects.filter(tenant=verified.tenant, id=verified.account.id)
    return replace(verified, account=rows.get())


def _is_done(verified: VerifiedEvent) -> bool:
    """Whether the event is stored already, and can change nothing more."""
    tenant, account, event = verified.tenant, verified.account, verified.event
    if _may_tell_more(event):
        return False
    stored = WebhookEvent.objects.filter(tenant=tenant, account=account, dedupe_key=event.dedupe_key)
    return stored.filter(state=EventState.DONE).exists()


def _may_tell_more(event: ProcessorEvent) -> bool:
    """Whether the same bytes may tell of another change. What was listed now is applied only once anyway."""
    return not event.has_own_id and event.kind == EventKind.REFUNDS


def _apply_and_store(verified: VerifiedEvent, context: EventContext) -> str:
    outcome = apply_event(verified, context)
    # Insert last, with the outcome: a concurrent duplicate fails here and rolls back its changes.
    _row_of(verified, context, outcome).save(force_insert=True)
    return outcome


def _row_of(verified: VerifiedEvent, context: EventContext, outcome: str) -> WebhookEvent:
    event, payment = verified.event, context.payment
    return WebhookEvent(
        tenant_id=verified.tenant.id,
        account_id=verified.account.id,
        dedupe_key=event.dedupe_key,
        type=event.type[:80],
        state=EventState.DONE,
        outcome=outcome,
        payment_id=payment.id if payment else None,
        # Without a payment of ours, the event contains personal data of others.
        body=event.body if payment else "",
        received_at=now(),
        is_listed=verified.is_listed,
    )


def _apply_if_failed(verified: VerifiedEvent, context: EventContext, error: IntegrityError) -> str:
    """Handle an event that is stored already: a done one is a duplicate, a failed one is applied again."""
    tenant, event = verified.tenant, verified.event
    stored = WebhookEvent.objects.filter(tenant=tenant, account=verified.account, dedupe_key=event.dedupe_key)
    row = stored.first()
    # Not a duplicate event: another constraint was violated.
    if row is None:
        raise error
    if row.state == EventState.DONE:
        if _may_tell_more(event):
            transact(lambda: apply_event(verified, context))
        return "duplicate"

    def again() -> str:
        if not stored.filter(state=EventState.FAILED).update(
            state=EventState.DONE, tries=F("tries") + 1, error=""
        ):
            return "duplicate"
        outcome = apply_event(verified, context)
        stored.update(outcome=outcome, payment=context.payment)
        resolve(
            tenant.id, now(), facts(Resolution.EVENT_APPLIED), kind=AlertKind.EVENT_FAILED, subject_id=row.id
        )
        return outcome

    return transact(again)


def _store_failure(verified: VerifiedEvent, error: Exception) -> Received:
    tenant, account, event = verified.tenant, verified.account, verified.event
    log.error("webhook_failed", event_id=event.dedupe_key, type=event.type, exc_info=error)
    text = storable(redact(first_line(error)))[:2000]

    def store() -> bool:
        absent = WebhookEvent(
            tenant=tenant,
            account=account,
            dedupe_key=event.dedupe_key,
            type=event.type[:80],
            state=EventState.FAILED,
            outcome="failed",
            error=text,
            body=storable(event.body) if names_us(tenant, event.correlation) else "",
            received_at=now(),
            is_listed=verified.is_listed,
        )
        WebhookEvent.objects.bulk_create([absent], ignore_conflicts=True)
        row = WebhookEvent.objects.get(tenant=tenant, account=account, dedupe_key=event.dedupe_key)
        failed = WebhookEvent.objects.filter(tenant=tenant, id=row.id, state=EventState.FAILED)
        # Keep the row if a concurrent delivery has completed it.
        if not failed.update(error=text, outcome="failed"):
            return False
        reopen_alert(tenant.id, AlertKind.EVENT_FAILED, row.id, now())
        open_alert(
            tenant.id,
            AlertKind.EVENT_FAILED,
            row.id,
            now(),
            account=account,
            facts={"event_type": event.type},
        )
        return True

    try:
        is_failed = transact(store)
    except DatabaseError:
        log.exception("webhook_failure_not_stored", event_id=event.dedupe_key)
        return Received(503, "database")
    except Exception:
        log.exception("webhook_failure_not_stored", event_id=event.dedupe_key)
        return Received(500, "failed")
    return Received(500, "failed") if is_failed else Received(200, "duplicate")
