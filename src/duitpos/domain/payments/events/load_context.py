"""Before the transaction: which payment an event is about and, where it says too little, what the processor says."""

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
    """An event that is known to come from the processor, and the account that it is meant for."""

    tenant: Tenant
    account: ProcessorAccount
    event: ProcessorEvent
    actor: Actor


@dataclass(frozen=True, slots=True)
class EventContext:
    """What is known before the transaction: the payment and, where the event itself may not be believed or does not
    say, what was fetched about it."""

    payment: Payment | None = None
    snapshot: PaymentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] = field(default_factory=tuple)
    disputes: tuple[DisputeSnapshot, ...] = field(default_factory=tuple)
    decline: Decline | None = None
    said_at: datetime = field(default_factory=now)
    """When the processor said it: now, for what was fetched."""
    is_ours: bool = True


NOT_OURS = EventContext(is_ours=False)


def load_context(verified: VerifiedEvent) -> EventContext:
    """Find the payment and, unless the event is to be believed as it is, fetch. ProcessorError, Unavailable.

    Called with no transaction open: a fetch may take seconds.
    """
    if verified.event.kind == EventKind.OTHER:
        return EventContext()
    if verified.event.kind in OF_A_CHARGE:
        return _load_charge(verified.tenant, verified.account, verified.event)
    return _load_session(verified.tenant, verified.account, verified.event)


def is_believed(account: ProcessorAccount, event: ProcessorEvent, payment: Payment | None) -> bool:
    """Whether an event may change our books by what it says itself (M65). Every kind of event asks here.

    Only of the very account whose secret verified it, only in that account's mode, and only where the event says all
    that we need. Whatever else is signed is a hint to ask the payment's own account.
    """
    if payment is not None and payment.account_id != account.id:
        return False
    return event.is_live == account.is_live and (not event.is_hint or event.decline is not None)


def _load_session(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """About a checkout session or the payment intent of one."""
    payment = _payment_named(tenant, event)
    if not _is_ours(tenant, event, payment):
        if not event.is_thin:
            return NOT_OURS
        # It carries no correlation: only the session itself tells whose it is.
        snapshot = _fetch_named(account, None, event)
        if snapshot is None or not names_us(tenant, snapshot.correlation):
            return NOT_OURS
        return _context_of(tenant, account, snapshot)
    owner = payment or payment_of_correlation(tenant.id, event.correlation)
    if is_believed(account, event, owner):
        return EventContext(payment, event.payment, decline=event.decline)
    asked = _account_to_fetch_from(account, event, owner)
    # A session that is not the payment's own may be unknown over there without any trouble of the payment.
    is_its_own = owner is not None and event.reference in ("", owner.reference)
    snapshot = _fetch_named(asked, owner if is_its_own else None, event)
    return EventContext(payment) if snapshot is None else _context_of(tenant, asked, snapshot)


def _context_of(tenant: Tenant, asked: ProcessorAccount, snapshot: PaymentSnapshot) -> EventContext:
    """A snapshot fetched from `asked`. Another account's session never settles a payment, whatever it carries."""
    payment = payment_of_snapshot(tenant.id, snapshot)
    if payment is not None and not are_one(payment.account, asked):
        payment = None
    return EventContext(payment, snapshot)


def _payment_named(tenant: Tenant, event: ProcessorEvent) -> Payment | None:
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
    """The payment's own (M12). Of a session that is not the payment's own, the account that tells of it can tell."""
    if owner is None or owner.account_id == account.id:
        return account
    is_own = event.reference in ("", owner.reference)
    return owner.account if is_own or are_one(owner.account, account) else account


def _fetch_named(
    asked: ProcessorAccount, payment: Payment | None, event: ProcessorEvent
) -> PaymentSnapshot | None:
    # A hint that names no session is about the one of the payment that it names.
    reference = event.reference or (payment.reference if payment else "")
    if reference:
        return _follow(asked, payment, lambda processor: processor.fetch(reference))
    if event.intent_reference:
        return _follow(asked, payment, lambda processor: processor.fetch_by_intent(event.intent_reference))
    return None


def _follow(account: ProcessorAccount, payment: Payment | None, ask: Callable[[Processor], T]) -> T | None:
    """Ask where a notice points to. None: it points to nothing, and at nothing of ours. ProcessorError, Unavailable."""
    try:
        processor = open_account(account)
        with outside_database():
            return ask(processor)
    except ProcessorError as error:
        if error.failure == Failure.KEY_REFUSED:
            record_refused_key(account)
        elif error.failure == Failure.NOT_FOUND:
            if payment is None:
                return None  # a definite answer: to ask again for ever would tell nothing else
            record_refusal(payment, error)
        raise


def _load_charge(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """Refunds and disputes carry no correlation of the payment, so it is found by the intent."""
    intent = event.intent_reference
    payment = payment_of_intent(tenant.id, intent, event.charge_reference)
    snapshot = None
    if payment is None and not intent and event.is_hint and event.object_reference:
        kind, reference = event.kind, event.object_reference
        intent = _follow(account, None, lambda processor: processor.intent_of(kind, reference)) or ""
        payment = payment_of_intent(tenant.id, intent)
    # A charge has our correlation or is foreign; of a refund or a dispute only its intent's session tells.
    may_be_ours = event.kind != EventKind.REFUNDED_CHARGE or event.correlation is not None or event.is_thin
    if payment is None and intent and may_be_ours:
        # It may have overtaken the news of the payment itself.
        snapshot = _follow(account, None, lambda processor: processor.fetch_by_intent(intent))
        if snapshot is not None and names_us(tenant, snapshot.correlation):
            payment = _context_of(tenant, account, snapshot).payment
    if payment is None:
        return NOT_OURS
    intent = intent or payment.intent_reference
    if event.kind == EventKind.DISPUTE:
        return _dispute_context(account, event, payment, snapshot, intent)
    if event.refund is not None and is_believed(account, event, payment):
        return EventContext(payment, snapshot, refunds=(event.refund,))
    refunds = _follow(payment.account, payment, lambda processor: processor.refunds_of(intent))
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
    disputes = _follow(payment.account, payment, lambda processor: processor.disputes_of(intent))
    return EventContext(payment, snapshot, disputes=tuple(disputes or ()))


def _is_ours(tenant: Tenant, event: ProcessorEvent, payment: Payment | None) -> bool:
    if event.correlation is None:
        # A hint may lack its metadata: ours if we know the session or its intent.
        return event.is_hint and payment is not None
    return names_us(tenant, event.correlation)
