"""Retry a payment that could not be started or fetched, and decide which must end early (M7, M24, M64, M81)."""

from __future__ import annotations

from datetime import datetime

import structlog

from duitpos.domain.checkout.options import may_start_still
from duitpos.domain.checkout.start import start
from duitpos.domain.checkout.start_answer import fail_attempt
from duitpos.domain.errors import DomainError
from duitpos.domain.orders.advance import is_unpaid
from duitpos.domain.orders.board import takes_real_money
from duitpos.domain.payments.schedule import (
    CLOSED_CHECK,
    LEASE,
    UNKNOWN_PHONE_LIFE,
    is_past_our_end,
    next_check,
)
from duitpos.domain.reasons import Reason, reason_of
from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.models import Payment
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)


def retry_start(payment: Payment) -> None:
    """Repeat a start unchanged, after a crash or a lost response left the attempt without its reference."""
    if not may_start_still(payment, now()):
        fail_attempt(payment, facts(Reason.MAY_NOT_START))
        return
    try:
        start(payment)
    except (DomainError, ProcessorError) as error:
        log.info("payment_start_not_repeated", payment=str(payment.id), problem=str(error))
        look_again(payment, reason_of(error))


def must_end(payment: Payment, at: datetime) -> bool:
    """Whether its session should no longer be payable, such as at a closed location or for a canceled order."""
    if payment.processing_since is not None:
        return False
    order = payment.order
    if (order is not None and not is_unpaid(order)) or is_past_our_end(payment, at):
        return True
    if order is not None and order.is_unknown_phone and at - payment.created_at > UNKNOWN_PHONE_LIFE:
        return payment.returned_at is None or not is_open(order.location, at)
    # The restaurant went live meanwhile.
    if payment.is_test and takes_real_money(payment.tenant_id):
        return True
    return payment.location is not None and not is_open(payment.location, at)


def look_again(payment: Payment, problem: Facts) -> None:
    """Schedule the next check after an error, with a growing delay. The state stays as it is.

    Does nothing if the payment was rescheduled meanwhile.
    """
    at = now()
    rows = Payment.objects.filter(
        tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT, next_check_at__lte=at + LEASE
    )
    again = next_check(payment, payment.location, at)
    if payment.expires_at is not None and payment.expires_at > at and must_end(payment, at):
        again = min(again, at + CLOSED_CHECK)
    rows.update(next_check_at=again, last_problem=problem)
