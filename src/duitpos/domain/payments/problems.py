"""Record errors while a payment is fetched or settled: our own, or the processor's (M5, M14, M18, M75).

No error changes a payment's state. It is stored, may open an Alert, and the payment is checked again later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Q, Sum

from duitpos.domain.alerts.open import open_alert, open_payment_alert, reopen_alert
from duitpos.domain.errors import DomainError, Unavailable
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.schedule import FIRST_CHECK
from duitpos.domain.reasons import Reason, reason_of
from duitpos.kit.clean_text import first_line
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.kit.logs import redact
from duitpos.kit.money import Money
from duitpos.kit.transact import outside_database, transact
from duitpos.models import Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment import LIVE_ATTEMPT, PaymentStatus
from duitpos.processors.errors import Failure, ProcessorError

log = structlog.get_logger(__name__)
EXPECTED = (ProcessorError, DomainError, OperationalError, InterfaceError)
"""An unavailable processor or database, or a refusal by a rule: callers handle these."""
NOT_FOUND_SECOND_LOOK = timedelta(minutes=2)
NOT_FOUND_AGAIN = timedelta(hours=6)
KEY_AGAIN = timedelta(minutes=3)
"""When the sweep tries a refused key again, because the refusal may be temporary."""


@contextmanager
def recording_errors(payment: Payment) -> Iterator[None]:
    """Record an unexpected error in work on a payment, outside any transaction, and raise it."""
    try:
        yield
    except EXPECTED:
        raise
    except Exception as error:
        record_error(payment, error)
        raise


def record_error(payment: Payment, error: Exception) -> None:
    """Store the error, schedule the next check and open an Alert, in its own transaction. Never raises."""
    problem = facts(Reason.INTERNAL_ERROR, error=redact(first_line(error)))
    try:
        transact(lambda: _record_problem(payment, problem))
    except Exception:
        log.exception("broken_payment_not_noted", payment=str(payment.id), problem=problem)


def _record_problem(payment: Payment, problem: Facts) -> None:
    at = now()
    wait: timedelta = FIRST_CHECK * (1 << min(payment.checks, 6))
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
    rows.update(last_problem=problem)
    rows.filter(next_check_at__isnull=False).update(next_check_at=at + wait)
    reopen_alert(payment.tenant_id, AlertKind.EVENT_FAILED, payment.id, at)
    reason = facts(Reason.PAYMENT_NOT_BOOKED)
    open_payment_alert(payment, AlertKind.EVENT_FAILED, at, facts={"reason": reason})


def record_refusal(payment: Payment, error: ProcessorError) -> bool:
    """Pause the account for a refused key, and record a session that is not found; ignore other errors.

    Call it with no transaction open. True when the account is paused.
    """
    if error.is_about_key:
        return record_refused_key(payment.account)
    if error.failure == Failure.NOT_FOUND:
        transact(lambda: _record_not_found(payment, error))
    return False


def record_refused_key(account: ProcessorAccount) -> bool:
    """Check the key after a refused call, and pause the account only if the check is refused too.

    So a single refusal does not stop other guests' payments. Call it with no transaction open. True when the account
    is paused.
    """
    try:
        processor = open_account(account)
        with outside_database():
            processor.check()
    except ProcessorError as error:
        # The check did not decide; the next refused call checks again.
        if not error.is_about_key:
            return False
        transact(partial(pause_account, account, error))
        return True
    except Unavailable:
        return False
    log.warning("call_refused_with_a_good_key", account=str(account.id))
    return False


def record_no_answer(payment: Payment, error: ProcessorError) -> None:
    """Record a failed fetch: until one succeeds, no page may say that nothing was charged."""
    may_change = Q(status__in=LIVE_ATTEMPT) | Q(watched_until__isnull=False)
    rows = Payment.objects.filter(may_change, tenant_id=payment.tenant_id, id=payment.id)
    rows.update(last_problem=reason_of(error))


def pause_account(account: ProcessorAccount, error: ProcessorError) -> None:
    """Pause the account and open one Alert with the pending payments' count and sum.

    While it is paused, the sweep only checks the key.
    """
    at = now()
    # Guard on the credentials: new ones may have been saved during the call.
    rows = ProcessorAccount.objects.filter(
        tenant_id=account.tenant_id,
        id=account.id,
        paused_at__isnull=True,
        credentials=account.credentials,
    )
    if not rows.update(paused_at=at, problem=reason_of(error), next_events_at=at + KEY_AGAIN):
        return
    waiting = Payment.objects.filter(
        tenant_id=account.tenant_id, account_id=account.id, status=PaymentStatus.PENDING
    ).aggregate(count=Count("id"), sum=Sum("amount_minor"))
    amount = Money(waiting["sum"] or 0, account.currency or "MYR")
    about = {"reason": reason_of(error), "waiting": waiting["count"]}
    kind = AlertKind.KEY_REFUSED
    reopen_alert(account.tenant_id, kind, account.id, at, amount=amount, facts=about)
    open_alert(account.tenant_id, kind, account.id, at, account=account, amount=amount, facts=about)


def _record_not_found(payment: Payment, error: ProcessorError) -> None:
    """Check again soon after the first "not found", and open an Alert after the second.

    Only for live attempts: after a payment is booked or has ended, a temporary "not found" means nothing.
    """
    at = now()
    live = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, status__in=LIVE_ATTEMPT)
    if live.filter(not_found_at__isnull=True).update(
        not_found_at=at, next_check_at=at + NOT_FOUND_SECOND_LOOK
    ):
        return
    if live.filter(not_found_at__lte=at - NOT_FOUND_SECOND_LOOK / 2).update(
        next_check_at=at + NOT_FOUND_AGAIN
    ):
        reopen_alert(payment.tenant_id, AlertKind.NOT_AT_PROCESSOR, payment.id, at)
        open_payment_alert(payment, AlertKind.NOT_AT_PROCESSOR, at, facts={"reason": reason_of(error)})
