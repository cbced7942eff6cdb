"""Apply the processor's refund snapshots, including refunds made in the processor's dashboard (M6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.advance import advance_refund
from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.domain.payments.refunds.ask_lines import ask_for_lines
from duitpos.domain.payments.refunds.credit_note import number_credit_note
from duitpos.domain.payments.refunds.refund_mail import queue_refund_mail
from duitpos.domain.payments.schedule import next_refund_look
from duitpos.domain.payments.settlement.ledger import book_refund
from duitpos.domain.payments.settlement.match_payment import as_uuid
from duitpos.domain.payments.settlement.settle import look_at_siblings
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import business_date, now
from duitpos.kit.facts import Facts, facts, quoted
from duitpos.models import Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.ledger import LedgerKind
from duitpos.models.payment import PaymentStatus
from duitpos.models.refund import RefundSource, RefundStatus
from duitpos.processors.snapshots import RefundSnapshot, RefundState

OPEN = (RefundStatus.CREATED, RefundStatus.PENDING)
PENDING_CHECK = timedelta(hours=1)
MONEY_QUESTIONS = (
    AlertKind.REFUND_DUE,
    AlertKind.REFUND_FAILED,
    AlertKind.REFUND_LINES,
    AlertKind.DUPLICATE_PAYMENT,
    AlertKind.ORDER_CANCELED,
    AlertKind.AMOUNT_DIFFERS,
    AlertKind.MODE_DIFFERS,
    AlertKind.LATE_MONEY,
    AlertKind.LATE_FOOD,
    AlertKind.PAID_WHILE_CLOSED,
    AlertKind.SOLD_OUT_AFTER_PAYMENT,
    AlertKind.UNKNOWN_PAYMENT,
    AlertKind.FRAUD_WARNING,
    AlertKind.PAYMENT_REVIEW,
    AlertKind.DOUBLE_ORDER,
)
"""Alerts that a full refund of the payment resolves."""


def apply_refund_snapshot(payment: Payment, snapshot: RefundSnapshot) -> str:
    """Apply a snapshot in the caller's transaction and return an outcome code; safe to run twice."""
    refund = _row_of(payment, snapshot)
    at = now()
    if snapshot.state == RefundState.PENDING:
        moved = advance_refund(
            refund,
            (RefundStatus.CREATED,),
            RefundStatus.PENDING,
            reference=snapshot.reference,
            next_check_at=at + PENDING_CHECK,
        )
        if moved:
            queue_refund_mail(refund, payment, at)
        return "refund_pending" if moved else "already"
    if snapshot.state == RefundState.SUCCEEDED:
        return succeed_refund(refund, payment, at, snapshot.reference)
    to = RefundStatus.CANCELED if snapshot.state == RefundState.CANCELED else RefundStatus.FAILED
    return fail_refund(refund, payment, to, quoted(snapshot.failure), at, reference=snapshot.reference)


def _row_of(payment: Payment, snapshot: RefundSnapshot) -> Refund:
    """Find our row by the id in the refund's metadata, else by reference, else insert one for an external refund."""
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id)
    ours = as_uuid(snapshot.our_refund)
    known = (rows.filter(id=ours).first() if ours else None) or rows.filter(
        reference=snapshot.reference
    ).first()
    if known is not None:
        return known
    row = Refund(
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        source=RefundSource.PROCESSOR,
        amount_minor=snapshot.amount.minor,
        currency=snapshot.amount.currency,
        reason=snapshot.reason[:200],
        created_at=now(),
        reference=snapshot.reference,
    )
    Refund.objects.bulk_create([row], ignore_conflicts=True)
    found = rows.get(reference=snapshot.reference)
    if found.id == row.id:
        # The money has moved already, so this needs no guard; it limits our own refunds to the rest.
        _reserve(payment, snapshot.amount.minor)
        ask_for_lines(found, payment, now())
    return found


def _reserve(payment: Payment, minor: int) -> None:
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).update(
        refund_reserved_minor=F("refund_reserved_minor") + minor, refund_version=F("refund_version") + 1
    )


def succeed_refund(refund: Refund, payment: Payment, at: datetime, reference: str = "") -> str:
    """Record that a refund was made, in the caller's transaction. Without a `reference`, the stored one stays."""
    if not advance_refund(
        refund,
        OPEN,
        RefundStatus.SUCCEEDED,
        reference=reference or refund.reference,
        ended_at=at,
        next_check_at=next_refund_look(at, at),
        failure={},
    ):
        return "already"
    book_refund(refund, payment, LedgerKind.REFUND, at, _day(payment, at))
    number_credit_note(refund, payment, at)
    queue_refund_mail(refund, payment, at)
    # A late refund may have an Alert.
    resolve(
        payment.tenant_id,
        at,
        facts(Resolution.REFUND_ARRIVED),
        member=refund.member,
        kind=AlertKind.REFUND_FAILED,
        subject_id=refund.id,
    )
    if all_given_back(payment):
        resolve(
            payment.tenant_id,
            at,
            facts(Resolution.REFUNDED_IN_FULL),
            member=refund.member,
            payment_id=payment.id,
            kind__in=MONEY_QUESTIONS,
        )
        _close_held_order(refund, payment, at)
    return "refunded"


def _close_held_order(refund: Refund, payment: Payment, at: datetime) -> None:
    """Cancel an order that is still held after its full refund, because nothing else would end it."""
    if payment.order is None:
        return
    actor, why = Actor("staff" if refund.member else "webhook", refund.member), Because.REFUNDED
    if advance(payment.order, HELD, CANCELED, actor, at, why, ended_at=at, cancel_reason=why):
        look_at_siblings(payment, at)


def all_given_back(payment: Payment) -> bool:
    """Whether the current rows of succeeded refunds add up to what moved."""
    row = Payment.objects.get(tenant_id=payment.tenant_id, id=payment.id)
    return row.status == PaymentStatus.SUCCEEDED and _given_back(payment) >= row.moved.minor


def _given_back(payment: Payment) -> int:
    done = Refund.objects.filter(
        tenant_id=payment.tenant_id, payment_id=payment.id, status=RefundStatus.SUCCEEDED
    )
    return sum(done.values_list("amount_minor", flat=True))


def fail_refund(
    refund: Refund, payment: Payment, to: str, failure: Facts, at: datetime, reference: str = ""
) -> str:
    """Record that a refund failed or the bank returned it: free the reserved amount and open an Alert."""
    columns: dict[str, Any] = {"ended_at": at, "next_check_at": None, "failure": failure}
    if reference:
        columns["reference"] = reference
    was_paid_out = False
    if not advance_refund(refund, OPEN, to, **columns):
        was_paid_out = to == RefundStatus.FAILED and advance_refund(
            refund, (RefundStatus.SUCCEEDED,), to, **columns
        )
        if not was_paid_out:
            return "already"
    _reserve(payment, -refund.amount_minor)
    queue_refund_mail(refund, payment, at)
    gone = facts(Resolution.REFUND_NOT_MADE)
    resolve(payment.tenant_id, at, gone, kind=AlertKind.REFUND_LINES, subject_id=refund.id)
    if was_paid_out:
        book_refund(refund, payment, LedgerKind.REFUND_FAILED, at, _day(payment, at))
    if taken_by_bank(payment).minor >= payment.moved.minor - _given_back(payment):
        # Nothing is left to refund, because the bank took it; the dispute's Alert covers that.
        return "refund_failed"
    # A canceled refund also leaves the money here, unless other refunds returned it all.
    if not all_given_back(payment):
        # Staff may have resolved the Alert while the refund was only late.
        reason = failure or _default_reason(to)
        about = {"reason": reason}
        reopen_alert(refund.tenant_id, AlertKind.REFUND_FAILED, refund.id, at, facts=about)
        open_refund_alert(refund, payment, reason, at)
    return "refund_failed"


def open_refund_alert(refund: Refund, payment: Payment, reason: Facts, at: datetime) -> None:
    """Open one Alert per refund that has not reached the guest, in the caller's transaction."""
    open_alert(
        refund.tenant_id,
        AlertKind.REFUND_FAILED,
        refund.id,
        at,
        order=payment.order,
        payment=payment,
        amount=refund.amount,
        facts={"reason": reason},
    )


def _default_reason(to: str) -> Facts:
    return facts(Reason.REFUND_CANCELED) if to == RefundStatus.CANCELED else {}


def _day(payment: Payment, at: datetime) -> date:
    location = payment.location
    return business_date(at, location.time_zone, location.day_closes_at) if location else at.date()
