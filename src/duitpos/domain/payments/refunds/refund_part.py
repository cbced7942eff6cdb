"""Refund a part of a payment: an amount, or lines of its order (M6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from duitpos.domain.alerts.refund_limit import least_refund
from duitpos.domain.errors import Code, Conflict
from duitpos.domain.payments.refunds.refund import (
    Reserved,
    Who,
    new_refund,
    payment_with_money,
    record_refund,
    refundable_payment,
    send_reserved,
)
from duitpos.domain.payments.refunds.refunded_lines import Chosen, insert_refund, price_lines, quantities_of
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Membership, Payment, Refund
from duitpos.models.payment import PaymentStatus, RefundScope


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
    who = Who(member.tenant_id, member)
    return send_reserved(transact(lambda: reserve_amount(who, payment_id, minor, why)))


def refund_lines(member: Membership, payment_id: UUID, wanted: Mapping[UUID, int], why: Why) -> Refund:
    """Refund quantities of the order's lines, by line id. Raises Forbidden, Gone, Conflict."""
    who = Who(member.tenant_id, member)
    return send_reserved(transact(lambda: reserve_lines(who, payment_id, wanted, why)))


def reserve_amount(who: Who, payment_id: UUID, minor: int, why: Why) -> Reserved:
    """Reserve an amount in the caller's transaction. Raises Forbidden, Gone, Conflict."""
    # The payment is read first: a refund that is reserved after this changes its version.
    payment, left = payment_with_money(who, payment_id)
    sent = _sent_before(who, why, lambda refund: refund.amount_minor == minor)
    if sent is not None:
        return sent
    _check(who, payment, minor, left)
    if not _reserved(payment, minor):
        return _lost(who, why, lambda refund: refund.amount_minor == minor)
    return Reserved(_insert(payment, who, minor, why), is_new=True)


def reserve_lines(who: Who, payment_id: UUID, wanted: Mapping[UUID, int], why: Why) -> Reserved:
    """Reserve quantities of lines in the caller's transaction. Raises Forbidden, Gone, Conflict."""
    chosen = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    # As above; so no line is refunded unseen, either.
    payment, left = payment_with_money(who, payment_id)
    sent = _sent_before(who, why, lambda refund: quantities_of(refund) == chosen)
    if sent is not None:
        return sent
    parts = price_lines(payment, chosen)
    _check(who, payment, parts.total_minor, left)
    if not _reserved(payment, parts.total_minor):
        return _lost(who, why, lambda refund: quantities_of(refund) == chosen)
    return Reserved(_insert(payment, who, parts.total_minor, why, Chosen(chosen, parts)), is_new=True)


def part_price(member: Membership, payment_id: UUID, minor: int | None, wanted: Mapping[UUID, int]) -> Money:
    """What refunding `minor`, or without it the lines `wanted`, would give back now. Raises what refunding it would."""
    payment, left = refundable_payment(member, payment_id)
    if minor is None:
        minor = price_lines(payment, wanted).total_minor
    _check(Who(member.tenant_id, member), payment, minor, left)
    return Money(minor, payment.moved.currency)


def _sent_before(who: Who, why: Why, is_same: Callable[[Refund], bool]) -> Reserved | None:
    """The refund that this form made already. Raises Conflict if it was another one."""
    rows = Refund.objects.filter(tenant_id=who.tenant_id, form_key=why.form_key)
    refund = rows.first()
    if refund is None:
        return None
    if not is_same(refund):
        raise Conflict(Code.REFUND_FORM_SENT)
    return Reserved(refund, is_new=False)


def _lost(who: Who, why: Why, is_same: Callable[[Refund], bool]) -> Reserved:
    """After a lost race: the twin's refund, if the same form was sent twice. Raises Conflict for another one."""
    sent = _sent_before(who, why, is_same)
    if sent is None:
        raise Conflict(Code.REFUND_UNDER_WAY)
    return sent


def _check(who: Who, payment: Payment, minor: int, left: int) -> None:
    """Raise Conflict unless this part can be refunded, and Forbidden unless they may."""
    currency = payment.moved.currency
    asked, least = Money(minor, currency), least_refund(payment)
    if minor <= 0:
        raise Conflict(Code.REFUND_EMPTY)
    if minor > left:
        raise Conflict(Code.REFUND_TOO_MUCH, asked=asked, left=Money(max(left, 0), currency))
    who.require(asked)
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


def _insert(payment: Payment, who: Who, minor: int, why: Why, chosen: Chosen | None = None) -> Refund:
    refund = new_refund(payment, who, minor)
    refund.reason_code, refund.reason, refund.form_key = why.code, why.text.strip()[:200], why.form_key
    insert_refund(refund, chosen)
    record_refund(refund, payment, who)
    return refund
