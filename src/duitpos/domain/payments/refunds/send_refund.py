"""Send a refund, or find out the result of an earlier call. Staff and the sweep use it (M17, M20, M90).

With idempotency keys, the same call makes one refund. Without them every call is claimed by a guarded update before it
is sent, and after a lost answer the processor is asked for the payment's refunds before another one.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

import structlog
from django.db.models import F

from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.disputes.disputes import look_for_disputes
from duitpos.domain.payments.problems import record_refusal
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import references_of
from duitpos.domain.payments.refunds.apply_refund import (
    all_given_back,
    fail_refund,
    open_refund_alert,
    succeed_refund,
)
from duitpos.domain.payments.refunds.apply_total import UNSURE
from duitpos.domain.payments.refunds.refunds_seen import (
    apply_answer,
    apply_refunds_seen,
    look_at_refunds,
)
from duitpos.domain.payments.refunds.rows import is_asked, lock_payment, refunds_in_order
from duitpos.domain.payments.schedule import (
    ANSWER_WAIT,
    REFUND_PENDING_LIMIT,
    REFUND_UNANSWERED,
    next_refund_look,
    replay_limit,
)
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment, Refund
from duitpos.models.refund import RefundStatus
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import adapter

log = structlog.get_logger(__name__)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)


class _Lookup(Enum):
    FOUND = auto()
    ABSENT = auto()
    UNKNOWN = auto()
    NO_PAYMENT = auto()  # the processor does not know the payment itself
    UNSURE = auto()  # the processor's sum neither contains nor excludes it


def send_refund(refund: Refund, *, may_use_new_key: bool = True) -> None:
    """Send the refund and apply the response. If the result is unknown, the sweep continues it seconds later.

    If the processor replays a stored error and does not list the refund, send it again at once with a new key.
    """
    payment = _payment_of(refund)
    if payment.account.is_manual:
        # Staff give it back over the counter: there is nobody to ask.
        transact(lambda: give_back(refund, payment))
        return
    try:
        processor, named = open_account(payment.account), references_of(payment)
        if not has_keys(payment) and not transact(lambda: claim_call(refund, payment)):
            # Another request or sweep calls, or an earlier refund of this payment waits for its answer.
            _retry_soon(refund, payment)
            return
        with outside_database():
            snapshot = processor.refund(
                named,
                refund.amount,
                refund.key,
                our_refund=str(refund.id),
                reason=refund.reason,
            )
    except Unavailable:
        # This copy of the database may not move money.
        return
    except ProcessorError as error:
        if _after_error(refund, payment, error) and may_use_new_key:
            send_refund(refund, may_use_new_key=False)
        else:
            _retry_soon(refund, payment)
        return
    transact(lambda: apply_answer(payment, refund, snapshot))


def give_back(refund: Refund, payment: Payment) -> None:
    """Record that staff gave the money back, in the caller's transaction; safe to run twice."""
    succeed_refund(refund, payment, now())
    # No bank can return it later.
    Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id).update(next_check_at=None)


def has_keys(payment: Payment) -> bool:
    """Whether refunds have idempotency keys, so that a repeated call makes no second one."""
    return not payment.account.is_manual and _keys_kept(payment) is not None


def _keys_kept(payment: Payment) -> timedelta | None:
    return adapter(payment.account.processor).can.refund.keys_kept


def claim_call(refund: Refund, payment: Payment) -> bool:
    """Record that a call is sent now, in the caller's transaction. False if the row is not as `refund` was read.

    Only one refund of a payment waits for its answer at a time: two lost answers could not be told apart by a sum.
    """
    at = now()
    lock_payment(payment)
    if any(is_asked(row) and row.id != refund.id for row in refunds_in_order(payment)):
        return False
    as_read = Refund.objects.filter(
        tenant_id=refund.tenant_id,
        id=refund.id,
        status=RefundStatus.CREATED,
        key_generation=refund.key_generation,
        first_sent_at=refund.first_sent_at,
    )
    generation = refund.key_generation + (1 if refund.first_sent_at else 0)
    return (
        as_read.update(
            first_sent_at=at, key_generation=generation, next_check_at=at + ANSWER_WAIT, failure={}
        )
        == 1
    )


def _retry_soon(refund: Refund, payment: Payment) -> None:
    """Schedule a retry in seconds, because most failures are short and a guest waits for the money."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(refund.checks, 10), LONGEST_RETRY)
    if not has_keys(payment):
        wait = max(wait, ANSWER_WAIT)
    rows = Refund.objects.filter(
        tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.CREATED, next_check_at__isnull=False
    )
    rows.update(next_check_at=now() + wait)


def heal_refund(refund: Refund, *, is_pressed: bool = False) -> None:
    """Send a `created` refund again; check a pending one, or a succeeded one that the bank may return.

    `is_pressed`: a person asks for it. A refund that they have read to be unsure is then given up, so that what is
    left can be refunded by another one.
    """
    if refund.status == RefundStatus.SUCCEEDED:
        if _look_up(refund, _payment_of(refund)) not in (_Lookup.UNKNOWN, _Lookup.NO_PAYMENT):
            _schedule_next_look(refund)
        return
    if refund.status == RefundStatus.PENDING:
        _look_up(refund, _payment_of(refund))
    else:
        _send_again(refund, is_pressed=is_pressed)
    _alert_when_overdue(refund)


def _send_again(refund: Refund, *, is_pressed: bool) -> None:
    payment = _payment_of(refund)
    if payment.account.is_manual:
        send_refund(refund)
        return
    kept = _keys_kept(payment)
    if kept is None:
        _send_without_key(refund, payment, is_pressed=is_pressed)
        return
    sent = refund.first_sent_at or refund.created_at
    if now() - sent < replay_limit(kept):
        # The same key makes at most one refund.
        send_refund(refund)
    elif _look_up(refund, payment) == _Lookup.ABSENT and _new_key(refund):
        send_refund(refund)


def _send_without_key(refund: Refund, payment: Payment, *, is_pressed: bool) -> None:
    """Send a refund for the first time, or again after the processor said that it does not have it."""
    if refund.first_sent_at is None:
        send_refund(refund)
        return
    gives_up = is_pressed and refund.failure.get("code") == Reason.REFUND_UNSURE
    found = _Lookup.UNKNOWN
    # Right after a call its answer may still be on the way, so no look would prove anything.
    if now() - refund.first_sent_at >= ANSWER_WAIT:
        found = _look_up(refund, payment, is_not_made=gives_up)
    if found != _Lookup.ABSENT:
        _retry_soon(refund, payment)
    elif gives_up:
        transact(lambda: _end(refund, payment, refund.failure))
    else:
        send_refund(refund)


def _alert_when_overdue(refund: Refund) -> None:
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
    """Handle a failed call. True if the row has a new key, so that the call may be repeated."""
    log.warning(
        "refund_call_failed", refund=str(refund.id), failure=error.failure.value, replayed=error.replayed
    )
    if error.failure == Failure.NOT_PERMITTED:
        # Guests can still pay with this key, so the account is not paused.
        _alert(refund, Reason.REFUND_NOT_PERMITTED)
    elif error.failure == Failure.KEY_REFUSED:
        record_refusal(payment, error)
    elif error.replayed and has_keys(payment):
        # The processor replays a stored 500 for 24 h. A new key is safe only if the refund does not exist.
        return _look_up(refund, payment) == _Lookup.ABSENT and _new_key(refund)
    elif error.is_definite or error.failure == Failure.KEY_REUSED:
        # Look it up first: after the refusal "already refunded", ours is no longer needed. It was not made, unless an
        # earlier call without a key was.
        is_not_made = has_keys(payment) or refund.first_sent_at is None
        found = _look_up(refund, payment, is_not_made=is_not_made)
        if found == _Lookup.ABSENT:
            # Without dispute events, this refusal may be the first sign of a dispute.
            look_for_disputes(payment)
            transact(lambda: _end(refund, payment, reason_of(error)))
        elif found == _Lookup.NO_PAYMENT:
            _alert(refund, Reason.REFUND_OF_UNKNOWN_PAYMENT)
    return False


def _end(refund: Refund, payment: Payment, why: Facts) -> None:
    to = RefundStatus.CANCELED if all_given_back(payment) else RefundStatus.FAILED
    fail_refund(refund, payment, to, why, now())


def _look_up(refund: Refund, payment: Payment, *, is_not_made: bool = False) -> _Lookup:
    """Ask for the payment's refunds, apply them all, and return whether this one is among them.

    `is_not_made`: it is certain that this one was not made, so that no money counts as its own.
    """
    try:
        look = look_at_refunds(payment)
        outcome = transact(lambda: apply_refunds_seen(look, refund.id if is_not_made else None))
    except ProcessorError as error:
        return _Lookup.NO_PAYMENT if error.failure == Failure.NOT_FOUND else _Lookup.UNKNOWN
    except Unavailable:
        return _Lookup.UNKNOWN
    if look.before is None:
        ours = any(snapshot.our_refund == str(refund.id) for snapshot in look.seen.refunds or ())
        return _Lookup.FOUND if ours else _Lookup.ABSENT
    if outcome == UNSURE and not is_not_made:
        return _Lookup.UNSURE
    rows = Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.CREATED)
    return _Lookup.ABSENT if rows.exists() else _Lookup.FOUND


def _schedule_next_look(refund: Refund) -> None:
    at = now()
    rows = Refund.objects.filter(tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.SUCCEEDED)
    rows.update(next_check_at=next_refund_look(refund.ended_at or at, at))


def _new_key(refund: Refund) -> bool:
    """Start a new generation of the key. The guard lets only one concurrent caller do so."""
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


def _payment_of(refund: Refund) -> Payment:
    rows = Payment.objects.filter(tenant_id=refund.tenant_id, id=refund.payment_id)
    return rows.select_related("account", "order", "location").get()
