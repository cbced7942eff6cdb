"""Make and list refunds at Stripe (docs/money-path.md: M17)."""

from __future__ import annotations

from typing import Any

import stripe

from duitpos.kit.money import Money
from duitpos.processors.errors import Failure, OwnCode
from duitpos.processors.snapshots import RefundSnapshot, RefundsSeen
from duitpos.processors.stripe.amounts import AmountNotExact, to_stripe
from duitpos.processors.stripe.errors import stripe_error, translated
from duitpos.processors.stripe.snapshots import refund_snapshot


def make_refund(
    client: stripe.StripeClient, intent: str, amount: Money, key: str, our_refund: str, reason: str
) -> RefundSnapshot:
    """Make a refund. Its metadata contains our id, so that we can find it after a lost response."""
    try:
        stripe_amount = to_stripe(amount)
    except AmountNotExact as error:
        raise stripe_error(
            Failure.REFUSED, OwnCode.AMOUNT_NOT_EXACT, about={"currency": error.currency}
        ) from error
    metadata = {"refund": our_refund}
    if reason:
        metadata["reason"] = reason[:500]
    # Do not send Stripe's own `reason`: it has only three values, and one of them blocks the guest's card.
    params: Any = {"payment_intent": intent, "amount": stripe_amount, "metadata": metadata}
    with translated():
        refund = client.v1.refunds.create(params=params, options={"idempotency_key": key})
        return refund_snapshot(refund.to_dict())


def list_refunds(client: stripe.StripeClient, intent: str) -> RefundsSeen:
    """List all refunds of one payment, also those made at Stripe's dashboard."""
    with translated():
        page = client.v1.refunds.list(params={"payment_intent": intent, "limit": 100})
        return RefundsSeen(tuple(refund_snapshot(refund.to_dict()) for refund in page.auto_paging_iter()))
