"""Staff cancel an order before it is served (M23, M63, M71)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from duitpos.domain.alerts.open import open_alert, reopen_alert
from duitpos.domain.checkout.results import AlreadyPaid, DoNotPayAgain
from duitpos.domain.checkout.resume import end_earlier_attempt
from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone, Invalid, Unavailable
from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import Actor, advance, is_unpaid
from duitpos.domain.orders.states import CANCELED, KITCHEN, PLACED
from duitpos.domain.payments.disputes.disputes import taken_by_bank
from duitpos.domain.payments.refunds.refund import refund_payment
from duitpos.domain.payments.schedule import is_surely_over
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.facts import quoted
from duitpos.kit.transact import transact
from duitpos.models import Membership, Order, OrderLine, Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus

TRIES = 3
"""How often to end the order's live attempt, while the guest keeps starting new ones."""


@dataclass(frozen=True, slots=True)
class Canceled:
    """The order, its refunds after the calls to the processor, and why other refunds were not started."""

    order: Order
    refunds: tuple[Refund, ...] = ()
    not_refunded: tuple[DomainError, ...] = ()


def cancel_order(member: Membership, order_id: UUID, reason: str, refund: bool) -> Canceled:
    """Cancel an order. What was paid is refunded (`refund`) or opens the Alert "refund due".

    A held order's live attempt is ended first, so that nobody pays a canceled order. Raises Forbidden, Gone, Invalid,
    Conflict, Unavailable.
    """
    require(member, Can.CANCEL_ORDER)
    if not reason.strip():
        raise Invalid(Code.REASON_MISSING)
    order = Order.objects.filter(tenant_id=member.tenant_id, id=order_id).first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    paid = _end_attempt_and_cancel(member, order, reason.strip())
    return _refund(member, order, paid, reason) if refund else Canceled(order)


def _refund(member: Membership, order: Order, paid: list[Payment], reason: str) -> Canceled:
    """Refund the payments. The order is canceled already, so return the refusals instead of raising them."""
    refunds: list[Refund] = []
    problems: list[DomainError] = []
    for payment in paid:
        try:
            refunds.append(refund_payment(member, payment.id, reason))
        except (Conflict, Forbidden) as error:
            problems.append(error)
    return Canceled(order, tuple(refunds), tuple(problems))


class _NewAttempt(Exception):
    """The guest started a new attempt while the order was being canceled."""


def _end_attempt_and_cancel(member: Membership, order: Order, reason: str) -> list[Payment]:
    live = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id, status__in=LIVE_ATTEMPT)
    for _try in range(TRIES):
        if is_unpaid(order) and live.exists():
            end_live_attempt(order)
        try:
            return transact(lambda: _cancel(member, order, reason))
        except _NewAttempt:
            order.refresh_from_db(
                fields=["status", "released_by"],
                from_queryset=Order.objects.filter(tenant_id=order.tenant_id),
            )
    raise Conflict(Code.GUEST_IS_PAYING)


def _return_stock(order: Order, from_status: str, at: datetime) -> None:
    """Return dishes to the stock if cooking had not started; otherwise open an Alert so that staff decide."""
    if from_status == PLACED:
        put_back(order)
        return
    taken = Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("stock_taken", flat=True)
    if from_status in KITCHEN and taken.get():
        lines = OrderLine.objects.filter(
            tenant_id=order.tenant_id, order=order, item_id__in=list(taken.get())
        )
        dishes = [{"quantity": line.quantity, "name": line.name} for line in lines.order_by("position")]
        kind, about = AlertKind.STOCK_BACK, {"taken": dishes}
        reopen_alert(order.tenant_id, kind, order.id, at, facts=about)
        open_alert(order.tenant_id, kind, order.id, at, order=order, facts=about)


def end_live_attempt(order: Order) -> None:
    """End the order's live attempt. Raises Conflict if it is paid or processing, Unavailable if nobody knows."""
    blocking = end_earlier_attempt(order)
    if isinstance(blocking, AlreadyPaid):
        raise Conflict(Code.GUEST_HAS_PAID)
    if isinstance(blocking, DoNotPayAgain):
        processing = Payment.objects.filter(
            tenant_id=order.tenant_id,
            order_id=order.id,
            status=PaymentStatus.PENDING,
            processing_since__isnull=False,
        )
        if processing.exists():
            raise Conflict(Code.BANK_IS_PROCESSING)
        raise Unavailable(Code.CANCEL_UNSURE)


def _cancel(member: Membership, order: Order, reason: str) -> list[Payment]:
    """Cancel the order and open its money's Alerts in one transaction, so that a crash cannot separate them."""
    at = now()
    row = Order.objects.get(tenant_id=order.tenant_id, id=order.id)
    from_status, was_unpaid = row.status, is_unpaid(row)
    # Served food stays served, unless nobody paid for it.
    can_cancel = was_unpaid or from_status in KITCHEN
    if not can_cancel or not advance(
        order,
        from_status,
        CANCELED,
        Actor("staff", member),
        at,
        reason,
        ended_at=at,
        cancel_reason=reason[:200],
    ):
        raise Conflict(Code.ORDER_NOT_CANCELABLE)
    rows = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    # Read after the guarded update: this finds a concurrent new attempt, and a later one finds the order canceled.
    # Ignore an attempt whose session surely ended.
    if was_unpaid and any(
        not is_surely_over(payment, at) for payment in rows.filter(status__in=LIVE_ATTEMPT)
    ):
        raise _NewAttempt
    _return_stock(order, from_status, at)
    rows = rows.filter(status=PaymentStatus.SUCCEEDED)
    paid = [payment for payment in rows if payment.refundable.minor > 0]
    for payment in paid:
        kind, left = AlertKind.REFUND_DUE, payment.refundable - taken_by_bank(payment)
        if left.minor <= 0:
            # The guest's bank has the money; the dispute's Alert covers that.
            continue
        # A resolved Alert exists if the order was canceled before and then served after all.
        reopen_alert(order.tenant_id, kind, payment.id, at, amount=left, facts=quoted(reason))
        open_alert(
            order.tenant_id,
            kind,
            payment.id,
            at,
            order=order,
            payment=payment,
            amount=left,
            facts=quoted(reason),
        )
    return paid
