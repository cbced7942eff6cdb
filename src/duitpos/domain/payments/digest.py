"""What an event means for our books: look up outside the transaction, apply inside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from django.db.models import F, Q

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.adopt import adopt_stray
from duitpos.domain.payments.declines import record_declines
from duitpos.domain.payments.find import payment_of_intent, payment_of_mark, payment_of_snapshot
from duitpos.domain.payments.refund_word import apply_refund_snapshot
from duitpos.domain.payments.settle import settle
from duitpos.domain.payments.setup.processor_of import open_account
from duitpos.domain.payments.trouble import note_refused_key, note_trouble
from duitpos.domain.tenancy.installation import installation
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, ProcessorAccount, Tenant
from duitpos.processors.base import (
    EventKind,
    Failure,
    Mark,
    PaymentSnapshot,
    Processor,
    ProcessorError,
    ProcessorEvent,
    RefundSnapshot,
    SnapshotState,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Word:
    """What is known before the transaction: whose payment it is and, where it had to be fetched, the truth about it."""

    payment: Payment | None = None
    snapshot: PaymentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] = field(default_factory=tuple)
    is_ours: bool = True


def look_up(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> Word:
    """Find the payment and, for a hint (M11) or another account's event (M12), fetch. ProcessorError, Unavailable."""
    if event.kind in (EventKind.REFUND, EventKind.REFUNDED_CHARGE):
        return _look_up_refund(tenant, account, event)
    if event.kind == EventKind.OTHER or not _is_ours(tenant, event):
        return Word(is_ours=event.kind == EventKind.OTHER)
    if event.kind == EventKind.DECLINE:
        return Word(payment_of_mark(tenant.id, event.mark))
    snapshot = event.payment
    payment = payment_of_snapshot(tenant.id, snapshot) if snapshot else _by_reference(tenant, event)
    asked = payment.account if payment and payment.account_id != account.id else account
    if snapshot is None or asked is not account:
        # A hint that names no session is about the one of the payment that it names.
        reference = event.reference or (payment.reference if payment else "")
        snapshot = (
            _follow(asked, payment, lambda processor: processor.fetch(reference)) if reference else None
        )
        if snapshot is not None:
            payment = payment or payment_of_snapshot(tenant.id, snapshot)
    return Word(payment, snapshot)


def _follow(account: ProcessorAccount, payment: Payment | None, ask: Callable[[Processor], T]) -> T | None:
    """Ask where a notice points to. None: it points to nothing, and at nothing of ours. ProcessorError, Unavailable."""
    try:
        processor = open_account(account)
        with outside_database():
            return ask(processor)
    except ProcessorError as error:
        if error.failure == Failure.KEY_REFUSED:
            note_refused_key(account)
        elif error.failure == Failure.NOT_FOUND:
            if payment is None:
                return None  # a definite answer: to ask again for ever would tell nothing else
            note_trouble(payment, error)
        raise


def _by_reference(tenant: Tenant, event: ProcessorEvent) -> Payment | None:
    rows = Payment.objects.filter(tenant=tenant, reference=event.reference).select_related(
        "order", "location"
    )
    return rows.first() or payment_of_mark(tenant.id, event.mark)


def _look_up_refund(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent) -> Word:
    """Refunds carry no mark of the payment, so they are found by the intent. A hint or a charge is looked up whole."""
    payment = payment_of_intent(tenant.id, event.intent_reference, event.charge_reference)
    snapshot = None
    # A charge has our mark or is foreign; of a refund only its intent's session tells.
    if payment is None and event.intent_reference and (event.kind == EventKind.REFUND or event.mark):
        # It may have overtaken the news of the payment itself.
        snapshot = _follow(account, None, lambda processor: processor.fetch_by_intent(event.intent_reference))
        if snapshot is not None and _names_us(tenant, snapshot.mark):
            payment = payment_of_snapshot(tenant.id, snapshot)
    if payment is None:
        return Word(is_ours=False)
    if event.refund is not None:
        return Word(payment, snapshot, refunds=(event.refund,))
    intent = event.intent_reference or payment.intent_reference
    refunds = _follow(payment.account, payment, lambda processor: processor.refunds_of(intent))
    return Word(payment, snapshot, refunds=tuple(refunds or ()))


def _is_ours(tenant: Tenant, event: ProcessorEvent) -> bool:
    if event.mark is None:
        # A hint may lack its metadata: ours if we know the session. One that names none is nobody's: payments that
        # never began have no reference either.
        known = Payment.objects.filter(tenant=tenant, reference=event.reference)
        return event.is_hint and event.reference != "" and known.exists()
    return _names_us(tenant, event.mark)


def _names_us(tenant: Tenant, mark: Mark | None) -> bool:
    return mark is not None and (mark.installation, mark.tenant) == (str(installation().id), str(tenant.id))


def apply(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, word: Word, actor: Actor) -> str:
    """Change our books by an event, in the caller's transaction; one word on what became of it."""
    outcome = _apply(tenant, account, event, word, actor)
    _note_health(account)  # last: payment and order are locked first, whatever the path (M36)
    return outcome


def _apply(tenant: Tenant, account: ProcessorAccount, event: ProcessorEvent, word: Word, actor: Actor) -> str:
    if not word.is_ours:
        _count(account, "foreign_events")
        return "foreign"
    if event.kind == EventKind.OTHER:
        _count(account, "unknown_events")
        return "unknown_type"
    if event.kind == EventKind.DECLINE:
        if word.payment is None or event.decline is None:
            return "unknown_payment"
        record_declines(word.payment, (event.decline,))
        return "declined"
    if event.kind in (EventKind.REFUND, EventKind.REFUNDED_CHARGE):
        assert word.payment is not None  # noqa: S101 - a refund without a payment is foreign
        if word.snapshot is not None:
            settle(word.payment, word.snapshot, actor)
        words = [apply_refund_snapshot(word.payment, snapshot) for snapshot in word.refunds]
        return words[-1] if words else "nothing"
    if word.snapshot is None:  # it names no session, or one that the processor does not know
        return "unknown_payment"
    return apply_payment(tenant, account, word.payment, word.snapshot, actor)


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
    return settle(adopt_stray(tenant, account, snapshot), snapshot, actor).value


def _note_health(account: ProcessorAccount) -> None:
    """When the last believed event came: for people, so once a minute is enough, and the row does not get hot."""
    at = now()
    stale = Q(last_event_at__isnull=True) | Q(last_event_at__lt=at - timedelta(minutes=1))
    if account.last_event_at is None or account.last_event_at < at - timedelta(minutes=1):
        ProcessorAccount.objects.filter(stale, tenant_id=account.tenant_id, id=account.id).update(
            last_event_at=at
        )


def _count(account: ProcessorAccount, counter: str) -> None:
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        **{counter: F(counter) + 1}
    )
