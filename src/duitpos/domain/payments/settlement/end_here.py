"""End an attempt whose page the processor cannot close (M81)."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.schedule import WATCH, next_look
from duitpos.domain.reasons import Reason
from duitpos.kit.facts import facts
from duitpos.models import Payment
from duitpos.models.payment import PaymentStatus


def end_here(payment: Payment, at: datetime) -> bool:
    """Cancel a pending attempt, in the caller's transaction, although it can still be paid; True when this call did.

    So it no longer blocks the guest or staff. The sweep watches its page, and money that comes is late money.
    """
    until = at + WATCH
    return advance_payment(
        payment,
        (PaymentStatus.PENDING,),
        PaymentStatus.CANCELED,
        ended_at=at,
        failure=facts(Reason.PAGE_STILL_OPEN),
        watched_until=until,
        next_check_at=next_look(at, until, at),
        checks=0,
    )
