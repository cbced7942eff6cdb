"""Fetch a payment and settle it: return, button, sweep and checkout all do it with this (M20, M27, M81, M84)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, Value, When

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.problems import record_no_answer, record_refusal, recording_errors
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.schedule import AFTER_RETURN, ASK_AGAIN
from duitpos.domain.payments.settlement.end_here import end_here
from duitpos.domain.payments.settlement.learn_mode import learn_mode_of
from duitpos.domain.payments.settlement.settle import SettleResult, settle
from duitpos.kit.clock import now
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.errors import ProcessorError
from duitpos.processors.references import References
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from duitpos.processors.start import next_step_to_json


def fetch_and_settle(payment: Payment, actor: Actor, *, cancel: bool = False) -> SettleResult:
    """Fetch the session (or expire it, which returns its state too) and settle the snapshot.

    `payment` comes with account, order and location. Raises ProcessorError after recording it, and Unavailable in a
    database copy that may not call the processor. The payment's state does not change then.

    With `cancel`, a page that the processor leaves open no longer counts: the attempt ends here, and is watched.
    """
    try:
        processor, named = open_account(payment.account), References(payment.reference)
        with outside_database():
            snapshot = processor.cancel(named) if cancel else processor.fetch(named)
    except ProcessorError as error:
        record_no_answer(payment, error)
        record_refusal(payment, error)
        raise
    return settle_snapshot(payment, snapshot, actor, end=cancel)


def settle_snapshot(
    payment: Payment, snapshot: PaymentSnapshot, actor: Actor, *, end: bool = False
) -> SettleResult:
    """Settle in its own transaction; record an unexpected error in another, and raise it.

    `payment` comes with account, order and location. `end`: end the attempt here if it can still be paid.
    """

    def work() -> SettleResult:
        learn_mode_of(payment, payment.account, snapshot.is_live)
        result = settle(payment, snapshot, actor)
        if snapshot.state != SnapshotState.OPEN:
            return result
        if end:
            return SettleResult.ENDED if end_here(payment, now()) else SettleResult.ALREADY
        _keep_newer_step(payment, snapshot)
        return result

    with recording_errors(payment):
        return transact(work)


def _keep_newer_step(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Store the next step of an open attempt if it has changed, such as a code that the processor renewed.

    The step that was read before the fetch is the guard: of two fetches at once the first to store its step wins, so
    that an older answer does not replace a newer one. The next fetch corrects the rest.
    """
    step = next_step_to_json(snapshot.next_step)
    if not step or step == payment.next_step:
        return
    rows = Payment.objects.filter(
        tenant_id=payment.tenant_id,
        id=payment.id,
        status=PaymentStatus.PENDING,
        next_step=payment.next_step,
    )
    rows.update(next_step=step)


def may_fetch(payment: Payment, at: datetime) -> bool:
    """Whether a guest's request may fetch now: at most one in 3 s per payment, and none of what is paid at the counter.

    The guarded update lets one concurrent request through. It also schedules the sweep, in case this process dies.
    An ended attempt may be fetched while it is watched.
    """
    if payment.account.is_manual:
        return False
    free = Q(asked_at__isnull=True) | Q(asked_at__lt=at - ASK_AGAIN)
    may_change = Q(status__in=LIVE_ATTEMPT) | Q(watched_until__isnull=False)
    rows = Payment.objects.filter(free, may_change, tenant_id=payment.tenant_id, id=payment.id)
    return rows.update(asked_at=at, next_check_at=at + AFTER_RETURN) == 1


def with_rows(tenant_id: UUID, **which: Any) -> Payment | None:
    """Return a payment with the rows that a fetch needs, or None."""
    rows = Payment.objects.filter(tenant_id=tenant_id, **which)
    return rows.select_related("account", "order", "location").first()


def latest_of(order_id: UUID, tenant_id: UUID) -> Payment | None:
    """Return an order's live attempt, else its newest, with the rows that a fetch needs.

    Sorting by time alone would hide the payable attempt if the clock was set back between two attempts.
    """
    live_first = Case(When(status__in=LIVE_ATTEMPT, then=Value(0)), default=Value(1))
    rows = Payment.objects.filter(tenant_id=tenant_id, order_id=order_id)
    rows = rows.order_by(live_first, "-created_at", "-id")
    return rows.select_related("account", "order", "location").first()
