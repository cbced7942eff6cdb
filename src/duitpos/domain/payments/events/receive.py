"""A processor tells us something: verify, store once, settle, answer.

200 means "the outcome is stored"; 400 "not believed"; 500 "stored as failed, send it again"; 503 "our database or the
processor is not there, send it again" (docs/money-path.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError
from django.db.models import F

from duitpos.domain.alerts.open import open_alert, reopen_alert, resolve
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.events.apply_event import EventContext, apply_event, load_context, names_us
from duitpos.domain.payments.processors.connect import verify
from duitpos.kit.clock import now
from duitpos.kit.logs import redact
from duitpos.kit.statements import insert
from duitpos.kit.texts import first_line, storable
from duitpos.kit.transact import transact
from duitpos.models import ProcessorAccount, Tenant, WebhookEvent
from duitpos.models.alert import AlertKind
from duitpos.models.webhook_event import EventState
from duitpos.processors.base import ProcessorError, ProcessorEvent, SignatureInvalid

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """The status to answer with, and one word on what became of it."""

    status: int
    outcome: str


def receive(tenant: Tenant, processor_name: str, body: bytes, headers: Mapping[str, str]) -> Received:
    """Take in one delivery. Never raises for what a processor or an attacker sends."""
    try:
        account, event = verify(tenant, processor_name, body, headers)
    except SignatureInvalid as error:
        return Received(400, error.problem.value)
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable")
        return Received(503, "database")
    except Exception:
        # Who sent it is not known, so there is no row to leave a trace in.
        log.exception("webhook_not_read")
        return Received(500, "failed")
    return take_in(tenant, account, event, Actor("webhook"))


def take_in(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, actor: Actor) -> Received:
    """One verified event, delivered or listed by the sweep; the same event twice is a quiet 200."""
    try:
        context = load_context(tenant, account, event)
        try:
            outcome = transact(lambda: _store_and_apply(tenant, account, event, context, actor))
        except IntegrityError as error:
            outcome = _seen_before(tenant, account, event, context, actor, error)
        return Received(200, outcome)
    except (ProcessorError, Unavailable):
        log.warning("webhook_processor_unavailable", event_id=event.external_id, type=event.type)
        return Received(503, "processor")
    except (OperationalError, InterfaceError):
        log.exception("webhook_database_unavailable", event_id=event.external_id)
        return Received(503, "database")
    except Exception as error:  # noqa: BLE001 - M18: whatever it is, it must leave a trace and be sent again
        return _store_failure(tenant, account, event, error)


def _store_and_apply(
    tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, context: EventContext, actor: Actor
) -> str:
    outcome = apply_event(tenant, account, event, context, actor)
    # Last, with what became of it: a twin that comes here fails, and takes back what it did.
    row = WebhookEvent(
        tenant_id=tenant.id,
        account_id=account.id,
        external_id=event.external_id,
        type=event.type[:80],
        state=EventState.DONE,
        outcome=outcome,
        payment_id=context.payment.id if context.payment else None,
        body=event.body if context.payment else "",  # others' events hold others' guests (M70)
        received_at=now(),
    )
    insert([row])
    return outcome


def _seen_before(
    tenant: Tenant,
    account: ProcessorAccount,
    event: ProcessorEvent,
    context: EventContext,
    actor: Actor,
    error: IntegrityError,
) -> str:
    """The row is there already. Done: nothing to do. Failed: run it again; dedupe is on done, not on presence (M18)."""
    stored = WebhookEvent.objects.filter(tenant=tenant, account=account, external_id=event.external_id)
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
        outcome = apply_event(tenant, account, event, context, actor)
        stored.update(outcome=outcome, payment=context.payment)
        resolve(
            tenant.id, now(), "It ran when it came again.", kind=AlertKind.EVENT_FAILED, subject_id=row.id
        )
        return outcome

    return transact(again)


def _store_failure(
    tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, error: Exception
) -> Received:
    """A second, short transaction: the event as failed, and an Alert. Then 500, so that it is sent again."""
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
        # What a twin has done meanwhile stays done.
        if not failed.update(error=text, outcome="failed"):
            return False
        reopen_alert(tenant.id, AlertKind.EVENT_FAILED, row.id, now())
        open_alert(tenant.id, AlertKind.EVENT_FAILED, row.id, now(), account=account, detail=event.type)
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
