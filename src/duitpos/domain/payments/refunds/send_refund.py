"""Send a refund, or find out the result of an earlier call. Staff and the sweep use it (M17, M20)."""

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
    apply_refund_snapshot,
    fail_refund,
    open_refund_alert,
)
from duitpos.domain.payments.schedule import (
    REFUND_PENDING_LIMIT,
    REFUND_UNANSWERED,
    next_refund_look,
    replay_limit,
)
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment, Refund
from duitpos.models.refund import RefundStatus
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import adapter
from duitpos.processors.snapshots import RefundSnapshot

log = structlog.get_logger(__name__)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=10)


class _Lookup(Enum):
    FOUND = auto()
    ABSENT = auto()
    UNKNOWN = auto()
    NO_PAYMENT = auto()  # the processor does not know the payment itself


def send_refund(refund: Refund, *, may_use_new_key: bool = True) -> None:
    """Send the refund and apply the response. If the result is unknown, the sweep continues it seconds later.

    If the processor replays a stored error and does not list the refund, send it again at once with a new key.
    """
    payment = _payment_of(refund)
    try:
        processor, named = open_account(payment.account), references_of(payment)
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
            _retry_soon(refund)
        return
    _apply(payment, snapshot)


def _retry_soon(refund: Refund) -> None:
    """Schedule a retry in seconds, because most failures are short and a guest waits for the money."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(refund.checks, 10), LONGEST_RETRY)
    rows = Refund.objects.filter(
        tenant_id=refund.tenant_id, id=refund.id, status=RefundStatus.CREATED, next_check_at__isnull=False
    )
    rows.update(next_check_at=now() + wait)


def heal_refund(refund: Refund) -> None:
    """Send a `created` refund again; check a pending one, or a succeeded one that the bank may return."""
    if refund.status == RefundStatus.SUCCEEDED:
        if _look_up(refund, _payment_of(refund)) in (_Lookup.FOUND, _Lookup.ABSENT):
            _schedule_next_look(refund)
        return
    if refund.status == RefundStatus.PENDING:
        _look_up(refund, _payment_of(refund))
    else:
        _send_again(refund)
    _alert_when_overdue(refund)


def _send_again(refund: Refund) -> None:
    sent = refund.first_sent_at or refund.created_at
    can = adapter(_payment_of(refund).account.processor).can
    if now() - sent < replay_limit(can):
        # The same key makes at most one refund.
        send_refund(refund)
    elif _look_up(refund, _payment_of(refund)) == _Lookup.ABSENT and _new_key(refund):
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
    elif error.replayed:
        # The processor replays a stored 500 for 24 h. A new key is safe only if the refund does not exist.
        return _look_up(refund, payment) == _Lookup.ABSENT and _new_key(refund)
    elif error.is_definite or error.failure == Failure.KEY_REUSED:
        # Look it up first: after the refusal "already refunded", ours is no longer needed.
        found = _look_up(refund, payment)
        if found == _Lookup.ABSENT:
            # Without dispute events, this refusal may be the first sign of a dispute.
            look_for_disputes(payment)
            transact(lambda: _fail(refund, payment, error))
        elif found == _Lookup.NO_PAYMENT:
            _alert(refund, Reason.REFUND_OF_UNKNOWN_PAYMENT)
    return False


def _fail(refund: Refund, payment: Payment, error: ProcessorError) -> None:
    to = RefundStatus.CANCELED if all_given_back(payment) else RefundStatus.FAILED
    fail_refund(refund, payment, to, reason_of(error), now())


def _look_up(refund: Refund, payment: Payment) -> _Lookup:
    """List the payment's refunds at the processor, apply them all, and return whether this one is among them."""
    try:
        processor, named = open_account(payment.account), references_of(payment)
        with outside_database():
            snapshots = processor.refunds_of(named).refunds or ()
    except ProcessorError as error:
        return _Lookup.NO_PAYMENT if error.failure == Failure.NOT_FOUND else _Lookup.UNKNOWN
    except Unavailable:
        return _Lookup.UNKNOWN
    for snapshot in snapshots:
        _apply(payment, snapshot)
    ours = any(snapshot.our_refund == str(refund.id) for snapshot in snapshots)
    return _Lookup.FOUND if ours else _Lookup.ABSENT


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


def _apply(payment: Payment, snapshot: RefundSnapshot) -> None:
    transact(lambda: apply_refund_snapshot(payment, snapshot))


def _payment_of(refund: Refund) -> Payment:
    rows = Payment.objects.filter(tenant_id=refund.tenant_id, id=refund.payment_id)
    return rows.select_related("account", "order", "location").get()
