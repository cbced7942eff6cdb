"""Apply a verified event to our rows, in the caller's transaction (M19)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.disputes.disputes import apply_dispute
from duitpos.domain.payments.disputes.warnings import apply_warning
from duitpos.domain.payments.events.load_context import AFTER_PAYMENT, EventContext, VerifiedEvent
from duitpos.domain.payments.refunds.refunds_seen import apply_refunds_seen
from duitpos.domain.payments.settlement.learn_mode import learn_mode_of
from duitpos.domain.payments.settlement.record_unknown_payment import record_unknown_payment
from duitpos.domain.payments.settlement.settle import record_declines, settle
from duitpos.kit.clock import now
from duitpos.models import AccountHealth, Payment, ProcessorAccount, Tenant
from duitpos.processors.events import EventKind
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState


def apply_event(verified: VerifiedEvent, context: EventContext) -> str:
    """Apply an event in the caller's transaction and return its outcome code."""
    outcome = _apply_by_kind(verified, context)
    # Last, because every path locks payment and order before the account.
    record_event_time(verified)
    return outcome


def _apply_by_kind(verified: VerifiedEvent, context: EventContext) -> str:
    tenant, account, event = verified.tenant, verified.account, verified.event
    if not context.is_ours and _is_proof(verified):
        return "proof"
    if not context.is_ours:
        _count(account, "foreign_events")
        return "foreign"
    if event.kind == EventKind.OTHER:
        _count(account, "unknown_events")
        return "unknown_type"
    if event.kind in AFTER_PAYMENT:
        return _apply_after_payment(context, verified.actor)
    if event.kind == EventKind.DECLINE and context.snapshot is None:
        if context.payment is None or context.decline is None:
            return "unknown_payment"
        record_declines(context.payment, (context.decline,))
        return "declined"
    # The event names no session, or the processor does not know it.
    if context.snapshot is None:
        return "unknown_payment"
    return apply_payment(tenant, account, context.payment, context.snapshot, verified.actor)


def _is_proof(verified: VerifiedEvent) -> bool:
    """Whether the event ends the round trip that its account awaits; one that was delivered proves the webhook.

    A listed one is no proof, and is still awaited: it may be delivered later.
    """
    account, reference = verified.account, verified.event.references.main
    if verified.event.kind != EventKind.PAYMENT or not reference:
        return False
    rows = AccountHealth.objects.filter(
        tenant_id=account.tenant_id, account_id=account.id, proof_reference=reference
    )
    if verified.is_listed:
        return rows.exists()
    return bool(rows.update(proof_reference="", proved_at=now()))


def _apply_after_payment(context: EventContext, actor: Actor) -> str:
    payment = context.payment
    # For the type checker: load_context marks such an event as foreign.
    if payment is None:
        return "unknown_payment"
    if context.snapshot is not None:
        settle(payment, context.snapshot, actor)
    outcomes = [apply_refunds_seen(look) for look in context.looks]
    outcomes += [apply_dispute(payment, snapshot, context.said_at) for snapshot in context.disputes]
    if context.warning is not None:
        outcomes.append(apply_warning(payment, context.warning))
    return outcomes[-1] if outcomes else "nothing"


def apply_payment(
    tenant: Tenant,
    account: ProcessorAccount,
    payment: Payment | None,
    snapshot: PaymentSnapshot,
    actor: Actor,
) -> str:
    """Settle a snapshot and return its outcome code. Money without a payment row gets one."""
    if payment is not None:
        learn_mode_of(payment, account, snapshot.is_live)
        # The row was read before the transaction, but its order and location do not change.
        return settle(payment, snapshot, actor).value
    if snapshot.state != SnapshotState.PAID:
        return "unknown_payment"
    return settle(record_unknown_payment(tenant, account, snapshot), snapshot, actor).value


def record_event_time(verified: VerifiedEvent) -> bool:
    """Store when the last valid event was delivered; False for a listed one, or if that is less than a minute ago.

    Staff read it, so once a minute is enough and avoids contention.
    """
    if verified.is_listed:
        return False
    account, event, at = verified.account, verified.event, now()
    if event.is_thin and (account.thin_event_at is None or account.thin_event_at < at - timedelta(minutes=1)):
        ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(thin_event_at=at)
    stale = Q(last_event_at__isnull=True) | Q(last_event_at__lt=at - timedelta(minutes=1))
    if account.last_event_at is not None and account.last_event_at >= at - timedelta(minutes=1):
        return False
    rows = ProcessorAccount.objects.filter(stale, tenant_id=account.tenant_id, id=account.id)
    rows.update(last_event_at=at)
    return True


def _count(account: ProcessorAccount, counter: str) -> None:
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        **{counter: F(counter) + 1}
    )
