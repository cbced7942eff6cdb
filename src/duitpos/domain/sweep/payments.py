"""The sweep's work on one tenant's payments whose time has come (M7, M21, M24, M28)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F, Q

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.checkout.retry import look_again, must_end, retry_start
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor, advance, still_waits
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.schedule import (
    CLOSE_UNPAID,
    CLOSED_CHECK,
    LEASE,
    PROCESSING_LIMIT,
    PURGE_UNPAID,
)
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.reasons import reason_of
from duitpos.domain.sweep.purge import purge_unpaid_order
from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.base import ProcessorError

log = structlog.get_logger(__name__)
SWEEP = Actor("sweep")


def due_payments(tenant_id: UUID, limit: int) -> Iterable[Payment]:
    """Payments of one tenant whose time has come; those of an account whose key was refused wait (M14)."""
    _look_where_it_closed(tenant_id)
    rows = Payment.objects.filter(tenant_id=tenant_id, next_check_at__lte=now())
    waiting = Q(status__in=LIVE_ATTEMPT, account__paused_at__isnull=False)
    return (
        rows.exclude(waiting).select_related("account", "order", "location").order_by("next_check_at")[:limit]
    )


def _look_where_it_closed(tenant_id: UUID) -> None:
    """Pausing and new opening times do not wait for the next look, which may be half an hour away (M24)."""
    at = now()
    payable = Payment.objects.filter(
        tenant_id=tenant_id,
        status=PaymentStatus.PENDING,
        processing_since__isnull=True,
        expires_at__gt=at,
        next_check_at__gt=at + CLOSED_CHECK,
    )
    places = Location.objects.filter(tenant_id=tenant_id, id__in=payable.values("location_id"))
    closed = [place.id for place in places if not is_open(place, at)]
    if closed:
        payable.filter(location_id__in=closed).update(next_check_at=at)


def claim(payment: Payment) -> bool:
    """A guarded lease: of two sweeps one looks at it; if that one dies, another may after a minute."""
    usable = ProcessorAccount.objects.filter(tenant_id=payment.tenant_id, paused_at__isnull=True)
    rows = Payment.objects.filter(
        # This very sweep may have found that the account's key is refused: once is enough (M14).
        ~Q(status__in=LIVE_ATTEMPT) | Q(account_id__in=usable.values("id")),
        tenant_id=payment.tenant_id,
        id=payment.id,
        next_check_at=payment.next_check_at,
    )
    if not rows.update(next_check_at=now() + LEASE, checks=F("checks") + 1):
        return False
    payment.checks += 1
    return True


def check_payment(payment: Payment) -> None:
    """One claimed payment, whatever state it is in. A processor's error is noted and changes nothing."""
    if payment.status == PaymentStatus.CREATED:
        retry_start(payment)
    elif payment.status == PaymentStatus.PENDING:
        _check_pending(payment)
    elif payment.status == PaymentStatus.SUCCEEDED:
        _no_more_checks(payment)
    else:
        _close_unpaid(payment)


def _check_pending(payment: Payment) -> None:
    at = now()
    if payment.processing_since and at - payment.processing_since > PROCESSING_LIMIT:
        transact(lambda: _still_processing(payment, at))
    try:
        fetch_and_settle(payment, SWEEP, cancel=must_end(payment, at))
    except (ProcessorError, Unavailable) as error:
        log.warning("sweep_could_not_ask", payment=str(payment.id), problem=str(error))
        look_again(payment, reason_of(error))


def _still_processing(payment: Payment, at: datetime) -> None:
    open_payment_alert(payment, AlertKind.STILL_PROCESSING, at)


def _no_more_checks(payment: Payment) -> None:
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.SUCCEEDED).update(
        next_check_at=None
    )


def _close_unpaid(payment: Payment) -> None:
    """15 minutes after the last attempt ended unpaid the order is canceled, 30 days later it is gone (M21)."""
    order = payment.order
    if order is None:
        _set_next(payment, None)
        return
    # Who was made last says little, since clocks are set back. A later end counts only while it is looked at itself.
    ended_later = Q(ended_at__gt=payment.ended_at or payment.created_at, next_check_at__isnull=False)
    others = Payment.objects.filter(
        Q(status__in=LIVE_ATTEMPT) | ended_later, tenant_id=payment.tenant_id, order_id=order.id
    )
    if others.exclude(id=payment.id).exists():
        _set_next(payment, None)
    elif order.status == HELD:
        transact(lambda: _cancel_unpaid(payment, order))
    elif order.status == CANCELED:
        _purge(payment, order)
    else:
        _set_next(payment, None)


def _cancel_unpaid(payment: Payment, order: Order) -> None:
    at = now()
    # First the guarded update, whatever comes of it: an attempt that is being made at this moment is either seen below,
    # or it finds the order canceled (M63). Then this is taken back.
    if not still_waits(order):
        _set_next(payment, at + PURGE_UNPAID)
        return
    paid = Payment.objects.filter(
        tenant_id=order.tenant_id, order_id=order.id, status__in=(PaymentStatus.SUCCEEDED, *LIVE_ATTEMPT)
    ).exists()
    if not paid:
        advance(order, HELD, CANCELED, SWEEP, at, Because.UNPAID, ended_at=at, cancel_reason=Because.UNPAID)
    _set_next(payment, None if paid else at + PURGE_UNPAID)


def _purge(payment: Payment, order: Order) -> None:
    ended = payment.ended_at or payment.created_at
    if now() - ended < PURGE_UNPAID - CLOSE_UNPAID - timedelta(days=1):
        _set_next(payment, now() + PURGE_UNPAID)
    elif not transact(lambda: purge_unpaid_order(order)):
        _set_next(payment, None)  # money touched it: it stays for ever


def _set_next(payment: Payment, at: datetime | None) -> None:
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).exclude(
        status__in=LIVE_ATTEMPT
    ).update(next_check_at=at)
