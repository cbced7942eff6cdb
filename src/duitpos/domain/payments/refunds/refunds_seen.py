"""Apply what a processor tells of a payment's refunds: a list with or without our ids, or only their sum (M6, M91).

Where no refund carries our id, ours are told from those made at the processor by their amounts. That is only sound if
our rows did not change while the processor was asked: they are read before, and compared in the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import references_of
from duitpos.domain.payments.refunds.apply_refund import apply_refund_snapshot
from duitpos.domain.payments.refunds.apply_total import apply_total
from duitpos.domain.payments.refunds.rows import is_asked, lock_payment, refunds_in_order
from duitpos.kit.transact import outside_database
from duitpos.models import Payment, Refund
from duitpos.models.refund import RefundStatus
from duitpos.processors.references import References
from duitpos.processors.registry import adapter
from duitpos.processors.snapshots import RefundSnapshot, RefundsSeen

Marks = tuple[tuple[UUID, str, int, datetime | None, str], ...]


class OutdatedLook(Unavailable):
    """Our rows changed while the processor was asked, or it told nothing usable: ask again."""


@dataclass(frozen=True, slots=True)
class Look:
    """A payment's refunds as the processor tells them.

    `before`: our rows as they were before it was asked. None when each refund carries our id, which no change of our
    rows can make wrong.
    """

    payment: Payment
    seen: RefundsSeen
    before: Marks | None = None


def look_at_refunds(payment: Payment) -> Look:
    """Ask the processor. Call it with no transaction open. Raises ProcessorError, Unavailable."""
    processor, named = open_account(payment.account), references_of(payment)
    before = rows_before_look(payment)
    with outside_database():
        seen = processor.refunds_of(named)
    return Look(payment, seen, before)


def rows_before_look(payment: Payment) -> Marks | None:
    """Read our rows before the processor is asked; None, without a query, when its refunds carry our ids."""
    if adapter(payment.account.processor).can.refund.finds_ours:
        return None
    return _marks(refunds_in_order(payment))


def apply_refunds_seen(look: Look, not_made: UUID | None = None) -> str:
    """Apply a look in the caller's transaction and return an outcome code; safe to run twice.

    `not_made`: a refund of ours whose only call was refused, so that no money is counted as its own. Raises
    OutdatedLook; nothing may be concluded then.
    """
    if look.before is None:
        outcomes = [apply_refund_snapshot(look.payment, snapshot) for snapshot in look.seen.refunds or ()]
        return outcomes[-1] if outcomes else "nothing"
    lock_payment(look.payment)
    rows = refunds_in_order(look.payment)
    is_outdated = _marks(rows) != look.before
    if look.seen.refunds is not None:
        return _apply_list(look, look.seen.refunds, not_made, is_outdated=is_outdated)
    total = look.seen.total
    if total is None or total.currency != look.payment.moved.currency:
        raise OutdatedLook(Code.CHECK_NOT_ANSWERED)
    outcome = apply_total(look.payment, total, rows, not_made, is_outdated=is_outdated)
    if outcome is None:
        raise OutdatedLook(Code.CHECK_NOT_ANSWERED)
    return outcome


def apply_answer(payment: Payment, refund: Refund, snapshot: RefundSnapshot) -> str:
    """Apply the answer to our own call, in the caller's transaction.

    A look may have come first and counted the refund without its id, or with the id of another of the same amount.
    """
    if adapter(payment.account.processor).can.refund.finds_ours:
        return apply_refund_snapshot(payment, snapshot)
    lock_payment(payment)
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment_id=payment.id)
    reference = snapshot.reference
    if reference and rows.filter(reference=reference).exclude(id=refund.id).exists():
        reference = ""
    outcome = apply_refund_snapshot(
        payment, replace(snapshot, our_refund=str(refund.id), reference=reference)
    )
    if reference:
        rows.filter(id=refund.id, reference="").update(reference=reference)
    return outcome


def with_known(named: References, payment: Payment) -> References:
    """The payment's stored ids, and those that only an event names."""
    stored = references_of(payment)
    return References(stored.main, tuple(dict.fromkeys((*stored.others, *named.others))))


def _marks(rows: list[Refund]) -> Marks:
    return tuple((row.id, row.status, row.key_generation, row.first_sent_at, row.reference) for row in rows)


def _apply_list(
    look: Look, snapshots: tuple[RefundSnapshot, ...], not_made: UUID | None, *, is_outdated: bool
) -> str:
    """Apply a list without our ids: an unknown refund is ours when one of the same amount has no id yet."""
    outcome = "nothing"
    for snapshot in snapshots:
        ours = _ours_by_amount(look.payment, snapshot, not_made)
        if ours is not None and is_outdated:
            raise OutdatedLook(Code.CHECK_NOT_ANSWERED)
        meant = replace(snapshot, our_refund=str(ours.id) if ours else "")
        outcome = apply_refund_snapshot(look.payment, meant)
        if ours is not None:
            rows = Refund.objects.filter(tenant_id=ours.tenant_id, id=ours.id, reference="")
            rows.update(reference=snapshot.reference)
    return outcome


def _ours_by_amount(payment: Payment, snapshot: RefundSnapshot, not_made: UUID | None) -> Refund | None:
    rows = refunds_in_order(payment)
    if any(row.reference == snapshot.reference for row in rows):
        return None
    same = [row for row in rows if not row.reference and row.amount == snapshot.amount]
    # One that was certainly made comes before one that may have been.
    certain = [row for row in same if row.status in (RefundStatus.PENDING, RefundStatus.SUCCEEDED)]
    asked = [row for row in same if is_asked(row) and row.id != not_made]
    return next(iter([*certain, *asked]), None)
