"""The only module that writes the status of payments and refunds."""

from __future__ import annotations

from typing import Any

from duitpos.models import Payment, Refund
from duitpos.models.payment import PaymentStatus as P
from duitpos.models.refund import RefundStatus as R

PAYMENT_MOVES: dict[str, frozenset[str]] = {
    P.CREATED: frozenset({P.PENDING, P.SUCCEEDED, P.FAILED, P.CANCELED}),
    P.PENDING: frozenset({P.SUCCEEDED, P.FAILED, P.CANCELED}),
    # Late money: an attempt that we ended as unpaid was paid after all.
    P.FAILED: frozenset({P.SUCCEEDED}),
    P.CANCELED: frozenset({P.SUCCEEDED}),
    P.SUCCEEDED: frozenset(),
}
REFUND_MOVES: dict[str, frozenset[str]] = {
    R.CREATED: frozenset({R.PENDING, R.SUCCEEDED, R.FAILED, R.CANCELED}),
    R.PENDING: frozenset({R.SUCCEEDED, R.FAILED, R.CANCELED}),
    # The bank returned it days later.
    R.SUCCEEDED: frozenset({R.FAILED}),
    R.FAILED: frozenset(),
    R.CANCELED: frozenset(),
}


def advance_payment(payment: Payment, from_statuses: tuple[str, ...], to_status: str, **columns: Any) -> bool:
    """Set status and `columns` in one guarded UPDATE; True for the one caller that moved it."""
    return _advance(payment, PAYMENT_MOVES, from_statuses, to_status, columns)


def advance_refund(refund: Refund, from_statuses: tuple[str, ...], to_status: str, **columns: Any) -> bool:
    """Set status and `columns` in one guarded UPDATE; True for the one caller that moved it."""
    return _advance(refund, REFUND_MOVES, from_statuses, to_status, columns)


def _advance(
    row: Payment | Refund,
    moves: dict[str, frozenset[str]],
    from_statuses: tuple[str, ...],
    to_status: str,
    columns: dict[str, Any],
) -> bool:
    for status in from_statuses:
        if to_status not in moves[status]:
            raise ValueError(f"No {type(row).__name__.lower()} goes from {status} to {to_status}.")
    rows = type(row)._default_manager.filter(tenant_id=row.tenant_id, id=row.id, status__in=from_statuses)
    if not rows.update(status=to_status, **columns):
        return False
    row.status = to_status
    for name, value in columns.items():
        setattr(row, name, value)
    return True
