"""The guest is back from the processor's page. The address proves nothing: the processor is asked."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from duitpos.domain.checkout.results import AlreadyPaid
from duitpos.domain.checkout.resume import GUEST, end_earlier_attempt
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.guest_view import order_of_token
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, latest_of, may_fetch, with_rows
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import ProcessorError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The guest pressed the processor's back link. `is_open_still`: the processor did not close it."""

    order: Order
    is_paid: bool
    is_open_still: bool


def handle_return(tenant: Tenant, order_token: str, session_id: str) -> Order:
    """Settle the attempt the guest returns from. A session that is not stored with this order is ignored (M27)."""
    order = order_of_token(tenant, order_token)
    payment = with_rows(tenant.id, order_id=order.id, reference=session_id) if session_id else None
    if payment is not None:
        rows = Payment.objects.filter(tenant=tenant, id=payment.id)
        rows.filter(returned_at__isnull=True).update(returned_at=now())
        look(payment)
    return order


def look(payment: Payment) -> None:
    """Ask about a pending payment on behalf of a guest, unless somebody just did. No answer changes nothing."""
    if payment.status != PaymentStatus.PENDING or not may_fetch(payment, now()):
        return
    try:
        fetch_and_settle(payment, GUEST)
    except (ProcessorError, Unavailable) as error:
        log.warning("return_could_not_ask", payment=str(payment.id), problem=str(error))


def handle_cancel(tenant: Tenant, order_token: str) -> CancelResult:
    """Canceled at the processor: expire the session, so that the other tab cannot pay it; settle it if it was paid.

    An address that is opened again and again asks no more often than the return does (M27), and never about money that
    is on its way: it is open still.
    """
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, order.tenant_id)
    if (
        payment is not None
        and payment.status == PaymentStatus.PENDING
        and (payment.is_processing or not may_fetch(payment, now()))
    ):
        return CancelResult(order, is_paid=False, is_open_still=True)
    over = end_earlier_attempt(order)
    is_paid = isinstance(over, AlreadyPaid)
    return CancelResult(order, is_paid=is_paid, is_open_still=over is not None and not is_paid)
