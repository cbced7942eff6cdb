"""Stripe disputes: a guest's bank contests a charge, and usually takes the money back at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import stripe

from duitpos.kit.clean_text import cut
from duitpos.kit.money import Money
from duitpos.processors.errors import Failure
from duitpos.processors.references import References
from duitpos.processors.snapshots import DisputeMovement, DisputeSnapshot, DisputeState
from duitpos.processors.stripe.errors import stripe_error, translated
from duitpos.processors.stripe.snapshots import (
    CHARGE,
    DETAIL,
    INTENT,
    Incomplete,
    Json,
    correlation_of,
    id_of,
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


LISTING = 20.0
"""Deadline for a listing of several pages, in seconds."""


def list_disputes(client: stripe.StripeClient, intent: str) -> list[DisputeSnapshot]:
    """List all disputes of one payment."""
    params: Any = {"payment_intent": intent, "limit": 100}
    with translated():
        return [dispute_snapshot(one.to_dict()) for one in client.v1.disputes.list(params=params).data]


def list_new_disputes(client: stripe.StripeClient, since: datetime) -> list[DisputeSnapshot]:
    """List the account's disputes opened since then. One that cannot be read is left out, for the others' sake."""
    params: Any = {
        "created": {"gte": int(since.timestamp())},
        "limit": 100,
        # Its metadata says whether the payment is ours, when we do not know its ids.
        "expand": ["data.payment_intent"],
    }
    with translated():
        ends, found = time.monotonic() + LISTING, []
        for dispute in client.v1.disputes.list(params=params).auto_paging_iter():
            with suppress(Incomplete):
                found.append(dispute_snapshot(dispute.to_dict()))
            if time.monotonic() > ends:
                raise stripe_error(Failure.UNAVAILABLE, "slow")
        return found


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
        payment=References.named(
            **{INTENT: id_of(dispute.get("payment_intent")), CHARGE: id_of(dispute.get("charge"))}
        ),
        correlation=correlation_of(object_of(dispute.get("payment_intent"))),
    )


def _movements(transactions: list[Any], disputed: Money) -> Iterator[DisputeMovement]:
    """The movements in the dispute's currency; each fee in the account's.

    For an account in another currency, each transaction counts as the whole disputed amount.
    """
    for transaction in map(object_of, transactions):
        money, fee = money_of(transaction, "amount"), money_of(transaction, "fee")
        if money is None or fee is None:
            raise Incomplete("amount, fee")
        if money.currency != disputed.currency:
            money = disputed if money.minor > 0 else Money(-disputed.minor, disputed.currency)
        yield DisputeMovement(own_id(transaction), money, fee)
