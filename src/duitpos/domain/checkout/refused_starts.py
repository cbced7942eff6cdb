"""A processor that refuses to start payments: one alert, and after a few refusals guests are not offered it (M73).

It is offered again by itself: after a pause that grows, the next guest's press tries it, and one that works ends all of
this.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve
from duitpos.domain.reasons import reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.models import Alert, Payment, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.processors.base import ProcessorError

MOST_REFUSALS = 3
"""Refused in a row; then guests are not sent there for a while."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(minutes=30)


def note_refused_start(payment: Payment, error: ProcessorError) -> None:
    """In the caller's transaction: one alert an account, with the processor's words. No writing when all is well."""
    account, at = payment.account, now()
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    problem = reason_of(error)
    if error.is_about_request:
        rows.update(start_problem=problem)  # such as an amount too large: other carts can be paid
    else:
        rows.update(refused_starts=F("refused_starts") + 1, start_problem=problem)
    refused = rows.values_list("refused_starts", flat=True).get()
    if refused >= MOST_REFUSALS:
        pause = min(FIRST_PAUSE * 2 ** min(refused - MOST_REFUSALS, 10), LONGEST_PAUSE)
        rows.update(offered_again_at=at + pause)
    _alert(account, refused, problem)


def note_started(account: ProcessorAccount) -> None:
    """A start worked. In the caller's transaction; no statement unless one was refused before."""
    if not account.start_problem:
        return
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        refused_starts=0, start_problem={}, offered_again_at=None
    )
    resolve(
        account.tenant_id,
        now(),
        facts(Resolution.STARTED_AGAIN),
        kind=AlertKind.START_REFUSED,
        subject_id=account.id,
    )


def _alert(account: ProcessorAccount, refused: int, problem: Facts) -> None:
    kind, at = AlertKind.START_REFUSED, now()
    about = {"reason": problem, "refused": refused}
    reopen_alert(account.tenant_id, kind, account.id, at, facts=about)
    open_alert(account.tenant_id, kind, account.id, at, account=account, facts=about)
    Alert.objects.filter(
        tenant_id=account.tenant_id, kind=kind, subject_id=account.id, resolved_at__isnull=True
    ).update(facts=about)
