"""Staff take the money for an order that waits at the counter (decision 0021; M103, M104)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.payments.processors.manual_account import keep_manual_account, manual_types
from duitpos.domain.payments.settlement.settle_manual import Taken, settle_manual
from duitpos.domain.people.roles import Can, require
from duitpos.domain.staff_actions.cancel_order import end_live_attempt
from duitpos.kit.clock import now
from duitpos.kit.money import Money, parse_amount
from duitpos.kit.transact import transact
from duitpos.models import Membership, Order, Payment, PaymentType
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.models.payment_setup import Channel
from duitpos.processors.registry import MANUAL

MOST_REFERENCE = 60
"""Characters of what identifies a payment elsewhere, such as the number on the terminal's slip."""
TRIES = 3
"""How often to record the money, while the guest keeps changing how to pay."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was taken. `change`: what to give back in cash."""

    payment: Payment
    order: Order
    change: Money


def types_at_counter(order: Order) -> list[PaymentType]:
    """The types with which staff may take an order's money at its location, in the owner's order."""
    return list(manual_types(order.tenant_id, order.location, Channel.COUNTER))


def gives_change(row: PaymentType) -> bool:
    """Whether the guest may hand over more than the amount."""
    return MANUAL[row.kind].gives_change


def takes_reference(row: PaymentType) -> bool:
    """Whether staff enter what identifies the payment elsewhere."""
    return MANUAL[row.kind].takes_reference


def waits_at_counter(order: Order, payments: list[Payment]) -> bool:
    """Whether staff may take the order's money. `payments` are all of it, with their accounts."""
    is_sent = any(one.status == PaymentStatus.PENDING and one.account.is_manual for one in payments)
    return order.is_cooked_unpaid or (is_unpaid(order) and is_sent)


def take_payment(
    member: Membership, order_id: UUID, type_id: UUID, tendered: str = "", reference: str = ""
) -> Receipt:
    """Record that the whole balance of an order was paid to staff; a held order goes to the kitchen.

    `tendered`: what was handed over, as typed; empty is the exact amount. An attempt to pay online is ended at the
    processor first. Raises Forbidden, Gone, Invalid, Conflict (it is paid already, or waits for no money here) and
    Unavailable (the processor does not say whether the guest has paid online).
    """
    require(member, Can.TAKE_PAYMENT)
    rows = Order.objects.filter(tenant_id=member.tenant_id, id=order_id)
    order = rows.select_related("location").first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    chosen = next((row for row in types_at_counter(order) if row.id == type_id), None)
    if chosen is None:
        raise Conflict(Code.TYPE_NOT_AT_COUNTER)
    tendered_minor = _tendered(chosen, order, tendered)
    kind = MANUAL[chosen.kind]
    reference = reference.strip() if kind.takes_reference else ""
    if len(reference) > MOST_REFERENCE:
        raise Invalid(Code.SLIP_TOO_LONG, most=MOST_REFERENCE)
    _end_online_attempt(order)

    def work() -> Payment:
        account_id = keep_manual_account(chosen)
        taken = Taken(member, chosen.id, account_id, chosen.kind, reference, tendered_minor)
        return _take(order, taken)

    payment = _take_or_say_why(order, type_id, work)
    back = (tendered_minor or payment.amount_minor) - payment.amount_minor
    return Receipt(payment, order, Money(back, order.currency))


def _tendered(chosen: PaymentType, order: Order, text: str) -> int | None:
    """Return what was handed over in minor units; None where it is not asked. Raises Invalid."""
    if not MANUAL[chosen.kind].gives_change:
        return None
    if not text.strip():
        return order.total_minor
    try:
        tendered = parse_amount(text.strip(), order.currency)
    except ValueError as error:
        raise Invalid(Code.TENDERED_UNREADABLE) from error
    if tendered.minor < order.total_minor:
        raise Invalid(Code.TENDERED_TOO_LITTLE, amount=order.total)
    return tendered.minor


def _end_online_attempt(order: Order) -> None:
    live = Payment.objects.filter(tenant_id=order.tenant_id, order=order, status__in=LIVE_ATTEMPT)
    payment = live.select_related("account").first()
    if payment is None or payment.account.is_manual:
        return
    if not order.is_cooked_unpaid:
        # Its guest pays online, and it is cooked only then.
        raise Conflict(Code.GUEST_IS_PAYING)
    end_live_attempt(order)


class _Lost(Exception):
    """Another request changed the order or its attempt at this moment; the transaction is rolled back."""


def _take_or_say_why(order: Order, type_id: UUID, work: Callable[[], Payment]) -> Payment:
    """Run `work`, twice if the guest sent the order unpaid again at this moment. Raises Conflict with what is true now.

    What was read in the transaction may be older than what it collided with, so the reason is read again after it.
    """
    for _try in range(TRIES):
        try:
            return transact(work)
        except (IntegrityError, _Lost) as error:
            code = _why_lost(order, type_id)
            if code is not None:
                raise Conflict(code) from error
    raise Conflict(Code.GUEST_IS_PAYING)


def _why_lost(order: Order, type_id: UUID) -> Code | None:
    """Why the money cannot be recorded; None when the order waits at the counter still, so that a retry is right.

    Raises Conflict when there is no such payment type any more.
    """
    payments = Payment.objects.filter(tenant_id=order.tenant_id, order=order)
    if payments.filter(status=PaymentStatus.SUCCEEDED).exists():
        return Code.ORDER_PAID_MEANWHILE
    live = payments.filter(status__in=LIVE_ATTEMPT).select_related("account").first()
    if live is not None and not live.account.is_manual:
        return Code.GUEST_IS_PAYING
    if not PaymentType.objects.filter(tenant_id=order.tenant_id, id=type_id).exists():
        # It was deleted after it was read: the money's row has nothing to point at.
        raise Conflict(Code.TYPE_DELETED)
    row = Order.objects.get(tenant_id=order.tenant_id, id=order.id)
    if row.is_cooked_unpaid or (live is not None and is_unpaid(row)):
        return None
    return Code.ORDER_NOT_PAYABLE


def _take(order: Order, taken: Taken) -> Payment:
    """In the caller's transaction. Raises Conflict, and _Lost or IntegrityError when another request was faster."""
    at = now()
    payments = Payment.objects.filter(tenant_id=order.tenant_id, order=order)
    row = Order.objects.select_related("location").get(tenant_id=order.tenant_id, id=order.id)
    if payments.filter(status=PaymentStatus.SUCCEEDED).exists():
        raise Conflict(Code.ORDER_PAID_MEANWHILE)
    payment = payments.filter(status=PaymentStatus.PENDING).select_related("account").first()
    if payment is None and row.is_cooked_unpaid:
        # The guest's own attempt has ended, such as one online; the food was cooked all the same.
        payment = Payment.objects.create(
            tenant_id=order.tenant_id,
            order=row,
            account_id=taken.account_id,
            payment_type_id=taken.type_id,
            location=row.location,
            status=PaymentStatus.PENDING,
            is_test=row.is_test,
            amount_minor=row.total_minor,
            currency=row.currency,
            created_at=at,
            is_end_enforced=False,
        )
    elif payment is None:
        raise Conflict(Code.ORDER_NOT_PAYABLE)
    elif not payment.account.is_manual:
        raise Conflict(Code.GUEST_IS_PAYING)
    if not settle_manual(payment, row, row.location, taken, at):
        raise _Lost
    return payment
