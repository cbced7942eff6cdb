"""Store, book and alert about the processor's disputes, in whatever order events arrive (M66)."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

import structlog
from django.db.models import Q, Sum

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve, restate_alert
from duitpos.domain.alerts.tell import queue_mail
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import references_of
from duitpos.domain.payments.settlement.ledger import book_dispute
from duitpos.kit.clock import business_date, now
from duitpos.kit.facts import facts
from duitpos.kit.money import Money
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Dispute, LedgerEntry, Location, Payment
from duitpos.models.alert import AlertKind
from duitpos.models.dispute import DisputeStatus
from duitpos.models.ledger import LedgerKind
from duitpos.processors.errors import ProcessorError
from duitpos.processors.registry import adapter
from duitpos.processors.snapshots import DISPUTE_OVER, DisputeSnapshot, DisputeState

log = structlog.get_logger(__name__)
CONTESTED = (DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW)
"""While the bank has not decided, the processor refunds nothing of the payment."""
_STEPS = (DisputeState.INQUIRY, DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW)


def apply_dispute(payment: Payment, snapshot: DisputeSnapshot, said_at: datetime) -> str:
    """Apply a snapshot in the caller's transaction and return an outcome code; safe to run twice.

    `said_at` is when the processor reported it. An older event that arrives later never moves a dispute back.
    """
    at = now()
    ended_at = at if snapshot.state in DISPUTE_OVER else None
    row = Dispute(
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        reference=snapshot.reference,
        status=snapshot.state,
        amount_minor=snapshot.amount.minor,
        currency=snapshot.amount.currency,
        reason=snapshot.reason[:120],
        opened_at=snapshot.opened_at,
        respond_by=snapshot.respond_by,
        said_at=said_at,
        ended_at=ended_at,
    )
    Dispute.objects.bulk_create([row], ignore_conflicts=True)
    rows = Dispute.objects.filter(
        tenant_id=payment.tenant_id, payment_id=payment.id, reference=snapshot.reference
    )
    dispute = rows.get()
    is_new = dispute.id == row.id
    forward = Q(said_at__lt=said_at) | Q(status__in=_earlier_states(snapshot.state))
    moved = rows.filter(forward).update(
        status=snapshot.state, respond_by=snapshot.respond_by, said_at=said_at, ended_at=ended_at
    )
    _book_movements(dispute, payment, snapshot, at)
    if is_new or (moved and dispute.status != snapshot.state):
        dispute.status = snapshot.state
        _update_alert(dispute, payment, snapshot, at)
        return f"dispute_{snapshot.state}"
    return "already"


def open_dispute(payment: Payment) -> Dispute | None:
    """The dispute that the bank has not decided, and in which it takes the money; an inquiry is none."""
    rows = Dispute.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id, status__in=CONTESTED)
    return rows.order_by("opened_at", "id").first()


def taken_by_bank(payment: Payment) -> Money:
    """Return what the guest's bank has taken of this payment and not returned."""
    rows = LedgerEntry.objects.filter(
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        kind__in=(LedgerKind.DISPUTE, LedgerKind.DISPUTE_RETURN),
    )
    moved = rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return Money(max(-moved, 0), payment.moved.currency)


def look_for_disputes(payment: Payment) -> None:
    """Fetch and apply the payment's disputes, because an endpoint may not subscribe to dispute events.

    Call it with no transaction open. Does not raise if the processor is unavailable.
    """
    if not adapter(payment.account.processor).can.has_disputes:
        return
    # Before the question: what an event says of a later moment is newer than the answer.
    asked_at = now()
    try:
        processor, named = open_account(payment.account), references_of(payment)
        with outside_database():
            snapshots = processor.disputes_of(named)
    except (ProcessorError, Unavailable) as error:
        log.warning("disputes_not_listed", payment=str(payment.id), problem=str(error))
        return
    for snapshot in snapshots:
        transact(lambda snapshot=snapshot: apply_dispute(payment, snapshot, asked_at))  # type: ignore[misc]


def _earlier_states(state: DisputeState) -> list[DisputeState]:
    """Return the states that precede `state`."""
    return [*_STEPS] if state in DISPUTE_OVER else [*_STEPS[: _STEPS.index(state)]]


def _book_movements(dispute: Dispute, payment: Payment, snapshot: DisputeSnapshot, at: datetime) -> None:
    location = payment.location
    day = business_date(at, location.time_zone, location.day_closes_at) if location else at.date()
    rows = LedgerEntry.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id)
    booked = set(rows.values_list("kind", "source_id"))
    for movement in snapshot.movements:
        # Derived from the movement's id, so that duplicates book it once.
        source = uuid5(dispute.id, movement.reference)
        kind = LedgerKind.DISPUTE if movement.amount.minor < 0 else LedgerKind.DISPUTE_RETURN
        # The unique key decides; this look spares the day's totals from being summed again at every listing.
        if (kind, source) not in booked:
            book_dispute(source, payment, kind, movement.amount, at, day)
        if movement.fee.minor and (LedgerKind.DISPUTE_FEE, source) not in booked:
            fee = Money(-movement.fee.minor, movement.fee.currency)
            book_dispute(source, payment, LedgerKind.DISPUTE_FEE, fee, at, day)


def _time_zone_of(payment: Payment) -> str:
    """The clock that staff read: that of the payment's location, else of the first one."""
    if payment.location is not None:
        return str(payment.location.time_zone)
    zones = Location.objects.filter(tenant_id=payment.tenant_id).order_by("position", "name")
    first = zones.first()
    return first.time_zone if first is not None else "UTC"


def _update_alert(dispute: Dispute, payment: Payment, snapshot: DisputeSnapshot, at: datetime) -> None:
    """Open or reopen the dispute's one Alert; resolve it when the dispute ends without a loss."""
    if snapshot.state in (DisputeState.WON, DisputeState.CLOSED):
        ended = facts(Resolution.DISPUTE_OVER)
        resolve(payment.tenant_id, at, ended, kind=AlertKind.DISPUTE, subject_id=dispute.id)
        return
    about = {
        "state": snapshot.state,
        "bank_reason": snapshot.reason.replace("_", " "),
        "respond_by": snapshot.respond_by,
        "time_zone": _time_zone_of(payment),
    }
    tenant_id, kind = payment.tenant_id, AlertKind.DISPUTE
    restate_alert(tenant_id, kind, dispute.id, facts=about)
    if snapshot.state == DisputeState.UNDER_REVIEW:
        # Nothing to decide: an alert that staff have done with stays so.
        return
    reopen_alert(tenant_id, kind, dispute.id, at, amount=snapshot.amount, facts=about)
    open_alert(
        tenant_id,
        kind,
        dispute.id,
        at,
        order=payment.order,
        payment=payment,
        amount=snapshot.amount,
        facts=about,
    )
    queue_mail(tenant_id, kind, dispute.id, at)
