"""Compute when a payment or refund is checked next, without queries (M7, M17, M24, M27, M28, M79, M81)."""

from __future__ import annotations

from datetime import datetime, timedelta

from duitpos.domain.tenancy.hours import closes_next
from duitpos.models import Location, Payment
from duitpos.processors.capabilities import Expiry
from duitpos.processors.registry import adapter

CLOSED_CHECK = timedelta(minutes=2)
"""How soon to check a session that should no longer be payable, because its location closed or paused."""
FIRST_CHECK = timedelta(seconds=90)
AFTER_RETURN = timedelta(seconds=20)
ASK_AGAIN = timedelta(seconds=3)
"""Guests' requests make at most one fetch per payment in this time."""
LEASE = timedelta(seconds=60)
"""How long a sweep that claimed a payment may take before another sweep may."""
CLOSE_UNPAID = timedelta(minutes=15)
PURGE_UNPAID = timedelta(days=30)
SESSION_LIFE = timedelta(minutes=45)
"""How long a guest may take to pay, if the processor lets us choose."""
CLOCK_MARGIN = timedelta(minutes=15)
"""Added to the least that a processor allows, because its clock may be ahead of ours."""
UNKNOWN_PHONE_LIFE = timedelta(minutes=10)
"""How long a session for an unknown phone may be paid; then the sweep expires it at the processor."""
SURELY_OVER = timedelta(hours=1)
"""Time after a session's end by our clock; the processor's clock may be this much behind."""
KEY_MARGIN = timedelta(hours=1)
"""A call is not repeated in the last hour before the processor forgets it, or in the last half of a shorter time."""
START_LIMIT = timedelta(days=1)
"""An attempt that could not be started for so long is not started any more."""
PROCESSING_LIMIT = timedelta(days=15)
WATCH = timedelta(days=3)
"""How long the page of an attempt that we ended is looked at, while it can still be paid."""
START_ENDS = timedelta(seconds=15)
"""Time after which a start call has surely ended: its deadline is 10 seconds."""
REFUND_UNANSWERED = timedelta(hours=24)
ANSWER_WAIT = timedelta(seconds=60)
"""Without idempotency keys: how long a refund call may still take effect after its answer was lost."""
REFUND_PENDING_LIMIT = timedelta(days=14)
"""A refund that is still pending after this opens an Alert."""
REFUND_LOOKS = tuple(timedelta(days=days) for days in (1, 5, 12, 31))
"""A bank may return a refund weeks after it succeeded. Without the event `refund.failed`, only a fetch shows that."""
EVENTS_EVERY = timedelta(minutes=3)
"""How often an account is asked what it could not deliver, and which sessions were started."""
IDLE_ASKS = 20
"""After so many questions in a row that found nothing, and no payment for that hour, an account is asked less often."""
IDLE_EVERY = timedelta(minutes=30)
"""How often an account is asked at least."""


def next_check(payment: Payment, location: Location | None, now: datetime) -> datetime:
    """Return the next check: after 90 s, then 3, 6, 12 … minutes; hourly, then every 6 h, while the bank processes it.

    While the session is open it is at most a minute after its end and a second after the location closes; after the
    end, between 6 minutes and 6 hours.
    """
    if payment.processing_since is not None:
        waited = now - payment.processing_since
        return now + (timedelta(hours=1) if waited < timedelta(hours=24) else timedelta(hours=6))
    wait: timedelta = FIRST_CHECK * (1 << min(payment.checks, 6))
    at = now + wait
    if payment.expires_at is not None:
        ends = payment.expires_at + timedelta(seconds=60)
        at = min(at, ends) if ends > now else now + _wait_after_end(now - ends)
    closes = closes_next(location, now) if location is not None else None
    return at if closes is None else min(at, closes + timedelta(seconds=1))


def _wait_after_end(past: timedelta) -> timedelta:
    """Return the wait once a session ended `past` ago. Little can change, so it grows from 6 minutes to 6 hours."""
    return min(max(timedelta(minutes=6), past), timedelta(hours=6))


def next_look(ended_at: datetime, until: datetime, now: datetime) -> datetime:
    """Return the next look at the page of an attempt that we ended: after 2, 4, 8 … minutes, then every 6 hours.

    One look is at the end of the watch (`until`).
    """
    at = now + min(max(timedelta(minutes=2), now - ended_at), timedelta(hours=6))
    return at if until <= now else min(at, until)


def is_surely_over(payment: Payment, now: datetime) -> bool:
    """Whether the payment's session ended so long ago that nobody can start to pay, even without a fetch.

    An end that only we keep says nothing of the kind: then the sweep ends the attempt, which unblocks the guest. This
    is for a processor that answers nothing for days.
    """
    wait = SURELY_OVER if payment.is_end_enforced else WATCH
    ended = payment.expires_at is not None and now > payment.expires_at + wait
    return ended and payment.processing_since is None


def is_past_our_end(payment: Payment, now: datetime) -> bool:
    """Whether the attempt is past an end that the processor does not keep, so that we must end it."""
    ended = payment.expires_at is not None and now > payment.expires_at
    return ended and not payment.is_end_enforced


def is_enforced(expiry: Expiry | None) -> bool:
    """Whether the processor takes no money after the end that we ask for."""
    return expiry is not None and expiry.is_enforced


def end_as_told(
    ours: datetime | None, told: datetime | None, expiry: Expiry | None
) -> tuple[datetime | None, bool]:
    """Return an attempt's end and whether the processor keeps it, from its answer to the start call.

    `ours` is the end that we asked for, `told` the one it answered. At a processor that takes no wish our own end
    stands when it comes first.
    """
    if told is None or (expiry is not None and not expiry.is_enforced):
        return ours, False
    if ours is None:
        return told, True
    if expiry is None and told > ours:
        return ours, False
    # The request has whole seconds.
    return (told if abs(told - ours) > timedelta(seconds=1) else ours), True


def session_ends(expiry: Expiry | None, now: datetime) -> datetime:
    """Return when a session that starts now ends, within the processor's limits."""
    if expiry is None:
        return now + SESSION_LIFE
    return now + min(max(SESSION_LIFE, expiry.least + CLOCK_MARGIN), expiry.most)


def replay_limit(kept: timedelta) -> timedelta:
    """Return how long a call may be repeated that the processor remembers for `kept` after the first one."""
    return kept - min(KEY_MARGIN, kept / 2)


def is_too_old_to_start(payment: Payment, now: datetime) -> bool:
    """Whether the processor may have forgotten the first call, so that a start could make a second session."""
    kept = adapter(payment.account.processor).can.start_repeat_for
    # Where no call is repeated blindly, the attempt must end some day all the same.
    limit = START_LIMIT if kept is None else min(replay_limit(kept), START_LIMIT)
    return now - payment.created_at > limit


def next_refund_look(ended_at: datetime, now: datetime) -> datetime | None:
    """Return when to check a refund that succeeded at `ended_at` again; None after the last check."""
    return next((ended_at + wait for wait in REFUND_LOOKS if ended_at + wait > now), None)


def next_events(idle_asks: int, now: datetime) -> datetime:
    """Return when to ask an account again, after `idle_asks` questions in a row that found nothing.

    Payments and refunds have checks of their own, so a longer pause only delays what nobody told us of.
    """
    pause: timedelta = EVENTS_EVERY * 2 ** min(max(idle_asks - IDLE_ASKS, 0), 8)
    return now + min(pause, IDLE_EVERY)
