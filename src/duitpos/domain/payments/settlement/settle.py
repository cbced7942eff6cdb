"""The one place where a processor's word about a payment changes our books.

Webhook, return, sweep and button all end here, in any order, any number of times, at the same moment. Every step is a
guarded update whose row count decides; whoever comes second reads and returns (docs/money-path.md, M1 to M16).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db.models import Value
from django.db.models.functions import Coalesce

from duitpos.domain.alerts.open import Resolution, open_payment_alert, resolve
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.schedule import CLOSE_UNPAID, next_check
from duitpos.domain.payments.settlement.ledger import book_payment, queue_after_payment
from duitpos.domain.payments.settlement.release_order import order_after_money
from duitpos.kit.clock import business_date, now
from duitpos.kit.facts import facts, quoted
from duitpos.models import Payment, PaymentDecline
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.base import Decline, PaymentSnapshot, SnapshotState

ENDED_UNPAID = (PaymentStatus.FAILED, PaymentStatus.CANCELED)


class SettleResult(StrEnum):
    """What became of a processor's word."""

    SETTLED = "settled"
    ALREADY = "already"
    STILL_OPEN = "still_open"
    PROCESSING = "processing"
    ENDED = "ended"
    FREE = "free"


def settle(payment: Payment, snapshot: PaymentSnapshot, actor: Actor) -> SettleResult:
    """Apply a snapshot to its payment, in the caller's transaction; safe to run twice.

    `payment` comes with its `order` and `location`. Lock order: payment, order, number, inserts (M36).
    """
    at = now()  # one instant gives the business date of order, payment and ledger (M34)
    _remember_references(payment, snapshot)
    settled = _apply(payment, snapshot, actor, at)
    record_declines(payment, snapshot.declines)
    return settled


def _apply(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    if snapshot.state == SnapshotState.PAID:
        return _take_money(payment, snapshot, actor, at)
    if snapshot.state in (SnapshotState.EXPIRED, SnapshotState.FAILED):
        return _end_unpaid(payment, snapshot, at)
    if snapshot.state == SnapshotState.FREE:
        return _have_it_looked_at(payment, at)
    return _wait(payment, snapshot, actor, at)


def _remember_references(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Fill in what a crash or an early state left empty; a reference that is known never changes."""
    known = {
        "reference": snapshot.reference,
        "intent_reference": snapshot.intent_reference,
        "charge_reference": snapshot.charge_reference,
    }
    missing = {name: value for name, value in known.items() if value and not getattr(payment, name)}
    if not missing or snapshot.state == SnapshotState.PAID:  # the paid update carries them itself
        return
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, **dict.fromkeys(missing, "")).update(
        **missing
    )


def _take_money(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    moved = snapshot.amount or payment.amount
    location = payment.location
    day = business_date(at, location.time_zone, location.day_closes_at) if location else at.date()
    columns = {
        "reference": payment.reference or snapshot.reference,
        "intent_reference": snapshot.intent_reference or payment.intent_reference,
        "charge_reference": snapshot.charge_reference or payment.charge_reference,
        "moved_minor": moved.minor,
        "moved_currency": moved.currency,
        "method": dict(snapshot.method),
        "guest_email": snapshot.guest_email,
        "settled_at": at,
        "settled_via": actor.kind,
        "paid_at": snapshot.paid_at,
        "business_date": day,
        "processing_since": None,
        "next_check_at": None,
        "not_found_at": None,
        "failure": {},
    }
    was_asked_about = _was_asked_about(payment)
    late = False
    if not advance_payment(payment, LIVE_ATTEMPT, PaymentStatus.SUCCEEDED, **columns):
        late = advance_payment(payment, ENDED_UNPAID, PaymentStatus.SUCCEEDED, **columns)
        if not late:
            return SettleResult.ALREADY
    order_after_money(payment, snapshot, actor, at, late=late)
    if late:
        look_at_siblings(payment, at)
    book_payment(payment, at, day)
    queue_after_payment(payment, at)
    if was_asked_about:
        _answer_questions(payment, at)
    return SettleResult.SETTLED


def _was_asked_about(payment: Payment) -> bool:
    """Questions come of asking, so a first delivery answers none and is spared the statement."""
    return bool(payment.checks or payment.asked_at or payment.not_found_at)


def _answer_questions(payment: Payment, at: datetime) -> None:
    """What the processor could not tell before, it has told now."""
    resolve(
        payment.tenant_id,
        at,
        facts(Resolution.PROCESSOR_ANSWERED),
        payment_id=payment.id,
        kind__in=(
            AlertKind.NOT_AT_PROCESSOR,
            AlertKind.STILL_PROCESSING,
            AlertKind.EVENT_FAILED,
        ),
    )


def look_at_siblings(payment: Payment, at: datetime) -> None:
    """A newer attempt of the order may still be payable; the sweep ends it now, for the order is no longer held."""
    siblings = Payment.objects.filter(
        tenant_id=payment.tenant_id, order=payment.order, status__in=LIVE_ATTEMPT
    )
    siblings.update(next_check_at=at)


def _end_unpaid(payment: Payment, snapshot: PaymentSnapshot, at: datetime) -> SettleResult:
    to = PaymentStatus.CANCELED if snapshot.state == SnapshotState.EXPIRED else PaymentStatus.FAILED
    was_asked_about = _was_asked_about(payment)
    ended = advance_payment(
        payment,
        LIVE_ATTEMPT,
        to,
        ended_at=at,
        failure=quoted(snapshot.failure),
        processing_since=None,
        next_check_at=at + CLOSE_UNPAID,  # then the order is closed, if nothing newer was tried (M21)
        checks=0,
    )
    if ended and was_asked_about:
        _answer_questions(payment, at)
    return SettleResult.ENDED if ended else SettleResult.ALREADY


def _have_it_looked_at(payment: Payment, at: datetime) -> SettleResult:
    """Complete, and nothing to pay: impossible for us, and final over there. A person decides; asking again is idle."""
    live = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT)
    # The guest is through with the processor's page, so theirs says "checking".
    live.update(returned_at=Coalesce("returned_at", Value(at)), next_check_at=None)
    open_payment_alert(payment, AlertKind.NO_PAYMENT_REQUIRED, at)
    return SettleResult.FREE


def _wait(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    """Nothing is decided yet: note "processing", and when to look again. Changes no state."""
    live = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING)
    processing = snapshot.state == SnapshotState.PROCESSING
    if processing:
        # The processor's clock: the news may be hours old, and lateness counts from what the guest did (M60).
        since = min(snapshot.acted_at or at, at)
        live.filter(processing_since__isnull=True).update(processing_since=since)
        payment.processing_since = payment.processing_since or since
    if payment.last_problem or payment.not_found_at:
        live.update(last_problem={}, not_found_at=None)  # it has answered
        _answer_questions(payment, at)
    # A guest who came back is looked after in 20 s; whoever asked for them has set that (may_fetch).
    if processing or actor.kind != "return":
        live.update(next_check_at=next_check(payment, payment.location, at))
    return SettleResult.PROCESSING if processing else SettleResult.STILL_OPEN


def record_declines(payment: Payment, declines: Iterable[Decline]) -> None:
    """Keep each refused card once, in the caller's transaction; the processor's reference tells them apart.

    They are for the owner to read, and never change the payment's state.
    """
    rows = [
        PaymentDecline(
            tenant_id=payment.tenant_id,
            payment_id=payment.id,
            reference=decline.reference[:80],
            at=decline.at,
            code=decline.code[:60],
            decline_code=decline.decline_code[:60],
            message=decline.message[:300],
            method=dict(decline.method),
        )
        for decline in declines
    ]
    if rows:
        PaymentDecline.objects.bulk_create(rows, ignore_conflicts=True)
