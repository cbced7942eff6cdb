"""Attempts to pay as pages show them: each with what this member of staff may refund of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from duitpos.dashboard.texts.errors import error_text
from duitpos.domain.orders.attempts import AttemptDetails
from duitpos.domain.people.refund_limits import RefundRight


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """`why_not` is a sentence; empty where all can be refunded, and for a member who may refund nothing at all."""

    attempt: AttemptDetails
    may_refund: bool
    may_refund_all: bool
    why_not: str


def shown_attempts(attempts: Iterable[AttemptDetails], right: RefundRight, locale: str) -> list[ShownAttempt]:
    """Each attempt with what this member may refund of it, and why not all."""
    return [_shown(attempt, right, locale) for attempt in attempts]


def _shown(attempt: AttemptDetails, right: RefundRight, locale: str) -> ShownAttempt:
    is_asked = right.most(attempt.refundable.currency) != 0
    above = right.refusal(attempt.refundable) if attempt.can_refund and is_asked else None
    why_not = attempt.no_refund or above
    return ShownAttempt(
        attempt=attempt,
        may_refund=is_asked and attempt.can_refund,
        may_refund_all=is_asked and attempt.can_refund and above is None,
        why_not=error_text(why_not, locale) if why_not and is_asked else "",
    )
