"""What keeps a payment's money from being refunded through its processor (M92)."""

from __future__ import annotations

from duitpos.domain.errors import Code, Conflict
from duitpos.kit.money import Money
from duitpos.models import Payment
from duitpos.models.payment import RefundScope
from duitpos.processors.registry import ADAPTERS


def refund_limit(payment: Payment, left_minor: int) -> Conflict | None:
    """Why what is left cannot be refunded through the processor; None when it can, or when nothing is left.

    `left_minor` is without refunds and what the guest's bank has taken. `payment` comes with its account. The staff's
    pages show the same reason beforehand.
    """
    if left_minor <= 0:
        return None
    if payment.refund_scope == RefundScope.NONE:
        return Conflict(Code.REFUND_NOT_POSSIBLE)
    if payment.refund_scope == RefundScope.FULL_ONLY and left_minor != payment.moved.minor:
        return Conflict(Code.REFUND_ONLY_IN_FULL)
    currency = payment.moved.currency
    least = least_refund(payment)
    if left_minor < least:
        return Conflict(Code.REFUND_TOO_SMALL, least=Money(least, currency), left=Money(left_minor, currency))
    return None


def least_refund(payment: Payment) -> int:
    """The smallest refund at the payment's processor, in minor units of the currency that moved; 0 without a limit."""
    kind = ADAPTERS.get(payment.account.processor)
    return kind.can.refund.least_minor.get(payment.moved.currency, 0) if kind else 0
