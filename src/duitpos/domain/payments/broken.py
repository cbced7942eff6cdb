"""An unexpected error while a payment was looked at: it leaves a trace, and is tried again later and later (M18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from duitpos.domain.attention.open import ask_about_payment, reopen_attention
from duitpos.domain.errors import DomainError
from duitpos.domain.payments.schedule import FIRST_CHECK
from duitpos.kit.clock import now
from duitpos.kit.logs import redact
from duitpos.kit.texts import first_line, storable
from duitpos.kit.transact import transact
from duitpos.models import Payment
from duitpos.models.attention import AttentionKind
from duitpos.processors.base import ProcessorError

log = structlog.get_logger(__name__)
EXPECTED = (ProcessorError, DomainError, OperationalError, InterfaceError)
"""A processor or a database that is not there, and what a rule refuses: whoever asked knows what to do."""


@contextmanager
def leaving_a_trace(payment: Payment) -> Iterator[None]:
    """Around work on a payment, outside any transaction. The error goes on to whoever asked."""
    try:
        yield
    except EXPECTED:
        raise
    except Exception as error:
        note_broken(payment, error)
        raise


def note_broken(payment: Payment, error: Exception) -> None:
    """In a transaction of its own: what it was, when to look again, and an Attention. Never raises."""
    problem = storable(redact(first_line(error)))[:300]
    try:
        transact(lambda: _note(payment, problem))
    except Exception:
        log.exception("broken_payment_not_noted", payment=str(payment.id), problem=problem)


def _note(payment: Payment, problem: str) -> None:
    at = now()
    wait: timedelta = FIRST_CHECK * (1 << min(payment.checks, 6))
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id)
    rows.update(last_problem=problem)
    rows.filter(next_check_at__isnull=False).update(next_check_at=at + wait)
    reopen_attention(payment.tenant_id, AttentionKind.EVENT_FAILED, payment.id, at)
    ask_about_payment(
        payment,
        AttentionKind.EVENT_FAILED,
        at,
        detail=_("What the processor says about this payment could not be booked."),
    )
