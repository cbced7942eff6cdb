"""Apply the sum of a payment's refunds, where the processor tells nothing else (M91).

What our rows do not explain was made at the processor, or is a refund of ours whose answer was lost, or came back.
"""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.alerts.open import reopen_alert, restate_alert
from duitpos.domain.payments.refunds.apply_refund import (
    PENDING_CHECK,
    apply_refund_snapshot,
    fail_refund,
    open_refund_alert,
    succeed_refund,
)
from duitpos.domain.payments.refunds.rows import is_asked
from duitpos.domain.payments.schedule import ANSWER_WAIT
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.money import Money
from duitpos.models import Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.refund import BY_TOTAL, RefundSource, RefundStatus
from duitpos.processors.snapshots import RefundSnapshot, RefundState

UNSURE = "refund_unsure"
COUNTED = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
"""States of refunds that the processor's sum contains."""


def apply_total(
    payment: Payment, total: Money, rows: list[Refund], not_made: UUID | None, *, is_outdated: bool
) -> str | None:
    """Apply the sum in the caller's transaction, and return an outcome code; None if it decides nothing yet.

    `rows` are the payment's refunds, read with its row locked. `is_outdated`: they changed while the processor was
    asked. A refund whose call was sent a moment ago may be contained in the sum or not.
    """
    asked = [row for row in rows if is_asked(row) and row.id != not_made]
    grown = total.minor - sum(row.amount_minor for row in rows if row.status in COUNTED)
    if not grown:
        return "already" if is_outdated or asked else _finish_pending(payment, rows)
    if is_outdated:
        return None
    outcome = "already"
    for row in list(asked):
        if row.amount_minor <= grown:
            outcome = succeed_refund(row, payment, now())
            grown -= row.amount_minor
            asked.remove(row)
    if not grown:
        return outcome
    if any(_may_still_arrive(row) for row in asked):
        return None
    if asked:
        _alert_unsure(payment, asked, total)
        return UNSURE
    if grown < 0:
        return _take_back(payment, rows, -grown, total)
    return _book_external(payment, grown, total, len(rows))


def _finish_pending(payment: Payment, rows: list[Refund]) -> str:
    """Count queued refunds as made that the sum still contains after an hour: no later sum would say it any better."""
    at, outcome = now(), "already"
    for row in rows:
        if row.status == RefundStatus.PENDING and row.created_at <= at - PENDING_CHECK:
            outcome = succeed_refund(row, payment, at)
    return outcome


def _may_still_arrive(row: Refund) -> bool:
    return row.first_sent_at is not None and row.first_sent_at > now() - ANSWER_WAIT


def _alert_unsure(payment: Payment, asked: list[Refund], total: Money) -> None:
    """Ask staff: somebody else refunded a part, or a refund came back, and ours may have been made or not."""
    at = now()
    reason = facts(Reason.REFUND_UNSURE, back=total, paid=payment.moved)
    for row in asked:
        if row.failure == reason:
            continue
        open_rows = Refund.objects.filter(tenant_id=row.tenant_id, id=row.id, status=RefundStatus.CREATED)
        if open_rows.update(failure=reason):
            about = {"reason": reason}
            reopen_alert(row.tenant_id, AlertKind.REFUND_FAILED, row.id, at, facts=about)
            restate_alert(row.tenant_id, AlertKind.REFUND_FAILED, row.id, facts=about)
            open_refund_alert(row, payment, reason, at)


def _book_external(payment: Payment, minor: int, total: Money, known_rows: int) -> str:
    """Book one refund for what was made at the processor; the reference is the same in every look at this sum."""
    snapshot = RefundSnapshot(
        # The sum alone would not do: it may go down, and then grow to the same again.
        reference=f"{BY_TOTAL}{total.minor}/{known_rows}",
        state=RefundState.SUCCEEDED,
        amount=Money(minor, total.currency),
        our_refund="",
    )
    return apply_refund_snapshot(payment, snapshot)


def _take_back(payment: Payment, rows: list[Refund], down: int, total: Money) -> str:
    """Fail the refunds that the sum no longer contains; the best guess is the newest one of that very amount."""
    at = now()
    newest_first = [row for row in reversed(rows) if row.status in COUNTED]
    likely = sorted(newest_first, key=_certainty)
    same = [row for row in likely if row.amount_minor == down]
    left = down
    for row in same[:1] or likely:
        if left > 0:
            fail_refund(row, payment, RefundStatus.FAILED, facts(Reason.REFUND_CAME_BACK), at)
            left -= row.amount_minor
    if left < 0:
        # Only a part of the last one came back, so it stood for several that were made at the processor.
        _book_external(payment, -left, total, len(rows))
    return "refund_failed"


def _certainty(row: Refund) -> tuple[bool, bool, bool]:
    """How certain it is that the refund reached the guest: queued ones are the least, then those without an id."""
    return row.status != RefundStatus.PENDING, bool(row.own_reference), row.source == RefundSource.PROCESSOR
