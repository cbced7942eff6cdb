"""Whether money came too late for its food to be cooked by itself, by the clock of the guest (M60)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.clock import business_date
from duitpos.models import Location, Payment
from duitpos.processors.base import PaymentSnapshot

log = structlog.get_logger(__name__)
OVER_THE_DAY = timedelta(minutes=10)
"""What is paid shortly before the day closes and arrives shortly after it is no food of another day."""


def is_too_late_to_cook(
    payment: Payment, snapshot: PaymentSnapshot, location: Location, at: datetime
) -> bool:
    """Older than the location's limit, or of another trading day. Costs no query.

    Counted from what the guest did, whatever path the news took: a bank's money may come a day after it.
    """
    acted_at = _acted_at(payment, snapshot)
    age = at - acted_at
    if age < timedelta(0):
        # Then one of the two clocks is wrong, which is no reason to keep food from a guest.
        log.warning("paid_in_the_future", payment=str(payment.id), seconds=-int(age.total_seconds()))
        return False
    if age > timedelta(minutes=location.latest_to_cook):
        return True
    days = [business_date(when, location.time_zone, location.day_closes_at) for when in (acted_at, at)]
    return days[0] != days[1] and (age > OVER_THE_DAY or not is_open(location, at))


def _acted_at(payment: Payment, snapshot: PaymentSnapshot) -> datetime:
    known = [snapshot.acted_at, snapshot.paid_at, payment.processing_since]
    return min((when for when in known if when is not None), default=payment.created_at)
