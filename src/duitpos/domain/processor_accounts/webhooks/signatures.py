"""What deliveries that were not believed say of the webhook. Anybody can post one."""

from __future__ import annotations

from datetime import datetime, timedelta

from duitpos.models import ProcessorAccount
from duitpos.processors.errors import SignatureProblem

NOISE = (SignatureProblem.MISSING.value, SignatureProblem.MALFORMED.value)
"""What says nothing about the webhook."""
NOTED_EVERY = timedelta(minutes=1)


def misdated_since_last(account: ProcessorAccount) -> datetime | None:
    """When a delivery came after the last good one that a saved secret verifies, at a wrong time. No stranger can."""
    at = account.last_misdated_at
    # A good one within a minute of another is not noted (events/apply_event.py).
    return _after_last(account, at) if at is not None and _after_last(account, at - NOTED_EVERY) else None


def mismatch_since_last(account: ProcessorAccount) -> datetime | None:
    """When a delivery came after the last good one that no saved secret verifies. A stranger can send that too."""
    return _after_last(account, account.last_mismatch_at)


def newest_problem(account: ProcessorAccount) -> tuple[str, datetime] | None:
    """The problem of the deliveries since the last good one that says the most, and when it came."""
    if misdated := misdated_since_last(account):
        return SignatureProblem.CLOCK.value, misdated
    if mismatch := mismatch_since_last(account):
        return SignatureProblem.MISMATCH.value, mismatch
    other = _after_last(account, account.last_bad_signature_at)
    return (account.last_bad_signature, other) if other is not None else None


def _after_last(account: ProcessorAccount, at: datetime | None) -> datetime | None:
    last = account.last_event_at
    return at if at is not None and (last is None or at > last) else None
