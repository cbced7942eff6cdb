"""When a payment is looked at next (M28). Pure: facts in, an instant out."""

from __future__ import annotations

from datetime import datetime, timedelta

from duitpos.domain.tenancy.hours import closes_next
from duitpos.models import Location, Payment

CLOSED_CHECK = timedelta(minutes=2)
"""How soon a session is looked at that should no longer be payable, because its location closed or paused (M24)."""
FIRST_CHECK = timedelta(seconds=90)
AFTER_RETURN = timedelta(seconds=20)
ASK_AGAIN = timedelta(seconds=3)
"""At most one question per payment in this time on behalf of guests (M27)."""
LEASE = timedelta(seconds=60)
"""How long a sweep that claimed a payment may take before another sweep may."""
CLOSE_UNPAID = timedelta(minutes=15)
PURGE_UNPAID = timedelta(days=30)
SESSION_LIFE = timedelta(minutes=45)
"""The processor demands at least 30 minutes by its clock; the rest is room for skew (M24)."""
STRANGERS_LIFE = timedelta(minutes=10)
"""How long a page that was made for a phone we had not seen may be paid; the sweep ends it at the processor (M79)."""
SURELY_OVER = timedelta(hours=1)
"""After a session's end, by our clock: the processor's may be that much behind."""
REPLAY_LIMIT = timedelta(hours=23)
"""The processor forgets a key after 24 h; an older replay would be a new call (M7, M17)."""
PROCESSING_LIMIT = timedelta(days=15)
REFUND_UNANSWERED = timedelta(hours=24)
REFUND_PENDING_LIMIT = timedelta(days=14)
"""A refund that is neither made nor refused by then is asked about."""
REFUND_LOOKS = tuple(timedelta(days=days) for days in (1, 5, 12, 31))
"""A bank may send a refund back weeks after it succeeded. Where `refund.failed` is not ticked, only a look tells."""


def next_check(payment: Payment, location: Location | None, now: datetime) -> datetime:
    """90 s, then 3, 6, 12 … minutes; never later than a minute after the session ends or when the location closes."""
    if payment.processing_since is not None:
        waited = now - payment.processing_since
        return now + (timedelta(hours=1) if waited < timedelta(hours=24) else timedelta(hours=6))
    wait: timedelta = FIRST_CHECK * (1 << min(payment.checks, 6))
    at = now + wait
    if payment.expires_at is not None:
        ends = payment.expires_at + timedelta(seconds=60)
        at = min(at, ends) if ends > now else now + _after_its_end(now - ends)
    closes = closes_next(location, now) if location is not None else None
    return at if closes is None else min(at, closes + timedelta(seconds=1))


def _after_its_end(past: timedelta) -> timedelta:
    """Nothing new can happen there any more: as long again as it has been over."""
    return min(max(timedelta(minutes=6), past), timedelta(hours=6))


def is_surely_over(payment: Payment, now: datetime) -> bool:
    """Whether nobody can begin to pay it any more, whatever the processor would say: its session ended long ago."""
    ended = payment.expires_at is not None and now > payment.expires_at + SURELY_OVER
    return ended and payment.processing_since is None


def is_too_old_to_start(payment: Payment, now: datetime) -> bool:
    """Whether a start would no longer be a repeat of the first call, but a fresh and unwanted one (M7)."""
    return now - payment.created_at > REPLAY_LIMIT


def next_refund_look(ended_at: datetime, now: datetime) -> datetime | None:
    """When a refund that succeeded at `ended_at` is looked at again; None once it has stood long enough."""
    return next((ended_at + wait for wait in REFUND_LOOKS if ended_at + wait > now), None)
