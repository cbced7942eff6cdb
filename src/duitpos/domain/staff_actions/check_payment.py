"""Staff press "check payment now"."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from duitpos.domain.checkout.retry import retry_start
from duitpos.domain.errors import Code, Gone, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, with_rows
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.domain.people.roles import Can, require
from duitpos.domain.reasons import reason_of
from duitpos.kit.clock import now
from duitpos.models import Membership, Payment
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import ProcessorError


class CheckResult(StrEnum):
    """What staff learn of it: the processor's word, or what became of a payment whose page was never made."""

    SETTLED = SettleResult.SETTLED.value
    ALREADY = SettleResult.ALREADY.value
    STILL_OPEN = SettleResult.STILL_OPEN.value
    PROCESSING = SettleResult.PROCESSING.value
    ENDED = SettleResult.ENDED.value
    FREE = SettleResult.FREE.value
    NEVER_STARTED = "never_started"
    PAGE_MADE = "page_made"
    PAGE_UNANSWERED = "page_unanswered"
    PAGE_GIVEN_UP = "page_given_up"


def check_now(member: Membership, payment_id: UUID) -> CheckResult:
    """Ask the processor and settle; what it said. Forbidden, Gone, Unavailable."""
    require(member, Can.CHECK_PAYMENT)
    payment = with_rows(member.tenant_id, id=payment_id)
    if payment is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    if payment.status == PaymentStatus.CREATED:
        retry_start(payment)
        return _after_healing(payment)
    if not payment.reference:
        return CheckResult.NEVER_STARTED  # the processor made no page for it, so there is nothing to ask for
    # As for a guest, so that what the answer leaves open is known to come of asking. Staff need not wait their turn.
    payment.asked_at = now()
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).update(asked_at=payment.asked_at)
    try:
        result = fetch_and_settle(payment, Actor("button", member))
    except ProcessorError as error:
        raise Unavailable(Code.CHECK_NOT_ANSWERED, reason=reason_of(error)) from error
    return CheckResult(result.value)


def _after_healing(payment: Payment) -> CheckResult:
    """What became of a payment whose page was never made: made now, given up, or still unknown."""
    payment.refresh_from_db(fields=["status"])
    if payment.status == PaymentStatus.PENDING:
        return CheckResult.PAGE_MADE
    if payment.status == PaymentStatus.CREATED:
        return CheckResult.PAGE_UNANSWERED
    return CheckResult.PAGE_GIVEN_UP
