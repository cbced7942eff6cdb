"""Start a payment: create its checkout session at the processor and store it (M7 to M10, M75, M78, M80)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

from duitpos.domain.checkout.results import StartRefused
from duitpos.domain.checkout.start_answer import (
    after_error,
    concurrent_step,
    fail_attempt,
    no_answer,
    remember,
    too_many_calls,
)
from duitpos.domain.checkout.start_once import start_once
from duitpos.domain.errors import Code
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.schedule import is_too_old_to_start
from duitpos.domain.reasons import Reason
from duitpos.kit.clock import now
from duitpos.kit.deadline import deadline
from duitpos.kit.facts import facts
from duitpos.kit.slow_calls import Full, slow_calls
from duitpos.kit.transact import outside_database
from duitpos.models import Payment
from duitpos.processors.capabilities import StartRepeat
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import adapter
from duitpos.processors.start import CheckoutRequest, NextStep

CONCURRENT_PATIENCE = 4.0
"""Seconds that a duplicate request waits for the first one's session."""
WORTH_A_START = 1.0
"""Seconds. With less time left no start call is made: its response would come too late."""
QUICK = 2.0
"""Seconds. A BUSY error that arrives this soon leaves time for one more retry."""


def refuse_without_time() -> None:
    """Raise Unavailable when too little time is left before the deadline for a start call."""
    if deadline() - time.monotonic() < WORTH_A_START:
        raise no_answer()


@contextmanager
def room_for(account_id: UUID) -> Iterator[None]:
    """Reserve a slot for a start call to this account's processor. Raises Unavailable when too many wait for it.

    Enter it before anything is written for the start.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(slow_calls().reserve(str(account_id)))
        except Full as error:
            raise too_many_calls() from error
        yield


def start(payment: Payment) -> NextStep | None:
    """Create the processor's session for a `created` payment. Return how the guest goes on, None when there is nothing.

    Repeated and concurrent calls give one session, by the idempotency key or, at a processor without such keys, by the
    rules of `start_once`. The request is pinned. Raises StartRefused when the processor refuses, and Unavailable when
    it does not answer (the sweep retries).
    """
    if is_too_old_to_start(payment, now()):
        fail_attempt(payment, facts(Reason.NOT_STARTED_IN_TIME))
        raise StartRefused(Code.PAYMENT_CLOSED)
    can = adapter(payment.account.processor).can
    if can.start_repeat == StartRepeat.SAME:
        return _start_with_key(payment)
    return start_once(payment, can, CONCURRENT_PATIENCE)


def _start_with_key(payment: Payment) -> NextStep | None:
    """Make the call, and make it again when it was too early: the payment's id is the idempotency key."""
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
                raise after_error(payment, error) from error
            # Either a concurrent request is starting the same payment (the guest tapped Pay twice), or there were too
            # many calls at once. Wait for the other request's step, then retry.
            step = concurrent_step(payment, min(time.monotonic() + waits.pop(0), until))
            if step is not None:
                return step
            if not waits or time.monotonic() > begun + QUICK:
                raise after_error(payment, error) from error
        else:
            return remember(payment, started)
