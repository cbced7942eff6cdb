"""The sweep's checks of one tenant's due payments (M28, M81)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import F, Q

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.checkout.retry import look_again, must_end, retry_start
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.payments.schedule import (
    CLOSE_UNPAID,
    CLOSED_CHECK,
    LEASE,
    PROCESSING_LIMIT,
    PURGE_UNPAID,
)
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.payments.settlement.open_pages import open_pages
from duitpos.domain.reasons import reason_of
from duitpos.domain.sweep.counter_orders import end_at_close, end_cooked_at_close
from duitpos.domain.sweep.unpaid_orders import SWEEP, end_unpaid_order, purge_unpaid_order
from duitpos.domain.sweep.watched import look_at_watched
from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Order, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)


def due_payments(account: ProcessorAccount, limit: int) -> Iterable[Payment]:
    """One account's due payments, without open ones while it is paused (its key was refused)."""
    _look_where_it_closed(account)
    rows = Payment.objects.filter(
        tenant_id=account.tenant_id, account_id=account.id, next_check_at__lte=now()
    )
    waiting = Q(status__in=LIVE_ATTEMPT, account__paused_at__isnull=False)
    return (
        rows.exclude(waiting).select_related("account", "order", "location").order_by("next_check_at")[:limit]
    )


def _look_where_it_closed(account: ProcessorAccount) -> None:
    """Make open payments of closed locations due now, since their next check may be half an hour away."""
    at = now()
    payable = open_pages(account.tenant_id, at).filter(
        account_id=account.id, next_check_at__gt=at + CLOSED_CHECK
    )
    places = Location.objects.filter(tenant_id=account.tenant_id, id__in=payable.values("location_id"))
    closed = [place.id for place in places if not is_open(place, at)]
    if closed:
        payable.filter(location_id__in=closed).update(next_check_at=at)


def claim(payment: Payment) -> bool:
    """Take a lease by a guarded update: only one of two sweeps gets it; after a crash another may after a minute."""
    usable = ProcessorAccount.objects.filter(tenant_id=payment.tenant_id, paused_at__isnull=True)
    rows = Payment.objects.filter(
        # This sweep may have paused the account since the payment was listed: its key need not be refused again.
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
    """Check one claimed payment in any status. A processor error is recorded and changes no status."""
    if payment.status == PaymentStatus.PENDING and payment.account.is_manual:
        end_at_close(payment, now())
    elif payment.status == PaymentStatus.CREATED:
        retry_start(payment)
    elif payment.status == PaymentStatus.PENDING:
        _check_pending(payment)
    elif payment.status == PaymentStatus.SUCCEEDED:
        _no_more_checks(payment)
    else:
        _check_ended(payment)


def _check_ended(payment: Payment) -> None:
    """Look at its page if that is watched, and close its order when it is time."""
    if payment.watched_until is None:
        _close_unpaid(payment, None)
        return
    look, closes = look_at_watched(payment), (payment.ended_at or payment.created_at) + CLOSE_UNPAID
    if payment.status == PaymentStatus.SUCCEEDED:
        return
    # A look may come before it is time to close the order.
    if now() < closes:
        _set_next(payment, closes, look)
    else:
        _close_unpaid(payment, look)


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


def _close_unpaid(payment: Payment, look: datetime | None) -> None:
    """Cancel the order 15 minutes after its last attempt ended unpaid, and delete it 30 days later.

    `look`: when the page of this attempt is looked at again, if it is watched.
    """
    order = payment.order
    if order is None:
        _set_next(payment, None, look)
        return
    # Compare ends, not creation times, since clocks may be set back. A later end counts only while it is still due.
    ended_later = Q(ended_at__gt=payment.ended_at or payment.created_at, next_check_at__isnull=False)
    others = Payment.objects.filter(
        Q(status__in=LIVE_ATTEMPT) | ended_later, tenant_id=payment.tenant_id, order_id=order.id
    )
    if others.exclude(id=payment.id).exists():
        _set_next(payment, None, look)
    elif order.status == HELD:
        transact(lambda: _cancel_unpaid(payment, order, look))
    elif order.status == CANCELED:
        _purge(payment, order, look)
    elif order.is_cooked_unpaid and payment.location is not None:
        location = payment.location
        transact(lambda: _set_next(payment, end_cooked_at_close(order, location, now()), look))
    else:
        _set_next(payment, None, look)


def _cancel_unpaid(payment: Payment, order: Order, look: datetime | None) -> None:
    at = now()
    _set_next(payment, at + PURGE_UNPAID if end_unpaid_order(order, at) else None, look)


def _purge(payment: Payment, order: Order, look: datetime | None) -> None:
    ended = payment.ended_at or payment.created_at
    if now() - ended < PURGE_UNPAID - CLOSE_UNPAID - timedelta(days=1):
        # From the end, since looks at its page come in between.
        _set_next(payment, ended + CLOSE_UNPAID + PURGE_UNPAID, look)
    elif not purge_unpaid_order(order):
        # Money was received for it, so it is never deleted; or another attempt's page is watched, and its last check
        # deletes the order.
        _set_next(payment, None, look)


def _set_next(payment: Payment, at: datetime | None, look: datetime | None = None) -> None:
    """Set the next check of an ended payment: for its order's sake, or for a look at its page, whichever is first."""
    at = min((when for when in (at, look) if when is not None), default=None)
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).exclude(
        status__in=LIVE_ATTEMPT
    ).update(next_check_at=at)
