"""The only module that applies a processor's snapshot to a payment.

Webhook, return, sweep and button all call it, in any order, repeatedly and concurrently. Every step is a guarded
update; a caller whose update changes no row returns (docs/money-path.md: M1 to M16, M21, M34, M36, M60, M81, M83, M92,
M93).
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
from duitpos.domain.payments.references import add_references
from duitpos.domain.payments.schedule import CLOSE_UNPAID, next_check
from duitpos.domain.payments.settlement.fees import book_fee_of_charge
from duitpos.domain.payments.settlement.further_charges import (
    further_payments,
    keep_refund_scope,
    of_first_charge,
)
from duitpos.domain.payments.settlement.ledger import book_payment, queue_after_payment
from duitpos.domain.payments.settlement.release_order import order_after_money
from duitpos.kit.clock import business_date, now
from duitpos.kit.facts import facts, quoted
from duitpos.models import Payment, PaymentDecline
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.snapshots import Decline, PaymentSnapshot, SnapshotState

ENDED_UNPAID = (PaymentStatus.FAILED, PaymentStatus.CANCELED)


class SettleResult(StrEnum):
    """The result of applying a snapshot."""

    SETTLED = "settled"
    ALREADY = "already"
    STILL_OPEN = "still_open"
    PROCESSING = "processing"
    ENDED = "ended"
    FREE = "free"


def settle(payment: Payment, snapshot: PaymentSnapshot, actor: Actor) -> SettleResult:
    """Apply a snapshot to its payment, in the caller's transaction; safe to run twice.

    `payment` comes with its `order` and `location`. Lock order: payment, order, number series, stock, location.
    """
    # One instant, so that order, payment and ledger get the same business date.
    at = now()
    _remember_main_reference(payment, snapshot)
    settled = _apply_by_state(payment, of_first_charge(snapshot), actor, at)
    # A paid snapshot that changed nothing brings no new ids either.
    if settled == SettleResult.SETTLED or snapshot.state != SnapshotState.PAID:
        add_references(payment, snapshot.references.others)
    record_declines(payment, snapshot.declines)
    if settled == SettleResult.ALREADY:
        keep_refund_scope(payment, snapshot)
    if snapshot.state == SnapshotState.PAID and snapshot.charges:
        book_fee_of_charge(payment, snapshot.charges[0])
    for further, its_snapshot in further_payments(payment, snapshot):
        settle(further, its_snapshot, actor)
    return settled


def _apply_by_state(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    if snapshot.state == SnapshotState.PAID:
        return _settle_paid(payment, snapshot, actor, at)
    if snapshot.state in (SnapshotState.EXPIRED, SnapshotState.FAILED):
        return _end_unpaid(payment, snapshot, at)
    if snapshot.state == SnapshotState.FREE:
        return _alert_nothing_to_pay(payment, at)
    return _keep_open(payment, snapshot, actor, at)


def _remember_main_reference(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Fill in the main reference if it is still empty, such as after a crash. A stored one never changes."""
    # The update for a paid snapshot sets it itself.
    if payment.reference or not snapshot.reference or snapshot.state == SnapshotState.PAID:
        return
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, reference="").update(
        reference=snapshot.reference
    )


def _settle_paid(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    moved = snapshot.amount or payment.amount
    location = payment.location
    day = business_date(at, location.time_zone, location.day_closes_at) if location else at.date()
    columns = {
        "reference": payment.reference or snapshot.reference,
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
        "watched_until": None,
        "not_found_at": None,
        "failure": {},
        "refund_scope": snapshot.refundable,
    }
    was_fetched_before = _was_fetched_before(payment)
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
    if was_fetched_before:
        _resolve_fetch_alerts(payment, at)
    return SettleResult.SETTLED


def _was_fetched_before(payment: Payment) -> bool:
    """Whether a fetch may have opened Alerts. Before any fetch there are none, which saves the UPDATE."""
    return bool(payment.checks or payment.asked_at or payment.not_found_at)


def _resolve_fetch_alerts(payment: Payment, at: datetime) -> None:
    """Resolve the Alerts of earlier fetches, because the processor has answered."""
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
    """Have the sweep end the order's live attempts now, because the order is no longer held."""
    siblings = Payment.objects.filter(
        tenant_id=payment.tenant_id, order=payment.order, status__in=LIVE_ATTEMPT
    )
    siblings.update(next_check_at=at)


def _end_unpaid(payment: Payment, snapshot: PaymentSnapshot, at: datetime) -> SettleResult:
    to = PaymentStatus.CANCELED if snapshot.state == SnapshotState.EXPIRED else PaymentStatus.FAILED
    was_fetched_before = _was_fetched_before(payment)
    ended = advance_payment(
        payment,
        LIVE_ATTEMPT,
        to,
        ended_at=at,
        failure=quoted(snapshot.failure),
        processing_since=None,
        # At this check the sweep closes the order, unless there is a newer attempt.
        next_check_at=at + CLOSE_UNPAID,
        checks=0,
    )
    if ended and was_fetched_before:
        _resolve_fetch_alerts(payment, at)
    if not ended and payment.watched_until is not None:
        # We had ended it; now its page can no longer be paid either.
        watched = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
        watched.update(watched_until=None, last_problem={})
    return SettleResult.ENDED if ended else SettleResult.ALREADY


def _alert_nothing_to_pay(payment: Payment, at: datetime) -> SettleResult:
    """Open an Alert for a session that is complete with nothing to pay, which we never request.

    That state is final at the processor, so staff decide and no further check is scheduled.
    """
    live = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT)
    # The guest has finished at the processor, so our page shows "checking".
    live.update(returned_at=Coalesce("returned_at", Value(at)), next_check_at=None)
    open_payment_alert(payment, AlertKind.NO_PAYMENT_REQUIRED, at)
    return SettleResult.FREE


def _keep_open(payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime) -> SettleResult:
    """Record "processing" and the next check of an undecided payment. The status does not change."""
    live = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING)
    # Money that is only held may still be let go, so it counts as not there yet.
    processing = snapshot.state in (SnapshotState.PROCESSING, SnapshotState.AUTHORIZED)
    if processing:
        # Use the processor's time: the event may be hours old, and lateness counts from the guest's action.
        since = min(snapshot.acted_at or at, at)
        live.filter(processing_since__isnull=True).update(processing_since=since)
        payment.processing_since = payment.processing_since or since
    elif payment.processing_since is not None:
        # It was processing before this answer: the bank said no, and the page can be paid again.
        live.update(processing_since=None)
        payment.processing_since = None
    if payment.last_problem or payment.not_found_at:
        rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
        rows.update(last_problem={}, not_found_at=None)
        _resolve_fetch_alerts(payment, at)
    # After a guest's return, may_fetch has already set a check in 20 s.
    if processing or actor.kind != "return":
        live.update(next_check_at=next_check(payment, payment.location, at))
    return SettleResult.PROCESSING if processing else SettleResult.STILL_OPEN


def record_declines(payment: Payment, declines: Iterable[Decline]) -> None:
    """Store each decline once, by the processor's reference, in the caller's transaction.

    Owners read them; they never change the payment's state.
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
