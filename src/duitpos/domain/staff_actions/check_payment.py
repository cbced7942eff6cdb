"""Staff request a payment's state from the processor."""

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
from duitpos.processors.errors import ProcessorError


class CheckResult(StrEnum):
    """The result for staff: how the snapshot settled, or the result of retrying the start."""

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
    """Fetch and settle a payment, or retry its start. Raises Forbidden, Gone, Unavailable."""
    require(member, Can.CHECK_PAYMENT)
    payment = with_rows(member.tenant_id, id=payment_id)
    if payment is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    if payment.account.is_manual:
        # There is nobody to ask: staff say when it is paid.
        return CheckResult.ALREADY
    if payment.status == PaymentStatus.CREATED:
        retry_start(payment)
        return _retry_result(payment)
    # Without a reference, the processor made no session to fetch.
    if not payment.reference:
        return CheckResult.NEVER_STARTED
    # Record the fetch, so that settle() resolves Alerts that it opens. Unlike guests, staff have no rate limit.
    payment.asked_at = now()
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).update(asked_at=payment.asked_at)
    try:
        result = fetch_and_settle(payment, Actor("button", member))
    except ProcessorError as error:
        raise Unavailable(Code.CHECK_NOT_ANSWERED, reason=reason_of(error)) from error
    return CheckResult(result.value)


def _retry_result(payment: Payment) -> CheckResult:
    """Return the result of retrying a start: page made, given up, or still unanswered."""
    payment.refresh_from_db(fields=["status"])
    if payment.status == PaymentStatus.PENDING:
        return CheckResult.PAGE_MADE
    if payment.status == PaymentStatus.CREATED:
        return CheckResult.PAGE_UNANSWERED
    return CheckResult.PAGE_GIVEN_UP
