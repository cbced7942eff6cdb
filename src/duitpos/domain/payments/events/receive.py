"""One delivery of a processor, from its arrival to our answer.

1. Verify the signature: it tells whose account is meant. Not believed: 400.
2. With no transaction open, load the context: the payment it is about and, where the event itself may not be believed
   or says too little, what the processor says now.
3. In one transaction, change our books and store the event with its outcome: 200.
4. Stored before: a duplicate, 200; unless it had failed, for then it is applied now.
5. Our database or the processor is not there: 503, so that it is sent again.
6. Anything else: in a second transaction, store the event as failed and open an Alert: 500, so that it is sent again.

The sweep lists events that could not be delivered, and comes in at step 2 (docs/money-path.md, M16 to M20).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.db.models import F

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.apply_event import apply_event
from duitpos.domain.payments.events.load_context import EventContext, VerifiedEvent, load_context
from duitpos.domain.payments.processors.connect import verify
from duitpos.domain.payments.settlement.match_payment import names_us
from duitpos.kit.clean_text import first_line, storable
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.logs import redact
from duitpos.kit.statements import insert
from duitpos.kit.transact import transact
from duitpos.models import Tenant, WebhookEvent
from duitpos.models.alert import AlertKind
from duitpos.models.webhook_event import EventState
from duitpos.processors.base import ProcessorError, SignatureInvalid

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """The status to answer with, and a code for what became of it."""

    status: int
    outcome: str


def receive(tenant: Tenant, processor_name: str, body: bytes, headers: Mapping[str, str]) -> Received:
    """Handle one delivery. Never raises for what a processor or an attacker sends."""
    try:
        account, event = verify(tenant, processor_name, body, headers)  # 1
    except SignatureInvalid as error:
        return Received(400, error.problem.value)
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable")
        return Received(503, "database")
    except Exception:
        # Who sent it is not known, so there is no row to leave a trace in.
        log.exception("webhook_not_read")
        return Received(500, "failed")
    return handle_event(VerifiedEvent(tenant, account, event, Actor("webhook")))


def handle_event(verified: VerifiedEvent) -> Received:
    """Steps 2 to 6, for an event that was delivered or listed. The same event twice is a quiet 200."""
    event = verified.event
    try:
        context = load_context(verified)  # 2
        try:
            outcome = transact(lambda: _apply_and_store(verified, context))  # 3
        except IntegrityError as error:
            outcome = _apply_if_failed(verified, context, error)  # 4
    except (ProcessorError, Unavailable):  # 5
        log.warning("webhook_processor_unavailable", event_id=event.external_id, type=event.type)
        return Received(503, "processor")
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable", event_id=event.external_id)
        return Received(503, "database")
    except Exception as error:  # noqa: BLE001 - whatever it is, it must leave a trace and be sent again
        return _store_failure(verified, error)  # 6
    return Received(200, outcome)


def _apply_and_store(verified: VerifiedEvent, context: EventContext) -> str:
    outcome = apply_event(verified, context)
    # Last, with what became of it: a second delivery at the same moment fails here, and takes back what it did.
    insert([_row_of(verified, context, outcome)])
    return outcome


def _row_of(verified: VerifiedEvent, context: EventContext, outcome: str) -> WebhookEvent:
    event, payment = verified.event, context.payment
    return WebhookEvent(
        tenant_id=verified.tenant.id,
        account_id=verified.account.id,
        external_id=event.external_id,
        type=event.type[:80],
        state=EventState.DONE,
        outcome=outcome,
        payment_id=payment.id if payment else None,
        body=event.body if payment else "",  # others' events hold others' guests (M70)
        received_at=now(),
    )


def _apply_if_failed(verified: VerifiedEvent, context: EventContext, error: IntegrityError) -> str:
    """The row is there already. Done: nothing to do. Failed: run it again; dedupe is on done, not on presence."""
    tenant, external_id = verified.tenant, verified.event.external_id
    stored = WebhookEvent.objects.filter(tenant=tenant, account=verified.account, external_id=external_id)
    row = stored.first()
    if row is None:  # not the event's own uniqueness: another constraint refused its outcome
        raise error
    if row.state == EventState.DONE:
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
    log.error("webhook_failed", event_id=event.external_id, type=event.type, exc_info=error)
    text = storable(redact(first_line(error)))[:2000]

    def store() -> bool:
        absent = WebhookEvent(
            tenant=tenant,
            account=account,
            external_id=event.external_id,
            type=event.type[:80],
            state=EventState.FAILED,
            outcome="failed",
            error=text,
            body=storable(event.body) if names_us(tenant, event.correlation) else "",
            received_at=now(),
        )
        WebhookEvent.objects.bulk_create([absent], ignore_conflicts=True)
        row = WebhookEvent.objects.get(tenant=tenant, account=account, external_id=event.external_id)
        failed = WebhookEvent.objects.filter(tenant=tenant, id=row.id, state=EventState.FAILED)
        # What another delivery has done meanwhile stays done.
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
        log.exception("webhook_failure_not_stored", event_id=event.external_id)
        return Received(503, "database")
    except Exception:
        log.exception("webhook_failure_not_stored", event_id=event.external_id)
        return Received(500, "failed")
    return Received(500, "failed") if is_failed else Received(200, "duplicate")
