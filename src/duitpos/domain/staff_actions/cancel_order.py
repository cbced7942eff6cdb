"""Staff stop an order before it is served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from duitpos.domain.alerts.open import open_alert, reopen_alert
from duitpos.domain.checkout.results import AlreadyPaid, DoNotPayAgain
from duitpos.domain.checkout.resume import end_earlier_attempt
from duitpos.domain.errors import Code, Conflict, Gone, Invalid, Unavailable
from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.states import CANCELED, HELD, KITCHEN, PLACED
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
"""How often a payment page is closed for one order to be canceled, while its guest presses Pay again and again."""


@dataclass(frozen=True, slots=True)
class Canceled:
    """The order, the refunds as they stand after the processor was asked, and why others were not even begun."""

    order: Order
    refunds: tuple[Refund, ...] = ()
    not_refunded: tuple[Conflict, ...] = ()


def cancel_order(member: Membership, order_id: UUID, reason: str, refund: bool) -> Canceled:
    """Cancel it. Money that is there is refunded (`refund`) or opens the Alert "refund due" (M23).

    A held order's payment page is closed first, so that nobody pays what was canceled. Forbidden, Gone, Invalid,
    Conflict, Unavailable.
    """
    require(member, Can.CANCEL_ORDER)
    if not reason.strip():
        raise Invalid(Code.REASON_MISSING)
    order = Order.objects.filter(tenant_id=member.tenant_id, id=order_id).first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    paid = _close_and_cancel(member, order, reason.strip())
    return _refund(member, order, paid, reason) if refund else Canceled(order)


def _refund(member: Membership, order: Order, paid: list[Payment], reason: str) -> Canceled:
    """The order is canceled already, so that a refund which cannot be made is told, not raised."""
    refunds: list[Refund] = []
    problems: list[Conflict] = []
    for payment in paid:
        try:
            refunds.append(refund_payment(member, payment.id, reason))
        except Conflict as error:
            problems.append(error)
    return Canceled(order, tuple(refunds), tuple(problems))


class _NewAttempt(Exception):
    """The guest pressed Pay again while the order was being canceled."""


def _close_and_cancel(member: Membership, order: Order, reason: str) -> list[Payment]:
    live = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id, status__in=LIVE_ATTEMPT)
    for _try in range(TRIES):
        if order.status == HELD and live.exists():
            _close_payment_page(order)
        try:
            return transact(lambda: _cancel(member, order, reason))
        except _NewAttempt:
            order.refresh_from_db(
                fields=["status"], from_queryset=Order.objects.filter(tenant_id=order.tenant_id)
            )
    raise Conflict(Code.GUEST_IS_PAYING)


def _return_stock(order: Order, before: str, at: datetime) -> None:
    """Dishes that nobody began to cook can be sold again; about those that somebody did, staff are asked (M71)."""
    if before == PLACED:
        put_back(order)
        return
    taken = Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("stock_taken", flat=True)
    if before in KITCHEN and taken.get():
        lines = OrderLine.objects.filter(
            tenant_id=order.tenant_id, order=order, item_id__in=list(taken.get())
        )
        dishes = [{"quantity": line.quantity, "name": line.name} for line in lines.order_by("position")]
        kind, about = AlertKind.STOCK_BACK, {"taken": dishes}
        reopen_alert(order.tenant_id, kind, order.id, at, facts=about)
        open_alert(order.tenant_id, kind, order.id, at, order=order, facts=about)


def _close_payment_page(order: Order) -> None:
    over = end_earlier_attempt(order)
    if isinstance(over, AlreadyPaid):
        raise Conflict(Code.GUEST_HAS_PAID)
    if isinstance(over, DoNotPayAgain):
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
    """The cancellation and its open money, in one transaction: a crash leaves no canceled order with silent money."""
    at = now()
    before = (
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    if before not in (HELD, *KITCHEN) or not advance(
        order, before, CANCELED, Actor("staff", member), at, reason, ended_at=at, cancel_reason=reason[:200]
    ):
        raise Conflict(Code.ORDER_NOT_CANCELABLE)
    rows = Payment.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    # Read after the guarded update: an attempt that was made meanwhile is seen here, and a later one finds the order
    # canceled (M63). One that is surely over was left as it is.
    if before == HELD and any(
        not is_surely_over(payment, at) for payment in rows.filter(status__in=LIVE_ATTEMPT)
    ):
        raise _NewAttempt
    _return_stock(order, before, at)
    rows = rows.filter(status=PaymentStatus.SUCCEEDED)
    paid = [payment for payment in rows if payment.refundable.minor > 0]
    for payment in paid:
        kind, left = AlertKind.REFUND_DUE, payment.refundable - taken_by_bank(payment)
        if left.minor <= 0:
            continue  # the guest's bank has it: the dispute's alert says so
        # Canceled before, closed, and then served after all: it is due again.
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
