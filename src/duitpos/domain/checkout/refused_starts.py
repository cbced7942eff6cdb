"""A processor refuses to start payments: open one alert, and after a few refusals stop offering it for a while (M73).

After the pause, which grows with every further refusal, guests are offered it again. One successful start resets the
count, the pause and the alert.
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
from duitpos.processors.errors import ProcessorError

MOST_REFUSALS = 3
"""Refusals in a row before guests are no longer sent there for a while."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(minutes=30)


def note_refused_start(payment: Payment, error: ProcessorError) -> None:
    """Record a refused start in the caller's transaction: one alert per account, with the processor's reason."""
    account, at = payment.account, now()
    rows = ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id)
    problem = reason_of(error)
    if error.is_about_request:
        # For example an amount that is too large: other carts can be paid, so it does not count.
        rows.update(start_problem=problem)
    else:
        rows.update(refused_starts=F("refused_starts") + 1, start_problem=problem)
    refused = rows.values_list("refused_starts", flat=True).get()
    if refused >= MOST_REFUSALS:
        pause = min(FIRST_PAUSE * 2 ** min(refused - MOST_REFUSALS, 10), LONGEST_PAUSE)
        rows.update(offered_again_at=at + pause)
    _alert(account, refused, problem)


def note_started(account: ProcessorAccount) -> None:
    """Reset the refusals after a successful start, in the caller's transaction. No statement if there were none."""
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
