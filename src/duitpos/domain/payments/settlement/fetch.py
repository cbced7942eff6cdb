"""Fetch a payment from the processor and settle it. Return, button, sweep and checkout all use this (M20, M27)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, Value, When

from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.problems import record_no_answer, record_refusal, recording_errors
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.schedule import AFTER_RETURN, ASK_AGAIN
from duitpos.domain.payments.settlement.settle import SettleResult, settle
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.processors.errors import ProcessorError
from duitpos.processors.references import References
from duitpos.processors.snapshots import PaymentSnapshot


def fetch_and_settle(payment: Payment, actor: Actor, *, cancel: bool = False) -> SettleResult:
    """Fetch the session (or expire it, which returns its state too) and settle the snapshot.

    `payment` comes with account, order and location. Raises ProcessorError after recording it, and Unavailable in a
    database copy that may not call the processor. The payment's state does not change then.
    """
    try:
        processor, named = open_account(payment.account), References(payment.reference)
        with outside_database():
            snapshot = processor.cancel(named) if cancel else processor.fetch(named)
    except ProcessorError as error:
        record_no_answer(payment, error)
        record_refusal(payment, error)
        raise
    return settle_snapshot(payment, snapshot, actor)


def settle_snapshot(payment: Payment, snapshot: PaymentSnapshot, actor: Actor) -> SettleResult:
    """Settle in its own transaction; record an unexpected error in another, and raise it."""
    with recording_errors(payment):
        return transact(lambda: settle(payment, snapshot, actor))


def may_fetch(payment: Payment, at: datetime) -> bool:
    """Whether a guest's request may fetch now: at most one in 3 s per payment.

    The guarded update lets one concurrent request through. It also schedules the sweep, in case this process dies.
    """
    free = Q(asked_at__isnull=True) | Q(asked_at__lt=at - ASK_AGAIN)
    rows = Payment.objects.filter(free, tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT)
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
