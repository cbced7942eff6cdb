"""Store what a start call answered, or what its error means (M7 to M10, M63, M75)."""

from __future__ import annotations

import time

import structlog

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.checkout.refused_starts import note_refused_start, note_started
from duitpos.domain.checkout.results import StartRefused
from duitpos.domain.errors import Code, Unavailable
from duitpos.domain.orders.advance import Actor, still_unpaid
from duitpos.domain.payments.advance import advance_payment
from duitpos.domain.payments.problems import record_refusal
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.references import add_references
from duitpos.domain.payments.schedule import CLOSE_UNPAID, end_as_told, next_check
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, with_rows
from duitpos.domain.payments.settlement.learn_mode import learn_mode_of
from duitpos.domain.reasons import reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.kit.transact import outside_database, transact
from duitpos.kit.web_address import origin_of
from duitpos.models import Payment
from duitpos.models.alert import AlertKind
from duitpos.models.payment import PaymentStatus
from duitpos.processors.errors import Failure, OwnCode, ProcessorError
from duitpos.processors.registry import adapter
from duitpos.processors.snapshots import SnapshotState
from duitpos.processors.start import (
    FormPost,
    NextStep,
    Redirect,
    Started,
    next_step_from_json,
    next_step_to_json,
)

log = structlog.get_logger(__name__)


def concurrent_step(payment: Payment, until: float) -> NextStep | None:
    """Wait until `until` (monotonic) for the step that a concurrent request stores; None if none comes."""
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status=PaymentStatus.PENDING)
    while True:
        step = next_step_from_json(rows.values_list("next_step", flat=True).first() or {})
        if step is not None or time.monotonic() > until:
            return step
        # Hold no connection while waiting.
        with outside_database():
            time.sleep(0.2)


def remember(payment: Payment, started: Started) -> NextStep | None:
    """Store the page that the processor made, before any guest goes there. Return how the guest goes on.

    Raises StartRefused, after closing the page if that is possible, when no guest may be sent to its address, or when
    the attempt or its order has ended meanwhile.
    """
    problem = _address_problem(payment, started.next_step)
    if problem is not None:
        raise _refuse_address(payment, started, problem)
    at = now()
    expiry = adapter(payment.account.processor).can.expiry
    # The next check depends on the end.
    payment.expires_at, is_end_enforced = end_as_told(payment.expires_at, started.expires_at, expiry)

    def work() -> tuple[bool, bool]:
        note_started(payment.account)
        pending = advance_payment(
            payment,
            (PaymentStatus.CREATED,),
            PaymentStatus.PENDING,
            reference=started.references.main,
            next_step=next_step_to_json(started.next_step),
            expires_at=payment.expires_at,
            is_end_enforced=is_end_enforced,
            next_check_at=next_check(payment, payment.location, at),
        )
        if not pending:
            return False, False
        add_references(payment, started.references.others)
        waits = payment.order is None or still_unpaid(payment.order)
        learn_mode_of(payment, payment.account, started.is_live)
        return True, waits

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
    _close_stray(payment, started)
    raise StartRefused(Code.PAYMENT_CLOSED)


def _address_problem(payment: Payment, step: NextStep | None) -> str | None:
    """Why no guest may be sent to the step's address; None when one may, or when it has none."""
    if not isinstance(step, Redirect | FormPost):
        return None
    try:
        origin = origin_of(step.url)
    except ValueError as error:
        return str(error)
    # Only a sandbox, which has an address of its own, may be without encryption.
    is_safe = origin.startswith("https://") or payment.account.api_base
    return None if is_safe else "an address without encryption"


def _refuse_address(payment: Payment, started: Started, problem: str) -> StartRefused:
    """End the attempt, and close its page if that is possible: nobody knows a way there."""
    log.error("step_not_usable", payment=str(payment.id), problem=problem)
    label = adapter(payment.account.processor).label
    error = ProcessorError(Failure.REFUSED, OwnCode.ADDRESS_NOT_USABLE, processor=label)
    fail_attempt(payment, reason_of(error))
    transact(lambda: note_refused_start(payment, error))
    _close_stray(payment, started)
    return StartRefused(Code.START_REFUSED)


def _close_stray(payment: Payment, started: Started) -> None:
    try:
        with outside_database():
            left = open_account(payment.account).cancel(started.references)
    except ProcessorError:
        log.warning("stray_session_not_expired", payment=str(payment.id), reference=started.references.main)
        return
    if left.state == SnapshotState.OPEN:
        # Nobody knows its address. Should money come all the same, its reference tells the payment.
        rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, reference="")
        rows.update(reference=started.references.main)


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


def after_error(payment: Payment, error: ProcessorError) -> Exception:
    """Return the exception for the guest. Only a definite error ends the attempt."""
    log.warning("start_failed", payment=str(payment.id), failure=error.failure.value, replayed=error.replayed)
    if error.code == OwnCode.FULL:
        return too_many_calls()
    is_refused = error.is_definite
    if error.failure == Failure.KEY_REFUSED:
        # If the key turns out to be good, the refusal was a single wrong response and proves nothing.
        if not record_refusal(payment, error):
            return no_answer()
    elif not (is_refused or error.replayed or error.failure == Failure.KEY_REUSED):
        return no_answer()
    fail_attempt(payment, reason_of(error))
    if error.failure == Failure.KEY_REUSED:
        transact(lambda: _report_bug(payment, error))
    elif is_refused:
        transact(lambda: note_refused_start(payment, error))
    return StartRefused(Code.START_REFUSED)


def no_answer() -> Unavailable:
    """The processor did not answer: the attempt stays as it is, and the guest may try again."""
    return Unavailable(Code.PROCESSOR_NO_ANSWER)


def too_many_calls() -> Unavailable:
    """Too many calls wait for this processor, so none was made."""
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
