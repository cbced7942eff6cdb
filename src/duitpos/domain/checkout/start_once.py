"""Start a payment at a processor where the same call again could make a second page (M80).

1. Mark the payment as sent, by a guarded update: only the request that marks it calls blindly.
2. Any other request, concurrent or later, waits for the first one's answer, then looks the page up by our reference.
3. Where nothing is found, the call is repeated only if the processor refuses duplicates. Otherwise the attempt ends,
   and the guest may start another. No guest was sent to the page that may exist, and money for it is late money.
"""

from __future__ import annotations

import time
from datetime import datetime

import structlog

from duitpos.domain.checkout.results import StartRefused
from duitpos.domain.checkout.start_answer import (
    after_error,
    concurrent_step,
    fail_attempt,
    no_answer,
    remember,
)
from duitpos.domain.errors import Code
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.problems import record_refusal
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.schedule import START_ENDS
from duitpos.domain.payments.settlement.fetch import settle_snapshot
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.deadline import deadline
from duitpos.kit.facts import facts
from duitpos.kit.transact import outside_database
from duitpos.models import Payment
from duitpos.models.payment import PaymentStatus
from duitpos.processors.base import Processor
from duitpos.processors.capabilities import Capabilities, StartRepeat
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState
from duitpos.processors.start import CheckoutRequest, NextStep, Started, next_step_from_json

log = structlog.get_logger(__name__)
STILL_TO_END = (SnapshotState.OPEN, SnapshotState.PROCESSING, SnapshotState.AUTHORIZED)
NOT_TAKEN = (Failure.BUSY, Failure.KEY_REFUSED)
"""Failures after which the processor surely made nothing, though the same call may succeed later."""


def start_once(payment: Payment, can: Capabilities, patience: float) -> NextStep | None:
    """Make the page of a `created` payment, at most one whatever is lost. Return how the guest goes on.

    `patience`: seconds to wait for a concurrent request. Raises StartRefused and Unavailable.
    """
    try:
        processor = open_account(payment.account)
    except ProcessorError as error:
        raise after_error(payment, error) from error
    if _mark_sent(payment):
        return _call(payment, processor)
    return _resolve(payment, processor, can, patience)


def _mark_sent(payment: Payment) -> bool:
    """Mark the payment as sent; True for the one request that did."""
    at = now()
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.CREATED)
    if not rows.filter(start_sent_at__isnull=True).update(start_sent_at=at):
        return False
    payment.start_sent_at = at
    return True


def _call(payment: Payment, processor: Processor) -> NextStep | None:
    try:
        started = _start(payment, processor)
    except ProcessorError as error:
        if error.failure in NOT_TAKEN or error.code == OwnCode.FULL:
            rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
            rows.filter(start_sent_at=payment.start_sent_at).update(start_sent_at=None)
        raise after_error(payment, error) from error
    return remember(payment, started)


def _start(payment: Payment, processor: Processor) -> Started:
    with outside_database():
        return processor.start(_request(payment), key=str(payment.id))


def _request(payment: Payment) -> CheckoutRequest:
    return CheckoutRequest.from_json(payment.checkout_request)


def _resolve(payment: Payment, processor: Processor, can: Capabilities, patience: float) -> NextStep | None:
    """Find out what came of another request's call."""
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
    sent_at = rows.values_list("start_sent_at", flat=True).get()
    if not _has_ended(sent_at):
        concurrent_step(payment, min(time.monotonic() + patience, deadline()))
    status, step, sent_at = rows.values_list("status", "next_step", "start_sent_at").get()
    if status == PaymentStatus.PENDING:
        return next_step_from_json(step)
    if status != PaymentStatus.CREATED:
        raise StartRefused(Code.PAYMENT_CLOSED)
    found = _find(payment, processor) if can.can_find else None
    if found is None and can.can_find and can.start_repeat == StartRepeat.REFUSED:
        try:
            return remember(payment, _start(payment, processor))
        except ProcessorError as error:
            if error.failure != Failure.REFUSED:
                raise after_error(payment, error) from error
            # A duplicate: the first call arrived after the look-up.
            log.info("start_was_refused_as_a_duplicate", payment=str(payment.id), said=error.said)
        found = _find(payment, processor)
    if found is not None:
        return _go_on_with(payment, found)
    # While the first call may still be running, or when it was not taken, the next press or the sweep goes on.
    if not _has_ended(sent_at):
        raise no_answer()
    fail_attempt(payment, facts(Reason.START_UNANSWERED))
    raise StartRefused(Code.PAYMENT_CLOSED)


def _has_ended(sent_at: datetime | None) -> bool:
    """Whether the call that was sent then has surely ended."""
    return sent_at is not None and now() - sent_at > START_ENDS


def _find(payment: Payment, processor: Processor) -> PaymentSnapshot | None:
    try:
        with outside_database():
            return processor.find(_request(payment).our_reference)
    except ProcessorError as error:
        log.warning("start_not_looked_up", payment=str(payment.id), failure=error.failure.value)
        # A definite refusal, such as for a look-up that this account does not have, would come again and again. It
        # counts as nothing found: the guest must not wait for it all day.
        if error.is_definite:
            return None
        # Any other failure says nothing about the page.
        if error.is_about_key:
            record_refusal(payment, error)
        raise no_answer() from error


def _go_on_with(payment: Payment, found: PaymentSnapshot) -> NextStep | None:
    """Store a page that was found, and settle what has already come of it."""
    if found.state in STILL_TO_END:
        ends = payment.expires_at if payment.is_end_enforced else None
        is_open = found.state == SnapshotState.OPEN
        # Nobody goes to a page whose money is on its way, so its address does not matter.
        step = found.next_step if is_open else None
        step = remember(payment, Started(found.references, step, ends, is_live=found.is_live))
        if is_open:
            return step
    settle_snapshot(payment, found, Actor("return"))
    if found.state in (SnapshotState.EXPIRED, SnapshotState.FAILED):
        raise StartRefused(Code.PAYMENT_CLOSED)
    return None
