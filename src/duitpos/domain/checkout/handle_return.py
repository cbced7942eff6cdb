"""The guest returns from the processor's page. The URL proves nothing, so the payment is fetched (M27, M81)."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from duitpos.domain.checkout.results import AlreadyPaid
from duitpos.domain.checkout.resume import GUEST, end_earlier_attempt
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.guest_view import order_of_token
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, latest_of, may_fetch
from duitpos.kit.clock import now
from duitpos.models import Order, Payment, Tenant
from duitpos.models.payment import PaymentStatus
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CancelResult:
    """The guest pressed the processor's back link. `is_open_still`: the session may still be open or processing."""

    order: Order
    is_paid: bool
    is_open_still: bool


def handle_return(tenant: Tenant, order_token: str) -> Order:
    """Settle the attempt the guest returns from: the order's live one, else its newest."""
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, tenant.id)
    # Since that page was opened, the order may have been sent unpaid: nobody returns from the counter.
    if payment is not None and payment.status != PaymentStatus.CREATED and not payment.account.is_manual:
        rows = Payment.objects.filter(tenant=tenant, id=payment.id)
        rows.filter(returned_at__isnull=True).update(returned_at=now())
        fetch_unless_recent(payment)
    return order


def fetch_unless_recent(payment: Payment) -> None:
    """Fetch and settle a pending or watched payment for a guest, unless it was just fetched. Errors change nothing."""
    may_change = payment.status == PaymentStatus.PENDING or payment.watched_until is not None
    if not may_change or not may_fetch(payment, now()):
        return
    try:
        fetch_and_settle(payment, GUEST)
    except (ProcessorError, Unavailable) as error:
        log.warning("return_could_not_ask", payment=str(payment.id), problem=str(error))


def handle_cancel(tenant: Tenant, order_token: str) -> CancelResult:
    """Expire the session that the guest canceled, so that no other tab can pay it. Settle it if it was paid.

    Repeated requests are throttled as for the return. A processing payment is not expired: it counts as still open.
    """
    order = order_of_token(tenant, order_token)
    payment = latest_of(order.id, order.tenant_id)
    if (
        payment is not None
        and payment.status == PaymentStatus.PENDING
        # The order may have been sent unpaid meanwhile: then it waits at the counter, with no page (may_fetch).
        and (payment.is_processing or not may_fetch(payment, now()))
    ):
        return CancelResult(order, is_paid=False, is_open_still=True)
    blocking = end_earlier_attempt(order)
    is_paid = isinstance(blocking, AlreadyPaid)
    return CancelResult(order, is_paid=is_paid, is_open_still=blocking is not None and not is_paid)
