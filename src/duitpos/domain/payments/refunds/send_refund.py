"""Make the refund call, or find out what became of an earlier one (M17). Used by the button and by the sweep."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

import structlog
from django.db.models import F

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.disputes.disputes import look_for_disputes
from duitpos.domain.payments.problems import record_refusal
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.refunds.apply_refund import (
    all_given_back,
    apply_refund_snapshot,
    fail_refund,
    open_refund_alert,
)
from duitpos.domain.payments.schedule import (
    REFUND_PENDING_LIMIT,
    REFUND_UNANSWERED,
    REPLAY_LIMIT,
    next_refund_look,
)
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment, Refund
from duitpos.models.refund import RefundStatus
from duitpos.processors.base import NO_PERMISSION, Failure, ProcessorError, RefundSnapshot

log = structlog.get_logger(__name__)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)


class _Seen(Enum):
    THERE = auto()
    ABSENT = auto()
    UNKNOWN = auto()
    NO_PAYMENT = auto()  # the processor does not know the payment itself


def send_refund(refund: Refund, *, may_use_new_key: bool = True) -> None:
    """Ask the processor for it and apply the answer. An unknown answer leaves the row for the sweep, a few seconds on.

    A stored error under the old key is answered with a new key at once, where the refund is surely not there (M17).
    """
    payment = _payment_of(refund)
    try:
        processor = open_account(payment.account)
        with outside_database():
            snapshot = processor.refund(
                payment.intent_reference,
                refund.amount,
                refund.key,
                our_refund=str(refund.id),
                reason=refund.reason,
            )
    except Unavailable:  # this copy of the database may not move money (M20)
        return
    except ProcessorError as error:
        if _after_error(refund, payment, error) and may_use_new_key:
            send_refund(refund, may_use_new_key=False)
        else:
            _try_soon(refund)
        return
    _apply(payment, snapshot)


def _try_soon(refund: Refund) -> None:
    """What keeps a refund from being made is mostly over in seconds, and a guest waits for the money."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(refund.checks, 10), LONGEST_RETRY)
    rows = Refund.objects.filter(
        tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.CREATED, next_check_at__isnull=False
    )
    rows.update(next_check_at=now() + wait)


def heal_refund(refund: Refund) -> None:
    """The sweep's turn, after claiming it: the answer is unknown, it is on its way, or the bank may send it back."""
    if refund.status == RefundStatus.SUCCEEDED:
        if _look(refund, _payment_of(refund)) in (_Seen.THERE, _Seen.ABSENT):
            _look_again_later(refund)
        return
    if refund.status == RefundStatus.PENDING:
        _look(refund, _payment_of(refund))
    else:
        _send_again(refund)
    _ask_when_overdue(refund)


def _send_again(refund: Refund) -> None:
    sent = refund.first_sent_at or refund.created_at
    if now() - sent < REPLAY_LIMIT:
        send_refund(refund)  # the same key: at most one refund comes of it
    elif _look(refund, _payment_of(refund)) == _Seen.ABSENT and _new_key(refund):
        send_refund(refund)


def _ask_when_overdue(refund: Refund) -> None:
    refund.refresh_from_db()
    waited = now() - refund.created_at
    if refund.status == RefundStatus.CREATED and waited >= REFUND_UNANSWERED:
        _alert(refund, Reason.REFUND_UNANSWERED)
    elif refund.status == RefundStatus.PENDING and waited >= REFUND_PENDING_LIMIT:
        _alert(refund, Reason.REFUND_OVERDUE)


def _alert(refund: Refund, reason: Reason) -> None:
    payment = _payment_of(refund)
    transact(lambda: open_refund_alert(refund, payment, facts(reason), now()))


def _after_error(refund: Refund, payment: Payment, error: ProcessorError) -> bool:
    """What is noted of it. True: the row has a new key, with which it may be asked again."""
    log.warning(
        "refund_call_failed", refund=str(refund.id), failure=error.failure.value, replayed=error.replayed
    )
    if error.failure == Failure.KEY_REFUSED and error.code == NO_PERMISSION:
        # Guests can still pay with this key: the account goes on.
        _alert(refund, Reason.REFUND_NOT_PERMITTED)
    elif error.failure == Failure.KEY_REFUSED:
        record_refusal(payment, error)
    elif error.replayed:
        # A stored 500 would answer for 24 h. Only when the refund is surely not there may another key be used.
        return _look(refund, payment) == _Seen.ABSENT and _new_key(refund)
    elif error.is_definite or error.failure == Failure.KEY_REUSED:
        # Looked first, because "already refunded" is such a no: then ours is not needed any more.
        seen = _look(refund, payment)
        if seen == _Seen.ABSENT:
            # Where dispute events are not ticked, the refusal may be the first that we hear of one.
            look_for_disputes(payment)
            transact(lambda: _give_up(refund, payment, error))
        elif seen == _Seen.NO_PAYMENT:
            _alert(refund, Reason.REFUND_OF_UNKNOWN_PAYMENT)
    return False


def _give_up(refund: Refund, payment: Payment, error: ProcessorError) -> None:
    to = RefundStatus.CANCELED if all_given_back(payment) else RefundStatus.FAILED
    fail_refund(refund, payment, to, reason_of(error), now())


def _look(refund: Refund, payment: Payment) -> _Seen:
    """List the payment's refunds at the processor, apply them all, and say whether this one is among them."""
    try:
        processor = open_account(payment.account)
        with outside_database():
            snapshots = processor.refunds_of(payment.intent_reference)
    except ProcessorError as error:
        return _Seen.NO_PAYMENT if error.failure == Failure.NOT_FOUND else _Seen.UNKNOWN
    except Unavailable:
        return _Seen.UNKNOWN
    for snapshot in snapshots:
        _apply(payment, snapshot)
    ours = any(snapshot.our_refund == str(refund.id) for snapshot in snapshots)
    return _Seen.THERE if ours else _Seen.ABSENT


def _look_again_later(refund: Refund) -> None:
    at = now()
    rows = Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.SUCCEEDED)
    rows.update(next_check_at=next_refund_look(refund.ended_at or at, at))


def _new_key(refund: Refund) -> bool:
    """A new generation of the key; the guard lets one of two sweeps make it."""
    guarded = Refund.objects.filter(
        tenant_id=refund.tenant_id,
        id=refund.id,
        key_generation=refund.key_generation,
        status=RefundStatus.CREATED,
    )
    if not guarded.update(key_generation=F("key_generation") + 1, first_sent_at=now()):
        return False
    refund.refresh_from_db()
    return True


def _apply(payment: Payment, snapshot: RefundSnapshot) -> None:
    transact(lambda: apply_refund_snapshot(payment, snapshot))


def _payment_of(refund: Refund) -> Payment:
    rows = Payment.objects.filter(tenant_id=refund.tenant_id, id=refund.payment_id)
    return rows.select_related("account", "order", "location").get()
