"""Ask the processor too, when a guest says that they paid: by an id, or for what was started around that time.

What was paid there and is unknown here is booked at once, by the same code as the periodic comparison.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from duitpos.domain.errors import Code, TooMany, Unavailable
from duitpos.domain.orders.advance import Actor
from duitpos.domain.payment_issues.find import FoundMoney, Question, find_money
from duitpos.domain.payments.events.book_missing import book_missing
from duitpos.domain.payments.problems import record_refused_key
from duitpos.domain.payments.processors.connect import open_account
from duitpos.domain.payments.settlement.fetch import fetch_and_settle, settle_snapshot, with_rows
from duitpos.domain.payments.settlement.match_payment import names_us, payment_of_snapshot
from duitpos.domain.people.roles import Can, require
from duitpos.domain.reasons import Reason, reason_of
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.kit.transact import outside_database
from duitpos.models import Membership, Payment, ProcessorAccount, Tenant
from duitpos.models.payment import LIVE_ATTEMPT
from duitpos.models.payment_setup import AccountState
from duitpos.processors.errors import Failure, ProcessorError
from duitpos.processors.registry import ADAPTERS
from duitpos.processors.snapshots import PaymentSnapshot, SnapshotState

ASK_EVERY = timedelta(seconds=3)
"""One restaurant's staff ask at most once in this time."""
EARLIER, LATER = timedelta(minutes=75), timedelta(minutes=15)
"""What was started this long before and after the time that the guest remembers is listed."""
LATELY = timedelta(hours=2)
"""Without a time, what was started since then is listed."""
MOST_ACCOUNTS, MOST_IDS, MOST_PAYMENTS = 3, 3, 3


@dataclass(slots=True)
class Asked:
    """What the question brought. The sums are of this question alone."""

    processors: list[str] = field(default_factory=list)
    """The labels of those that answered."""
    booked: int = 0
    """Payments that were paid there and unknown here; they are in `shown`."""
    failures: list[Facts] = field(default_factory=list)
    """Why one did not answer (domain/reasons.py)."""
    unpaid: list[SnapshotState] = field(default_factory=list)
    """The states of our sessions that were asked for by id, are unknown here and were not paid."""
    shown: list[UUID] = field(default_factory=list)
    """The payments that an id named, or that were booked."""
    is_listed: bool = False
    """Whether everything that was started around the time was listed."""


def ask_processors(member: Membership, question: Question) -> Asked:
    """Ask every account in use. Raises Forbidden, and TooMany when somebody asked just before."""
    require(member, Can.CHECK_PAYMENT)
    tenant = Tenant.objects.get(id=member.tenant_id)
    sites, accounts = locations(tenant), _accounts(tenant)
    if accounts and not _may_ask(accounts[0]):
        raise TooMany(Code.ASKED_JUST_NOW)
    found = find_money(tenant, sites, question)
    ids = [text for terms in question.parts(sites) for text in terms.ids][:MOST_IDS]
    asked, actor = Asked(), Actor("button", member)
    for account in accounts:
        _ask_account(tenant, account, question, ids, actor, asked)
    for money in found[:MOST_PAYMENTS]:
        _ask_payment(money, actor, asked)
    return asked


def _may_ask(first: ProcessorAccount) -> bool:
    """Whether nobody asked just before. The guarded update lets one of several at once through."""
    at = now()
    free = Q(searched_at__isnull=True) | Q(searched_at__lt=at - ASK_EVERY)
    rows = ProcessorAccount.objects.filter(free, tenant_id=first.tenant_id, id=first.id)
    return rows.update(searched_at=at) == 1


def askable_processors(tenant: Tenant) -> list[str]:
    """The labels of the processors that `ask_processors` would ask. One query."""
    return list(dict.fromkeys(ADAPTERS[account.processor].label for account in _accounts(tenant)))


def _accounts(tenant: Tenant) -> list[ProcessorAccount]:
    """Accounts in use first, then those that are retired: a guest may have paid just before."""
    rows = ProcessorAccount.objects.filter(tenant=tenant, processor__in=ADAPTERS)
    rows = rows.exclude(state=AccountState.NEW).select_related("payment_type")
    return list(rows.order_by("state", "-created_at"))[:MOST_ACCOUNTS]


def _ask_account(
    tenant: Tenant,
    account: ProcessorAccount,
    question: Question,
    ids: list[str],
    actor: Actor,
    asked: Asked,
) -> None:
    kind = ADAPTERS[account.processor]
    if not ids and not kind.can.lists_started:
        return
    try:
        snapshots = _by_ids(account, ids) if ids else _started_around(account, question.around)
    except (ProcessorError, Unavailable) as error:
        asked.failures.append({"processor": kind.label, **reason_of(error)})
        if isinstance(error, ProcessorError) and error.is_about_key:
            record_refused_key(account)
        return
    asked.is_listed = asked.is_listed or not ids
    if kind.label not in asked.processors:
        asked.processors.append(kind.label)
    ours = [one for one in snapshots if names_us(tenant, one.correlation)]
    booked = book_missing(tenant, account, ours, actor)
    asked.booked += len(booked.references)
    if booked.failed:
        asked.failures.append(facts(Reason.PAYMENT_NOT_BOOKED))
    for one in ours:
        _apply(account, one, actor, asked, is_shown=bool(ids) or one.reference in booked.references)


def _by_ids(account: ProcessorAccount, ids: Iterable[str]) -> list[PaymentSnapshot]:
    """The payments that these ids of any kind name; one that the account does not know names none."""
    processor = open_account(account)
    snapshots = []
    with outside_database():
        for text in ids:
            try:
                references = processor.references_to(text)
                if references:
                    snapshots.append(processor.fetch(references))
            except ProcessorError as error:
                # A processor may refuse an id of the other mode, or of a wrong form.
                if error.failure not in (Failure.NOT_FOUND, Failure.REFUSED):
                    raise
    return snapshots


def _started_around(account: ProcessorAccount, around: datetime | None) -> list[PaymentSnapshot]:
    at = now()
    since, until = (around - EARLIER, around + LATER) if around else (at - LATELY, at)
    processor = open_account(account)
    with outside_database():
        # The processor's clock may be ahead of ours.
        return list(processor.started_between(since, until + LATER))


def _apply(
    account: ProcessorAccount, snapshot: PaymentSnapshot, actor: Actor, asked: Asked, *, is_shown: bool
) -> None:
    """Settle what is known and may still change; what was paid is booked already."""
    payment = payment_of_snapshot(account, snapshot)
    if payment is None:
        if is_shown:
            asked.unpaid.append(snapshot.state)
        return
    if payment.status in LIVE_ATTEMPT and snapshot.state != SnapshotState.PAID:
        row = with_rows(payment.tenant_id, id=payment.id)
        if row is not None:
            settle_snapshot(row, snapshot, actor)
    if is_shown:
        asked.shown.append(payment.id)


def _ask_payment(money: FoundMoney, actor: Actor, asked: Asked) -> None:
    """Fetch a payment that may have changed since it was last looked at."""
    payment = _fresh(money.to_ask)
    if payment is None or not payment.reference:
        return
    label = ADAPTERS[payment.account.processor].label if payment.account.processor in ADAPTERS else ""
    if not label:
        return
    payment.asked_at = now()
    Payment.objects.filter(tenant_id=payment.tenant_id, id=payment.id).update(asked_at=payment.asked_at)
    try:
        fetch_and_settle(payment, actor)
    except (ProcessorError, Unavailable) as error:
        asked.failures.append({"processor": label, **reason_of(error)})
        return
    if label not in asked.processors:
        asked.processors.append(label)


def _fresh(payment: Payment | None) -> Payment | None:
    """The payment as it is after the accounts were asked, if it can still change."""
    row = with_rows(payment.tenant_id, id=payment.id) if payment is not None else None
    if row is None or (row.status not in LIVE_ATTEMPT and row.watched_until is None):
        return None
    return row
