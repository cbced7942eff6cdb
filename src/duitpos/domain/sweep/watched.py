"""Look at the page of an attempt that we ended while it could still be paid (M81)."""

from __future__ import annotations

from datetime import datetime

import structlog

from duitpos.domain.alerts.open import open_payment_alert
from duitpos.domain.errors import Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payments.schedule import PROCESSING_LIMIT, next_look
from duitpos.domain.payments.settlement.fetch import fetch_and_settle
from duitpos.domain.payments.settlement.settle import SettleResult
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Payment
from duitpos.models.alert import AlertKind
from duitpos.processors.errors import ProcessorError

log = structlog.get_logger(__name__)
UNDECIDED = (SettleResult.STILL_OPEN, SettleResult.PROCESSING)


def look_at_watched(payment: Payment) -> datetime | None:
    """Fetch and settle a watched payment. Return when to look again; None when the watch is over.

    It ends with the page, with the payment, or at `watched_until`. Money that is on its way, and a processor that does
    not answer, have as long as a pending payment.
    """
    ended, until = payment.ended_at or payment.created_at, payment.watched_until or now()
    result = _ask(payment)
    at = now()
    if result is not None and result not in UNDECIDED:
        _end_watch(payment)
        return None
    last = until if result == SettleResult.STILL_OPEN else max(until, ended + PROCESSING_LIMIT)
    if at < last:
        return next_look(ended, until, at)
    log.warning("watch_ended_undecided", payment=str(payment.id), result=result)
    if result == SettleResult.PROCESSING:
        transact(lambda: open_payment_alert(payment, AlertKind.STILL_PROCESSING, at))
    _end_watch(payment)
    return None


def _ask(payment: Payment) -> SettleResult | None:
    """The result of a fetch; None without an answer. A paused account, whose key was refused, is not asked."""
    if payment.account.paused_at is not None:
        return None
    try:
        return fetch_and_settle(payment, Actor("sweep"))
    except (ProcessorError, Unavailable) as error:
        log.warning("watched_page_not_fetched", payment=str(payment.id), problem=str(error))
        return None


def _end_watch(payment: Payment) -> None:
    rows = Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id, watched_until__isnull=False)
    rows.update(watched_until=None)
