"""Stripe's early fraud warnings and reviews: somebody should look at a payment before money is lost."""

from __future__ import annotations

from duitpos.kit.clean_text import cut
from duitpos.processors.snapshots import WarningKind, WarningSnapshot
from duitpos.processors.stripe.snapshots import DETAIL, Incomplete, Json, own_id, time_of

REVIEW = "review"


def warning_snapshot(thing: Json) -> WarningSnapshot:
    """Parse an early fraud warning or a review: the same fields in all API versions. Raises Incomplete."""
    is_review = thing.get("object") == REVIEW
    is_open = thing.get("open") if is_review else thing.get("actionable")
    opened_at = time_of(thing.get("created"))
    if not isinstance(is_open, bool) or opened_at is None:
        raise Incomplete("open, actionable, created")
    return WarningSnapshot(
        reference=own_id(thing),
        kind=WarningKind.REVIEW if is_review else WarningKind.FRAUD,
        is_open=is_open,
        reason=cut(thing.get("reason") if is_review else thing.get("fraud_type"), DETAIL),
        opened_at=opened_at,
    )
