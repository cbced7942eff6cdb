"""Refund a part of a payment: an amount, or lines of its order (M6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from duitpos.domain.alerts.refund_limit import least_refund
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.orders.pricing import rules_of_order
from duitpos.domain.payments.refunds.allocate import Allocation, Given, allocate_lines
from duitpos.domain.payments.refunds.refund import (
    Reserved,
    Who,
    new_refund,
    payment_with_money,
    refundable_payment,
    send_reserved,
)
from duitpos.domain.people.roles import Can, require
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Membership, OrderLine, Payment, Refund, RefundLine
from duitpos.models.payment import PaymentStatus, RefundScope
from duitpos.models.refund import RefundStatus

FREED = (RefundStatus.FAILED, RefundStatus.CANCELED)
"""States in which a refund holds neither money nor lines."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reason that staff give, and the key of the form that they send: the same key makes one refund.

    `code` is one of RefundReason, or empty.
    """

    form_key: str
    code: str = ""
    text: str = ""


def refund_amount(member: Membership, payment_id: UUID, minor: int, why: Why) -> Refund:
    """Refund an amount in minor units, without saying which lines. Raises Forbidden, Gone, Conflict."""
    require(member, Can.REFUND)
    who = Who(member.tenant_id, member)
    return send_reserved(transact(lambda: reserve_amount(who, payment_id, minor, why)))


def refund_lines(member: Membership, payment_id: UUID, wanted: Mapping[UUID, int], why: Why) -> Refund:
    """Refund quantities of the order's lines, by line id. Raises Forbidden, Gone, Conflict."""
    require(member, Can.REFUND)
    who = Who(member.tenant_id, member)
    return send_reserved(transact(lambda: reserve_lines(who, payment_id, wanted, why)))


def reserve_lines(who: Who, payment_id: UUID, wanted: Mapping[UUID, int], why: Why) -> Reserved:
    """Reserve them in the caller's transaction, for whoever may already. Raises Gone, Conflict."""
    chosen = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    # The payment is read first: a refund that is reserved after this changes its version, so no line is refunded
    # unseen, either.
    payment, left = payment_with_money(who.tenant_id, payment_id)
    sent = _sent_before(who.tenant_id, why, lambda refund: _quantities(refund) == chosen)
    if sent is not None:
        return sent
    parts = price_lines(payment, chosen)
    _check(payment, parts.total_minor, left)
    if not _reserved(payment, parts.total_minor):
        return _lost(who.tenant_id, why, lambda refund: _quantities(refund) == chosen)
    return Reserved(_insert_lines(payment, who, parts, chosen, why), is_new=True)


def reserve_amount(who: Who, payment_id: UUID, minor: int, why: Why) -> Reserved:
    """Reserve an amount in the caller's transaction, for whoever may already. Raises Gone, Conflict."""
    payment, left = payment_with_money(who.tenant_id, payment_id)
    sent = _sent_before(who.tenant_id, why, lambda refund: refund.amount_minor == minor)
    if sent is not None:
        return sent
    _check(payment, minor, left)
    if not _reserved(payment, minor):
        return _lost(who.tenant_id, why, lambda refund: refund.amount_minor == minor)
    return Reserved(_insert(payment, who, minor, why), is_new=True)


def part_price(member: Membership, payment_id: UUID, minor: int | None, wanted: Mapping[UUID, int]) -> Money:
    """What refunding `minor`, or without it the lines `wanted`, would give back now. Raises what refunding it would."""
    payment, left = refundable_payment(member, payment_id)
    if minor is None:
        minor = price_lines(payment, wanted).total_minor
    _check(payment, minor, left)
    return Money(minor, payment.moved.currency)


def price_lines(payment: Payment, wanted: Mapping[UUID, int]) -> Allocation:
    """What these quantities would give back now. Raises Conflict when they cannot be refunded.

    A second payment of an order pays for its lines once more, so each payment has its own refunded lines.
    """
    order = payment.order
    if order is None or order.currency != payment.moved.currency:
        raise Conflict(Code.REFUND_NOT_BY_LINES)
    lines = list(OrderLine.objects.filter(tenant_id=payment.tenant_id, order=order).order_by("position"))
    try:
        return allocate_lines(lines, rules_of_order(order), given_lines(payment), wanted)
    except ValueError as error:
        raise Conflict(Code.REFUND_LINES_GONE) from error


def lines_left(payment: Payment) -> list[tuple[OrderLine, int]]:
    """The lines of the payment's order that can be refunded, each with the quantity that is left of it."""
    order = payment.order
    if order is None or order.currency != payment.moved.currency:
        return []
    refunded: Counter[UUID] = Counter()
    for refund in given_lines(payment):
        refunded.update(refund.quantities)
    lines = OrderLine.objects.filter(tenant_id=payment.tenant_id, order=order).order_by("position")
    return [(line, line.quantity - refunded[line.id]) for line in lines if line.quantity > refunded[line.id]]


def given_lines(payment: Payment) -> list[Given]:
    """The payment's refunds of lines that stand, oldest first."""
    rows = Refund.objects.filter(tenant_id=payment.tenant_id, payment=payment, items_minor__isnull=False)
    standing = rows.exclude(status__in=FREED).order_by("created_at", "id").prefetch_related("lines")
    return [Given(_quantities(refund), _parts(refund)) for refund in standing]


def _quantities(refund: Refund) -> dict[UUID, int]:
    return {line.order_line_id: line.quantity for line in refund.lines.all()}


def _parts(refund: Refund) -> Allocation:
    return Allocation(
        refund.items_minor or 0,
        refund.service_charge_minor or 0,
        {int(rate): tax for rate, tax in refund.tax_by_rate.items()},
        refund.amount_minor,
    )


def _sent_before(tenant_id: UUID, why: Why, is_same: Callable[[Refund], bool]) -> Reserved | None:
    """The refund that this form made already. Raises Conflict if it was another one."""
    rows = Refund.objects.filter(tenant_id=tenant_id, form_key=why.form_key)
    refund = rows.first()
    if refund is None:
        return None
    if not is_same(refund):
        raise Conflict(Code.REFUND_FORM_SENT)
    return Reserved(refund, is_new=False)


def _lost(tenant_id: UUID, why: Why, is_same: Callable[[Refund], bool]) -> Reserved:
    """After a lost race: the twin's refund, if the same form was sent twice. Raises Conflict for another one."""
    sent = _sent_before(tenant_id, why, is_same)
    if sent is None:
        raise Conflict(Code.REFUND_UNDER_WAY)
    return sent


def _check(payment: Payment, minor: int, left: int) -> None:
    """Raise Conflict unless this part can be refunded."""
    currency = payment.moved.currency
    asked, least = Money(minor, currency), least_refund(payment)
    if minor <= 0:
        raise Conflict(Code.REFUND_EMPTY)
    if minor > left:
        raise Conflict(Code.REFUND_TOO_MUCH, asked=asked, left=Money(max(left, 0), currency))
    if payment.refund_scope == RefundScope.NONE:
        raise Conflict(Code.REFUND_NOT_POSSIBLE)
    if payment.refund_scope == RefundScope.FULL_ONLY and minor != payment.moved.minor:
        raise Conflict(Code.REFUND_PART_REFUSED)
    if minor < least:
        raise Conflict(Code.REFUND_PART_TOO_SMALL, asked=asked, least=Money(least, currency))


def _reserved(payment: Payment, minor: int) -> bool:
    """Whether the amount was reserved, with no refund reserved or freed since the payment was read.

    A compare-and-set on one row, because the lines of several rows are no guard. It compares a version, because a
    refund that came and failed leaves the reserved amount as it was.
    """
    guarded = Payment.objects.filter(
        tenant_id=payment.tenant_id,
        id=payment.id,
        status=PaymentStatus.SUCCEEDED,
        refund_version=payment.refund_version,
    )
    changed = guarded.update(
        refund_reserved_minor=F("refund_reserved_minor") + minor, refund_version=F("refund_version") + 1
    )
    return bool(changed)


def _insert(payment: Payment, who: Who, minor: int, why: Why, parts: Allocation | None = None) -> Refund:
    refund = new_refund(payment, who, minor)
    refund.reason_code, refund.reason, refund.form_key = why.code, why.text.strip()[:200], why.form_key
    if parts is not None:
        refund.items_minor, refund.service_charge_minor = parts.items_minor, parts.service_charge_minor
        refund.tax_minor = parts.tax_minor
        refund.tax_by_rate = {str(rate): tax for rate, tax in parts.tax_by_rate.items()}
    refund.save(force_insert=True)
    return refund


def _insert_lines(
    payment: Payment, who: Who, parts: Allocation, chosen: Mapping[UUID, int], why: Why
) -> Refund:
    refund = _insert(payment, who, parts.total_minor, why, parts)
    lines = OrderLine.objects.filter(tenant_id=payment.tenant_id, id__in=chosen)
    RefundLine.objects.bulk_create(
        RefundLine(
            tenant_id=payment.tenant_id,
            refund=refund,
            order_line=line,
            quantity=chosen[line.id],
            items_minor=chosen[line.id] * line.unit_price_minor,
        )
        for line in lines
    )
    return refund
