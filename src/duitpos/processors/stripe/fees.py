"""Stripe's fees, from the account's balance transactions: they appear up to an hour after the charge."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import stripe

from duitpos.processors.errors import Failure
from duitpos.processors.references import References
from duitpos.processors.snapshots import FeeSnapshot
from duitpos.processors.stripe.errors import stripe_error, translated
from duitpos.processors.stripe.snapshots import (
    CHARGE,
    INTENT,
    Incomplete,
    Json,
    correlation_of,
    id_of,
    money_of,
    object_of,
    own_id,
    time_of,
)

_TYPES = frozenset(
    {"charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund"}
)
"""Fees of disputes come with the dispute; payouts and Stripe's own bills are no payment's."""
LISTING = 20.0
"""Deadline for a listing of several pages, in seconds."""


def list_fees(client: stripe.StripeClient, since: datetime, until: datetime) -> list[FeeSnapshot]:
    """List the fees of all balance transactions made in that time, a hundred a call."""
    params: Any = {
        "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
        "limit": 100,
        "expand": ["data.source"],
    }
    with translated():
        ends, found = time.monotonic() + LISTING, []
        for transaction in client.v1.balance_transactions.list(params=params).auto_paging_iter():
            fee = fee_snapshot(transaction.to_dict())
            if fee is not None:
                found.append(fee)
            if time.monotonic() > ends:
                raise stripe_error(Failure.UNAVAILABLE, "slow")
        return found


def fee_snapshot(transaction: Json) -> FeeSnapshot | None:
    """Parse a balance transaction with its source; None for one that is about no payment, or costs nothing.

    One that cannot be read is left out, so that the others are still booked.
    """
    if transaction.get("type") not in _TYPES:
        return None
    source = object_of(transaction.get("source"))
    is_refund = source.get("object") == "refund"
    charge = id_of(source.get("charge")) if is_refund else id_of(source)
    try:
        fee, at = money_of(transaction, "fee"), time_of(transaction.get("created"))
        if fee is None or at is None or not fee.minor or not charge:
            return None
        return FeeSnapshot(
            reference=own_id(transaction),
            payment=References.named(**{INTENT: id_of(source.get("payment_intent")), CHARGE: charge}),
            fee=fee,
            charged_at=at,
            refund=own_id(source) if is_refund else "",
            correlation=None if is_refund else correlation_of(source),
        )
    except Incomplete:
        return None
