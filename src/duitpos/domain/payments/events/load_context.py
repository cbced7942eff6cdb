"""Find an event's payment and fetch what the event lacks, before the transaction (M12, M65)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.problems import record_refusal, record_refused_key
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.settlement.match_payment import (
    names_us,
    payment_of_correlation,
    payment_of_intent,
    payment_of_snapshot,
)
from duitpos.domain.payments.settlement.record_unknown_payment import are_one
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.processors.base import (
    Decline,
    DisputeSnapshot,
    EventKind,
    Failure,
    PaymentSnapshot,
    Processor,
    ProcessorError,
    ProcessorEvent,
    RefundSnapshot,
)

T = TypeVar("T")
OF_A_CHARGE = (EventKind.REFUND, EventKind.REFUNDED_CHARGE, EventKind.DISPUTE)


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event whose signature is valid, with the account whose secret verified it."""

    tenant: Tenant
    account: ProcessorAccount
    event: ProcessorEvent
    actor: Actor


@dataclass(frozen=True, slots=True)
class EventContext:
    """An event's payment and the snapshots to apply: the event's own, or fetched ones if it may not be applied."""

    payment: Payment | None = None
    snapshot: PaymentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] = field(default_factory=tuple)
    disputes: tuple[DisputeSnapshot, ...] = field(default_factory=tuple)
    decline: Decline | None = None
    said_at: datetime = field(default_factory=now)
    """When the processor reported the snapshots; now if they were fetched."""
    is_ours: bool = True


NOT_OURS = EventContext(is_ours=False)


def load_context(verified: VerifiedEvent) -> EventContext:
    """Find the payment and, unless the event may be applied as it is, fetch. Raises ProcessorError, Unavailable.

    Call it with no transaction open: a fetch may take seconds.
    """
    if verified.event.kind == EventKind.OTHER:
        return EventContext()
    if verified.event.kind in OF_A_CHARGE:
        return _load_charge(verified.tenant, verified.account, verified.event)
    return _load_session(verified.tenant, verified.account, verified.event)


def is_believed(account: ProcessorAccount, event: ProcessorEvent, payment: Payment | None) -> bool:
    """Whether an event may be applied by its own content. Every kind of event checks this.

    The payment, if known, must belong to the account whose secret verified the event, the event must have that
    account's mode, and it must contain all that we need. Any other signed event only triggers a fetch.
    """
    if payment is not None and payment.account_id != account.id:
        return False
    return event.is_live == account.is_live and (not event.is_hint or event.decline is not None)


def _load_session(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """Load an event about a checkout session or its payment intent."""
    payment = _find_payment(tenant, event)
    if not _is_ours(tenant, event, payment):
        if not event.is_thin:
            return NOT_OURS
        # A thin event has no correlation, so fetch the session to see whose it is.
        snapshot = _fetch_named(account, None, event)
        if snapshot is None or not names_us(tenant, snapshot.correlation):
            return NOT_OURS
        return _context_of(tenant, account, snapshot)
    owner = payment or payment_of_correlation(tenant.id, event.correlation)
    if is_believed(account, event, owner):
        return EventContext(payment, event.payment, decline=event.decline)
    source = _account_to_fetch_from(account, event, owner)
    # If another session than the payment's is not found, that is no problem of the payment.
    is_its_own = owner is not None and event.reference in ("", owner.reference)
    snapshot = _fetch_named(source, owner if is_its_own else None, event)
    return EventContext(payment) if snapshot is None else _context_of(tenant, source, snapshot)


def _context_of(tenant: Tenant, source: ProcessorAccount, snapshot: PaymentSnapshot) -> EventContext:
    """Build the context of a snapshot fetched from `source`.

    A session of another account never settles a payment, whatever its correlation.
    """
    payment = payment_of_snapshot(tenant.id, snapshot)
    if payment is not None and not are_one(payment.account, source):
        payment = None
    return EventContext(payment, snapshot)


def _find_payment(tenant: Tenant, event: ProcessorEvent) -> Payment | None:
    if event.payment is not None:
        return payment_of_snapshot(tenant.id, event.payment)
    if event.reference:
        rows = Payment.objects.filter(tenant=tenant, reference=event.reference)
        found = rows.select_related("order", "location").first()
        if found is not None:
            return found
    return payment_of_correlation(tenant.id, event.correlation) or payment_of_intent(
        tenant.id, event.intent_reference
    )


def _account_to_fetch_from(
    account: ProcessorAccount, event: ProcessorEvent, owner: Payment | None
) -> ProcessorAccount:
    """Return the payment's own account.

    For a session that is not the payment's, return the account of the event, unless both rows are the same account.
    """
    if owner is None or owner.account_id == account.id:
        return account
    is_own = event.reference in ("", owner.reference)
    return owner.account if is_own or are_one(owner.account, account) else account


def _fetch_named(
    source: ProcessorAccount, payment: Payment | None, event: ProcessorEvent
) -> PaymentSnapshot | None:
    # A reduced event without a session reference is about its payment's session.
    reference = event.reference or (payment.reference if payment else "")
    if reference:
        return _fetch_from(source, payment, lambda processor: processor.fetch(reference))
    if event.intent_reference:
        return _fetch_from(
            source, payment, lambda processor: processor.fetch_by_intent(event.intent_reference)
        )
    return None


def _fetch_from(
    account: ProcessorAccount, payment: Payment | None, call: Callable[[Processor], T]
) -> T | None:
    """Call the processor; None if it does not find the object and no payment of ours needs it.

    Raises ProcessorError, Unavailable.
    """
    try:
        processor = open_account(account)
        with outside_database():
            return call(processor)
    except ProcessorError as error:
        if error.failure == Failure.KEY_REFUSED:
            record_refused_key(account)
        elif error.failure == Failure.NOT_FOUND:
            if payment is None:
                # Definite: a retry would get the same response.
                return None
            record_refusal(payment, error)
        raise


def _load_charge(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """Load a refund or dispute. It lacks the payment's correlation, so find the payment by its intent."""
    intent = event.intent_reference
    payment = payment_of_intent(tenant.id, intent, event.charge_reference)
    snapshot = None
    if payment is None and not intent and event.is_hint and event.object_reference:
        kind, reference = event.kind, event.object_reference
        intent = _fetch_from(account, None, lambda processor: processor.intent_of(kind, reference)) or ""
        payment = payment_of_intent(tenant.id, intent)
    # A charge without our correlation is foreign. For a refund or dispute, only the intent's session shows that.
    may_be_ours = event.kind != EventKind.REFUNDED_CHARGE or event.correlation is not None or event.is_thin
    if payment is None and intent and may_be_ours:
        # This event may have arrived before the payment's own event.
        snapshot = _fetch_from(account, None, lambda processor: processor.fetch_by_intent(intent))
        if snapshot is not None and names_us(tenant, snapshot.correlation):
            payment = _context_of(tenant, account, snapshot).payment
    if payment is None:
        return NOT_OURS
    intent = intent or payment.intent_reference
    if event.kind == EventKind.DISPUTE:
        return _dispute_context(account, event, payment, snapshot, intent)
    if event.refund is not None and is_believed(account, event, payment):
        return EventContext(payment, snapshot, refunds=(event.refund,))
    refunds = _fetch_from(payment.account, payment, lambda processor: processor.refunds_of(intent))
    return EventContext(payment, snapshot, refunds=tuple(refunds or ()))


def _dispute_context(
    account: ProcessorAccount,
    event: ProcessorEvent,
    payment: Payment,
    snapshot: PaymentSnapshot | None,
    intent: str,
) -> EventContext:
    if event.dispute is not None and is_believed(account, event, payment):
        return EventContext(payment, snapshot, disputes=(event.dispute,), said_at=event.created_at)
    disputes = _fetch_from(payment.account, payment, lambda processor: processor.disputes_of(intent))
    return EventContext(payment, snapshot, disputes=tuple(disputes or ()))


def _is_ours(tenant: Tenant, event: ProcessorEvent, payment: Payment | None) -> bool:
    if event.correlation is None:
        # A reduced event may lack its metadata: it is ours if we know the session or its intent.
        return event.is_hint and payment is not None
    return names_us(tenant, event.correlation)
