"""What an event means for our books: look up outside the transaction, apply inside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Q

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.disputes.disputes import apply_dispute
from duitpos.domain.payments.problems import record_refusal, record_refused_key
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.refunds.apply_refund import apply_refund_snapshot
from duitpos.domain.payments.settlement.declines import record_declines
from duitpos.domain.payments.settlement.match_payment import (
    payment_of_correlation,
    payment_of_intent,
    payment_of_snapshot,
)
from duitpos.domain.payments.settlement.record_unknown_payment import are_one, record_unknown_payment
from duitpos.domain.payments.settlement.settle import settle
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.processors.base import (
    Correlation,
    Decline,
    DisputeSnapshot,
    EventKind,
    Failure,
    PaymentSnapshot,
    Processor,
    ProcessorError,
    ProcessorEvent,
    RefundSnapshot,
    SnapshotState,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EventContext:
    """What is known before the transaction: whose payment it is and, where the event itself may not be believed or does
    not say, what was fetched about it."""

    payment: Payment | None = None
    snapshot: PaymentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] = field(default_factory=tuple)
    disputes: tuple[DisputeSnapshot, ...] = field(default_factory=tuple)
    decline: Decline | None = None
    said_at: datetime = field(default_factory=now)
    """When the processor said it: now, for what was fetched."""
    is_ours: bool = True


OF_A_CHARGE = (EventKind.REFUND, EventKind.REFUNDED_CHARGE, EventKind.DISPUTE)


def load_context(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> EventContext:
    """Find the payment and, unless the event is to be believed as it is, fetch. ProcessorError, Unavailable."""
    if event.kind == EventKind.OTHER:
        return EventContext()
    if event.kind in OF_A_CHARGE:
        return _load_charge(tenant, account, event)
    return _load_session(tenant, account, event)


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
            return EventContext(is_ours=False)
        # It carries no correlation: only the session itself tells whose it is.
        snapshot = _fetch_named(account, None, event)
        if snapshot is None or not names_us(tenant, snapshot.correlation):
            return EventContext(is_ours=False)
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
        return EventContext(is_ours=False)
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


def names_us(tenant: Tenant, correlation: Correlation | None) -> bool:
    """Whether a correlation was written by this installation for this restaurant."""
    return correlation is not None and (correlation.installation, correlation.tenant) == (
        str(installation().id),
        str(tenant.id),
    )


def apply_event(
    tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, context: EventContext, actor: Actor
) -> str:
    """Change our books by an event, in the caller's transaction; one word on what became of it."""
    outcome = _apply_by_kind(tenant, account, event, context, actor)
    _note_health(account, event)  # last: payment and order are locked first, whatever the path (M36)
    return outcome


def _apply_by_kind(
    tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, context: EventContext, actor: Actor
) -> str:
    if not context.is_ours:
        _count(account, "foreign_events")
        return "foreign"
    if event.kind == EventKind.OTHER:
        _count(account, "unknown_events")
        return "unknown_type"
    if event.kind in OF_A_CHARGE:
        return _apply_charge(context, actor)
    if event.kind == EventKind.DECLINE and context.snapshot is None:
        if context.payment is None or context.decline is None:
            return "unknown_payment"
        record_declines(context.payment, (context.decline,))
        return "declined"
    if context.snapshot is None:  # it names no session, or one that the processor does not know
        return "unknown_payment"
    return apply_payment(tenant, account, context.payment, context.snapshot, actor)


def _apply_charge(context: EventContext, actor: Actor) -> str:
    payment = context.payment
    if payment is None:  # load_context calls one without a payment foreign
        return "unknown_payment"
    if context.snapshot is not None:
        settle(payment, context.snapshot, actor)
    words = [apply_refund_snapshot(payment, snapshot) for snapshot in context.refunds]
    words += [apply_dispute(payment, snapshot, context.said_at) for snapshot in context.disputes]
    return words[-1] if words else "nothing"


def apply_payment(
    tenant: Tenant,
    account: ProcessorAccount,
    payment: Payment | None,
    snapshot: PaymentSnapshot,
    actor: Actor,
) -> str:
    """Settle a snapshot; money for a payment that we do not know is taken in all the same (M19)."""
    if payment is not None:
        # The row was read before the transaction; its order and location are its own and do not change.
        return settle(payment, snapshot, actor).value
    if snapshot.state != SnapshotState.PAID:
        return "unknown_payment"
    return settle(record_unknown_payment(tenant, account, snapshot), snapshot, actor).value


def _note_health(account: ProcessorAccount, event: ProcessorEvent) -> None:
    """When the last believed event came: for people, so once a minute is enough, and the row does not get hot."""
    at = now()
    if event.is_thin and (account.thin_event_at is None or account.thin_event_at < at - timedelta(minutes=1)):
        ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(thin_event_at=at)
    stale = Q(last_event_at__isnull=True) | Q(last_event_at__lt=at - timedelta(minutes=1))
    if account.last_event_at is None or account.last_event_at < at - timedelta(minutes=1):
        ProcessorAccount.objects.filter(stale, tenant_id=account.tenant_id, id=account.id).update(
            last_event_at=at
        )


def _count(account: ProcessorAccount, counter: str) -> None:
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        **{counter: F(counter) + 1}
    )
