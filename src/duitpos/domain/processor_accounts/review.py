"""Review an account: ask the processor about it and store the answer, on saving a key and once a day (M25).

The answer is judged when somebody looks (account_findings.py). When there is none, the last answer stays with its age,
and the next try comes after half an hour, then later and later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q

from duitpos.domain.alerts.open import Resolution
from duitpos.domain.errors import Unavailable
from duitpos.domain.payments.problems import record_refused_key
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.processor_accounts.health import ensure_health, health_of
from duitpos.domain.processor_accounts.restriction import end_restriction, tell_of_restriction
from duitpos.domain.processor_accounts.review_document import Review, document_of
from duitpos.domain.reasons import reason_of
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import outside_database, transact
from duitpos.models import AccountHealth, ProcessorAccount
from duitpos.models.payment_setup import AccountState
from duitpos.processors.base import AccountFacts
from duitpos.processors.errors import Failure, ProcessorError

log = structlog.get_logger(__name__)
EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=30)
"""The first wait after a review without an answer; it doubles each time, up to EVERY."""


def review_if_due(account: ProcessorAccount) -> None:
    """Review an account that was last reviewed a day ago; for the sweep. One query when it is not due."""
    due = health_of(account).next_review_at
    if due is None or due <= now():
        review_account(account)


def review_account(account: ProcessorAccount) -> None:
    """Ask with the credentials in use, outside any transaction, and store the answer or why there was none."""
    asked_at = now()
    try:
        processor = open_account(account)
        with outside_database():
            found = processor.review()
    except ProcessorError as error:
        record_unanswered(account, reason_of(error), asked_at)
        if error.failure == Failure.KEY_REFUSED:
            record_refused_key(account)
    except Unavailable as error:
        log.info("account_not_reviewed", account=str(account.id), problem=str(error))
    else:
        record_review(account, found, asked_at)


def record_review(account: ProcessorAccount, found: AccountFacts, asked_at: datetime) -> None:
    """Store what the processor answered to a question of `asked_at`, unless a later answer is stored already."""
    review = Review(found, _is_used_elsewhere(account, found))

    def work() -> None:
        ensure_health(account)
        columns = {
            "review": document_of(review),
            "reviewed_at": asked_at,
            "review_problem": {},
            "next_review_at": asked_at + EVERY,
        }
        if _newer(account, asked_at).update(**columns):
            _update_account(account, found, asked_at)
            tell_of_restriction(account, found, asked_at)

    transact(work)


def record_unanswered(account: ProcessorAccount, reason: Facts, asked_at: datetime) -> None:
    """Store why a review brought no answer; the last answer stays."""
    before = health_of(account).review_problem
    tries = int(before.get("tries", 0)) + 1
    wait = min(AGAIN * 2 ** min(tries - 1, 10), EVERY)

    def work() -> None:
        ensure_health(account)
        _newer(account, asked_at).update(
            review_problem={**reason, "tries": tries}, next_review_at=asked_at + wait
        )
        if account.state != AccountState.ACTIVE:
            end_restriction(account, asked_at, Resolution.ACCOUNT_NOT_USED)

    transact(work)


def _newer(account: ProcessorAccount, asked_at: datetime) -> Any:
    """The account's row, if what it holds was asked for before: a slow answer must not replace a later key's."""
    rows = AccountHealth.objects.filter(tenant_id=account.tenant_id, account_id=account.id)
    return rows.filter(Q(reviewed_at__isnull=True) | Q(reviewed_at__lt=asked_at))


def _update_account(account: ProcessorAccount, found: AccountFacts, asked_at: datetime) -> None:
    told = {"name": found.name[:120], "country": found.country, "currency": found.currency}
    ProcessorAccount.objects.filter(tenant_id=account.tenant_id, id=account.id).update(
        can_charge=found.can_charge,
        checked_at=asked_at,
        **{name: text for name, text in told.items() if text},
    )


def _is_used_elsewhere(account: ProcessorAccount, found: AccountFacts) -> bool:
    """Whether another restaurant uses the account; which one is neither stored nor told."""
    external_id = found.external_id or account.external_id
    if not external_id:
        return False
    with across_tenants("an owner is told that their account is in use elsewhere, not where"):
        return (
            ProcessorAccount.objects.filter(
                processor=account.processor, external_id=external_id, state=AccountState.ACTIVE
            )
            .exclude(tenant_id=account.tenant_id)
            .exists()
        )
