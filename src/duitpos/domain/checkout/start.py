"""Start a payment: create its checkout session at the processor and store it (M7 to M10, M75, M78)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import structlog

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.checkout.refused_starts import note_refused_start, note_started
from duitpos.domain.errors import Code, Conflict, Unavailable
from duitpos.domain.orders.advance import Actor, still_waits
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.problems import record_refusal
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import add_references
from duitpos.domain.payments.schedule import CLOSE_UNPAID, is_too_old_to_start, next_check
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, with_rows
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clock import now
from duitpos.kit.deadline import deadline
from duitpos.kit.facts import Facts, facts
from duitpos.kit.slow_calls import Full, slow_calls
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.start import (
    CheckoutRequest,
    NextStep,
    Started,
    next_step_from_json,
    next_step_to_json,
)

log = structlog.get_logger(__name__)
CONCURRENT_PATIENCE = 4.0
"""Seconds that a duplicate request waits for the first one's session."""
WORTH_A_START = 1.0
"""Seconds. With less time left no start call is made: its response would come too late."""
QUICK = 2.0
"""Seconds. A BUSY error that arrives this soon leaves time for one more retry."""


def refuse_without_time() -> None:
    """Raise Unavailable when too little time is left before the deadline for a start call."""
    if deadline() - time.monotonic() < WORTH_A_START:
        raise _no_answer()


@contextmanager
def room_for(account_id: UUID) -> Iterator[None]:
    """Reserve a slot for a start call to this account's processor. Raises Unavailable when too many wait for it.

    Enter it before anything is written for the start.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(slow_calls().reserve(str(account_id)))
        except Full as error:
            raise _too_many_calls() from error
        yield


class StartRefused(Conflict):
    """This attempt has ended and cannot be started. Its row has the reason."""


def start(payment: Payment) -> NextStep | None:
    """Create the processor's session for a `created` payment. Return how the guest goes on, None when there is nothing.

    Repeated and concurrent calls give one session: the idempotency key is the payment's id, and the request is pinned.
    Raises StartRefused when the processor refuses, and Unavailable when it does not answer (the sweep retries).
    """
    if is_too_old_to_start(payment, now()):
        fail_attempt(payment, facts(Reason.NOT_STARTED_IN_TIME))
        raise StartRefused(Code.PAYMENT_CLOSED)
    begun, until = time.monotonic(), deadline()
    waits = [CONCURRENT_PATIENCE / 4, CONCURRENT_PATIENCE]
    while True:
        try:
            processor = open_account(payment.account)
            with outside_database():
                started = processor.start(
                    CheckoutRequest.from_json(payment.checkout_request), key=str(payment.id)
                )
        except ProcessorError as error:
            if error.failure != Failure.BUSY:
                raise _after_error(payment, error) from error
            # Either a concurrent request is starting the same payment (the guest tapped Pay twice), or there were too
            # many calls at once. Wait for the other request's step, then retry.
            step = _concurrent_step(payment, min(time.monotonic() + waits.pop(0), until))
            if step is not None:
                return step
            if not waits or time.monotonic() > begun + QUICK:
                raise _after_error(payment, error) from error
        else:
            return _remember(payment, started)


def _concurrent_step(payment: Payment, until: float) -> NextStep | None:
    """Wait until `until` for the step that a concurrent request stores; None if none comes."""
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING)
    while True:
        step = next_step_from_json(rows.values_list("next_step", flat=True).first() or {})
        if step is not None or time.monotonic() > until:
            return step
        # Hold no connection while waiting.
        with outside_database():
            time.sleep(0.2)


def _remember(payment: Payment, started: Started) -> NextStep | None:
    at = now()

    def work() -> tuple[bool, bool]:
        note_started(payment.account)
        pending = advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.PENDING,
            reference=started.references.main,
            next_step=next_step_to_json(started.next_step),
            next_check_at=next_check(payment, payment.location, at),
        )
        if pending:
            add_references(payment, started.references.others)
        return pending, pending and (payment.order is None or still_waits(payment.order))

    pending, may_be_paid = transact(work)
    if may_be_paid:
        return started.next_step
    if pending:
        # The order was canceled during the call. The session is stored, so end it like any other; if that fails, the
        # sweep ends it.
        _end_session(payment)
        raise StartRefused(Code.ORDER_CANCELED_MEANWHILE)
    row = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).get()
    # A concurrent request stored it first; it is the same session.
    if row.status == PaymentStatus.PENDING:
        return next_step_from_json(row.next_step)
    # The attempt ended meanwhile, so nothing would track this session: the guest must not be sent to it.
    try:
        with outside_database():
            open_account(payment.account).cancel(started.references)
    except ProcessorError:
        log.warning("stray_session_not_expired", payment=str(payment.id), reference=started.references.main)
    raise StartRefused(Code.PAYMENT_CLOSED)


def _end_session(payment: Payment) -> None:
    row = with_rows(payment.tenant_id, id=payment.id)
    try:
        if row is not None:
            fetch_and_settle(row, Actor("return"), cancel=True)
    except (ProcessorError, Unavailable):
        log.warning("session_of_canceled_order_not_expired", payment=str(payment.id))
        rows = Payment.objects.filter(
            tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING
        )
        rows.update(next_check_at=now())


def _after_error(payment: Payment, error: ProcessorError) -> Exception:
    """Return the exception for the guest. Only a definite error ends the attempt."""
    log.warning("start_failed", payment=str(payment.id), failure=error.failure.value, replayed=error.replayed)
    if error.code == OwnCode.FULL:
        return _too_many_calls()
    is_refused = error.is_definite
    if error.failure == Failure.KEY_REFUSED:
        # If the key turns out to be good, the refusal was a single wrong response and proves nothing.
        if not record_refusal(payment, error):
            return _no_answer()
    elif not (is_refused or error.replayed or error.failure == Failure.KEY_REUSED):
        return _no_answer()
    fail_attempt(payment, reason_of(error))
    if error.failure == Failure.KEY_REUSED:
        transact(lambda: _report_bug(payment, error))
    elif is_refused:
        transact(lambda: note_refused_start(payment, error))
    return StartRefused(Code.START_REFUSED)


def _no_answer() -> Unavailable:
    return Unavailable(Code.PROCESSOR_NO_ANSWER)


def _too_many_calls() -> Unavailable:
    return Unavailable(Code.PROCESSOR_FULL)


def fail_attempt(payment: Payment, failure: Facts) -> None:
    """Mark a `created` attempt as failed. No guest was sent to its page, so none can pay it."""
    at = now()
    transact(
        lambda: advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.FAILED,
            ended_at=at,
            failure=failure,
            next_check_at=at + CLOSE_UNPAID,
        )
    )


def _report_bug(payment: Payment, error: ProcessorError) -> None:
    """Open an alert: the same key with a different request is our bug, never the guest's or the restaurant's fault."""
    open_payment_alert(payment, AlertKind.KEY_REUSED, now(), facts={"reason": reason_of(error)})
