"""Staff press "check payment now"."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from duitpos.domain.checkout.retry import retry_start
from duitpos.domain.errors import Code, Gone, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, with_rows
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.models import Membership, Payment
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import ProcessorError


def check_now(member: Membership, payment_id: UUID) -> str:
    """Ask the processor and settle; what it said, in words. Forbidden, Gone, Unavailable."""
    require(member, Can.CHECK_PAYMENT)
    payment = with_rows(member.tenant_id, id=payment_id)
    if payment is None:
        raise Gone(Code.PAYMENT_UNKNOWN)
    if payment.status == PaymentStatus.CREATED:
        retry_start(payment)
        return _after_healing(payment)
    if not payment.reference:
        # The processor made no page for it, so there is nothing to ask for.
        return _("This payment was never started at the processor, so nothing can have been paid with it.")
    # As for a guest, so that what the answer leaves open is known to come of asking. Staff need not wait their turn.
    payment.asked_at = now()
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).update(asked_at=payment.asked_at)
    try:
        result = fetch_and_settle(payment, Actor("button", member))
    except ProcessorError as error:
        raise Unavailable(Code.CHECK_NOT_ANSWERED, reason=error.message) from error
    return {
        SettleResult.SETTLED: _("Paid. The order is settled."),
        SettleResult.ALREADY: _("Nothing new: the processor says what we knew."),
        SettleResult.STILL_OPEN: _("Not paid yet. The guest can still pay."),
        SettleResult.PROCESSING: _("The guest has done everything; the bank has not confirmed yet."),
        SettleResult.ENDED: _("Not paid, and it can no longer be paid."),
        SettleResult.FREE: _(
            "The processor says that no payment was needed. Please look at “Needs attention”."
        ),
    }[result]


def _after_healing(payment: Payment) -> str:
    """What became of a payment whose page was never made: made now, given up, or still unknown."""
    payment.refresh_from_db(fields=["status"])
    if payment.status == PaymentStatus.PENDING:
        return _("The payment page is there now. The guest never reached it, and can still pay.")
    if payment.status == PaymentStatus.CREATED:
        return _(
            "The guest never reached the payment page. The processor does not answer: it is asked again."
        )
    return _(
        "The guest never reached the payment page, and nothing was paid."
        " The order closes in 15 minutes unless the guest tries again."
    )
