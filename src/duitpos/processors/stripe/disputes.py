"""Stripe disputes: a guest's bank contests a charge, and usually takes the money back at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import stripe

from duitpos.kit.clean_text import cut
from duitpos.kit.money import Money
from duitpos.processors.snapshots import DisputeMovement, DisputeSnapshot, DisputeState
from duitpos.processors.stripe.errors import translated
from duitpos.processors.stripe.snapshots import (
    DETAIL,
    Incomplete,
    Json,
    money_of,
    object_of,
    own_id,
    text_of,
    time_of,
)

_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "appeal_needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "warning_closed": DisputeState.CLOSED,
    "prevented": DisputeState.CLOSED,
}


def list_disputes(client: stripe.StripeClient, intent: str) -> list[DisputeSnapshot]:
    """List all disputes of one payment."""
    params: Any = {"payment_intent": intent, "limit": 100}
    with translated():
        return [dispute_snapshot(one.to_dict()) for one in client.v1.disputes.list(params=params).data]


def dispute_snapshot(dispute: Json) -> DisputeSnapshot:
    """Parse a dispute. Raises Incomplete for a missing field or an unknown status (of a later API version)."""
    state, amount = _STATES.get(text_of(dispute, "status")), money_of(dispute, "amount")
    opened_at, moved = time_of(dispute.get("created")), dispute.get("balance_transactions")
    if state is None or amount is None or opened_at is None or not isinstance(moved, list):
        raise Incomplete("status, amount, created, balance_transactions")
    return DisputeSnapshot(
        reference=own_id(dispute),
        state=state,
        amount=amount,
        reason=cut(dispute.get("reason"), DETAIL),
        opened_at=opened_at,
        respond_by=time_of(object_of(dispute.get("evidence_details")).get("due_by")),
        movements=tuple(_movements(moved, amount)),
    )


def _movements(transactions: list[Any], disputed: Money) -> Iterator[DisputeMovement]:
    """The movements in the dispute's currency.

    For an account in another currency, each transaction counts as the whole disputed amount, without fee.
    """
    for transaction in map(object_of, transactions):
        money, fee = money_of(transaction, "amount"), money_of(transaction, "fee")
        if money is None or fee is None:
            raise Incomplete("amount, fee")
        if money.currency != disputed.currency:
            money = disputed if money.minor > 0 else Money(-disputed.minor, disputed.currency)
            fee = Money(0, disputed.currency)
        yield DisputeMovement(own_id(transaction), money, fee)
