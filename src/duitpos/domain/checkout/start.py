"""Start a payment at the processor: make its page and remember it (M7 to M10)."""

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
from duitpos.processors.base import (
    NO_PERMISSION,
    CheckoutRequest,
    CheckoutSession,
    Failure,
    OwnCode,
    ProcessorError,
)

log = structlog.get_logger(__name__)
TWIN_PATIENCE = 4.0
"""Seconds a second tap waits for the first."""
WORTH_A_START = 1.0
"""Seconds. With less left no new start is begun: its answer would only be lost."""
QUICK = 2.0
"""Seconds. "Busy", said this soon, leaves time to ask once more."""


def refuse_without_time() -> None:
    """Unavailable when the guest has waited so long that a start could not be answered any more."""
    if deadline() - time.monotonic() < WORTH_A_START:
        raise _no_answer()


@contextmanager
def room_for(account_id: UUID) -> Iterator[None]:
    """Around a start at this account's processor. Unavailable when too many wait for it: before anything is written
    down for it (M78)."""
    with ExitStack() as stack:
        try:
            stack.enter_context(slow_calls().reserve(str(account_id)))
        except Full as error:
            raise _no_room() from error
        yield


class StartRefused(Conflict):
    """The processor said no for good: this attempt is over; the reason is in the row."""


def start(payment: Payment) -> str:
    """Make the processor's page for a `created` payment; the URL to send the guest to.

    Asked twice, or by two at once, it is one session: the key is the payment's id and the request was pinned before.
    StartRefused when the processor says no; Unavailable when it does not answer (the sweep repeats the call).
    """
    if is_too_old_to_start(payment, now()):
        fail_attempt(payment, facts(Reason.NOT_STARTED_IN_TIME))
        raise StartRefused(Code.PAYMENT_CLOSED)
    begun, until = time.monotonic(), deadline()
    waits = [TWIN_PATIENCE / 4, TWIN_PATIENCE]
    while True:
        try:
            processor = open_account(payment.account)
            with outside_database():
                session = processor.start(
                    CheckoutRequest.from_json(payment.checkout_request), key=str(payment.id)
                )
        except ProcessorError as error:
            if error.failure != Failure.BUSY:
                raise _after_error(payment, error) from error
            # A twin of this call is under way (a second tap on Pay is never bad news), or there were too many calls
            # at once: the twin's page comes, or asking once more helps.
            url = _twins_url(payment, min(time.monotonic() + waits.pop(0), until))
            if url:
                return url
            if not waits or time.monotonic() > begun + QUICK:
                raise _after_error(payment, error) from error
        else:
            return _remember(payment, session)


def _twins_url(payment: Payment, until: float) -> str:
    """The page that the twin is making, waiting for it till `until`; empty when it does not come."""
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING)
    while True:
        url = rows.values_list("redirect_url", flat=True).first()
        if url or time.monotonic() > until:
            return url or ""
        with outside_database():  # no connection is held while waiting
            time.sleep(0.2)


def _remember(payment: Payment, session: CheckoutSession) -> str:
    at = now()

    def work() -> tuple[bool, bool]:
        note_started(payment.account)
        pending = advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.PENDING,
            reference=session.reference,
            redirect_url=session.url,
            next_check_at=next_check(payment, payment.location, at),
        )
        return pending, pending and (payment.order is None or still_waits(payment.order))

    pending, may_be_paid = transact(work)
    if may_be_paid:
        return session.url
    if pending:
        # The order was canceled while the processor made the page. The session is ours and stored, so it is ended as
        # any other; where that fails, the sweep ends it.
        _end(payment)
        raise StartRefused(Code.ORDER_CANCELED_MEANWHILE)
    row = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).get()
    if row.status == PaymentStatus.PENDING:
        return row.redirect_url  # a twin was faster; it is the same session
    # Ended meanwhile: nobody would watch this session, so nobody may be sent to it (M8).
    try:
        with outside_database():
            open_account(payment.account).cancel(session.reference)
    except ProcessorError:
        log.warning("stray_session_not_expired", payment=str(payment.id), reference=session.reference)
    raise StartRefused(Code.PAYMENT_CLOSED)


def _end(payment: Payment) -> None:
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
    """Only a definite answer ends the attempt (M9). What the guest is told."""
    log.warning("start_failed", payment=str(payment.id), failure=error.failure.value, replayed=error.replayed)
    if error.code == OwnCode.FULL:
        return _no_room()
    is_refused = error.is_definite or error.code == NO_PERMISSION
    if error.failure == Failure.KEY_REFUSED and not is_refused:
        # Where the key is good after all it was one odd answer, and proves nothing (M75).
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


def _no_room() -> Unavailable:
    return Unavailable(Code.PROCESSOR_FULL)


def fail_attempt(payment: Payment, failure: Facts) -> None:
    """A `created` attempt is over. No browser was ever sent to it, so nobody can pay it (M7)."""
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
    """The same key with other words is a fault of ours, never of the guest or the restaurant."""
    open_payment_alert(payment, AlertKind.KEY_REUSED, now(), facts={"reason": reason_of(error)})
