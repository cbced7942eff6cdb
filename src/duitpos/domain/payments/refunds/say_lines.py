"""Staff say which lines a refund was for that was made at the processor (M107)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from duitpos.domain.alerts.open import Resolution, resolve
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.orders.business_day import recount_days_of
from duitpos.domain.payments.refunds.refunded_lines import FREED, Chosen, lines_left, price_lines, take_lines
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.facts import facts
from duitpos.kit.money import Money
from duitpos.kit.transact import transact
from duitpos.models import Membership, OrderLine, Payment, Refund
from duitpos.models.alert import AlertKind
from duitpos.models.refund import RefundSource


@dataclass(frozen=True, slots=True)
class LinesQuestion:
    """A refund whose lines nobody has given, and what is left of its order's."""

    refund: Refund
    left: list[tuple[OrderLine, int]]


def lines_question(member: Membership, order_id: UUID, refund_id: UUID) -> LinesQuestion:
    """The open question about this refund. Raises Forbidden, Gone, and Conflict when it is answered."""
    require(member, Can.RESOLVE_ALERTS)
    refund = _open_refund(member, refund_id)
    if refund.payment.order_id != order_id:
        raise Gone(Code.PAYMENT_UNKNOWN)
    return LinesQuestion(refund, lines_left(refund.payment))


def say_lines(member: Membership, refund_id: UUID, wanted: Mapping[UUID, int]) -> Refund:
    """Store the lines of a refund, once. Its amount stays; what the lines are not worth has no dishes.

    Raises Forbidden, Gone, Conflict.
    """
    require(member, Can.RESOLVE_ALERTS)
    quantities = {line_id: quantity for line_id, quantity in wanted.items() if quantity}
    return transact(lambda: _say(member, refund_id, quantities))


def is_open_question(refund: Refund) -> bool:
    """Whether staff can still say which lines the refund was for."""
    is_ours = refund.source != RefundSource.PROCESSOR
    return not is_ours and refund.items_minor is None and refund.status not in FREED


def _say(member: Membership, refund_id: UUID, quantities: Mapping[UUID, int]) -> Refund:
    # The payment is read with the refund: a refund that is reserved after this changes its version.
    refund = _open_refund(member, refund_id)
    payment = refund.payment
    parts = price_lines(payment, quantities)
    if not quantities:
        raise Conflict(Code.REFUND_EMPTY)
    if parts.total_minor > refund.amount_minor:
        lines = Money(parts.total_minor, refund.currency)
        raise Conflict(Code.REFUND_LINES_ABOVE, lines=lines, amount=refund.amount)
    guarded = Payment.objects.filter(
        tenant_id=payment.tenant_id, id=payment.id, refund_version=payment.refund_version
    )
    if not guarded.update(refund_version=F("refund_version") + 1):
        raise Conflict(Code.REFUND_UNDER_WAY)
    if not take_lines(refund, Chosen(quantities, parts)):
        raise Conflict(Code.REFUND_LINES_SAID)
    recount_days_of(payment)
    said = facts(Resolution.LINES_SAID)
    resolve(member.tenant_id, now(), said, member=member, kind=AlertKind.REFUND_LINES, subject_id=refund.id)
    return refund


def _open_refund(member: Membership, refund_id: UUID) -> Refund:
    rows = Refund.objects.filter(tenant_id=member.tenant_id, id=refund_id, source=RefundSource.PROCESSOR)
    refund = rows.select_related("payment__order__location", "payment__account").first()
    if refund is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    if not is_open_question(refund):
        raise Conflict(Code.REFUND_LINES_SAID)
    return refund
