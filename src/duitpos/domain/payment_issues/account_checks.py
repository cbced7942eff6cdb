"""Keys that are refused, payment pages that are not made, and webhook deliveries that do not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from duitpos.domain.payment_issues.findings import Cause, CauseCode, Check, Evidence, EvidenceCode, Symptom
from duitpos.domain.payment_issues.known import Known
from duitpos.domain.processor_accounts.credentials import lacking_verifier
from duitpos.domain.processor_accounts.webhooks.judge import counting_problem
from duitpos.domain.reasons import Reason
from duitpos.models import AccountHealth, Payment, ProcessorAccount
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import AccountState
from duitpos.processors.capabilities import WebhookAddress
from duitpos.processors.errors import Failure
from duitpos.processors.registry import ADAPTERS

STARTS_BACK = timedelta(hours=1)
STARTING = timedelta(seconds=30)
"""A start call has its answer or its error by then."""
GIVEN_UP_BY_GUEST = frozenset({Reason.REPLACED_BY_NEWER_CART.value})
NO_ANSWER = frozenset({Failure.UNAVAILABLE.value, Failure.BUSY.value, Reason.NOT_STARTED_IN_TIME.value,
                       Reason.START_UNANSWERED.value, ""})  # fmt: skip
DELIVERY_USUAL = timedelta(minutes=5)
"""A delivery comes within seconds; one that is later than this counts as missing."""


def check_keys(known: Known) -> Check:
    """Whether the processors accept the saved keys. No query."""
    causes, seen = [], []
    for account in known.accounts:
        kind, label = account.payment_type, ADAPTERS[account.processor].label
        about = {"type": kind.name, "processor": label, "last": account.checked_at}
        if account.paused_at is not None:
            paused = {**about, "reason": account.problem}
            causes.append(Cause(CauseCode.PAUSED, paused, type_id=kind.id))
        elif account.state == AccountState.NEW:
            if kind.is_active:
                causes.append(Cause(CauseCode.NO_KEY, about, type_id=kind.id))
        elif account.checked_at is not None:
            seen.append(Evidence(EvidenceCode.KEY_ACCEPTED, about))
        else:
            seen.append(Evidence(EvidenceCode.KEY_NOT_CHECKED, about))
    if not known.accounts:
        seen.append(Evidence(EvidenceCode.NO_ACCOUNT, {}))
    return Check(Symptom.KEY_REFUSED, tuple(causes), tuple(seen))


def check_pages(known: Known) -> Check:
    """Whether payment pages were made in the last hour. One query."""
    rows = Payment.objects.filter(
        tenant=known.tenant, created_at__gte=known.at - STARTS_BACK, account__processor__in=ADAPTERS
    ).only(
        "id", "status", "reference", "failure", "last_problem", "created_at", "payment_type_id", "order_id"
    )
    made, failed = [], list[Payment]()
    for row in rows.order_by("-created_at")[:5000]:
        if row.reference:
            made.append(row)
        elif _has_failed(row, known):
            failed.append(row)
    causes = tuple(_failed_starts(known, failed))
    if made:
        about = {"count": len(made), "last": made[0].created_at}
        return Check(Symptom.PAGE_NOT_LOADING, causes, (Evidence(EvidenceCode.PAGES_MADE, about),))
    nobody = () if causes else (Evidence(EvidenceCode.NOBODY_STARTED, {}),)
    return Check(Symptom.PAGE_NOT_LOADING, causes, nobody)


def _has_failed(row: Payment, known: Known) -> bool:
    if row.status == PaymentStatus.CREATED:
        return row.created_at <= known.at - STARTING or bool(row.last_problem)
    return row.status == PaymentStatus.FAILED and row.failure.get("code") not in GIVEN_UP_BY_GUEST


def _failed_starts(known: Known, failed: list[Payment]) -> Iterator[Cause]:
    """One cause for each type and kind of failure, with the newest one's reason."""
    names = {kind.id: kind.name for kind in known.types}
    groups: dict[tuple[UUID, CauseCode], list[Payment]] = {}
    for row in failed:
        is_silent = _reason(row).get("code", "") in NO_ANSWER
        code = CauseCode.START_UNANSWERED if is_silent else CauseCode.START_REFUSED
        groups.setdefault((row.payment_type_id, code), []).append(row)
    for (type_id, code), rows in groups.items():
        about = {
            "type": names.get(type_id, ""),
            "count": len(rows),
            "last": rows[0].created_at,
            "reason": _reason(rows[0]),
        }
        yield Cause(code, about, type_id=type_id)


def _reason(row: Payment) -> dict[str, object]:
    found: dict[str, object] = row.failure or row.last_problem
    return found


def check_webhooks(known: Known) -> Check:
    """Whether signed deliveries arrive. No query."""
    causes: list[Cause] = []
    seen: list[Evidence] = []
    for account in known.accounts:
        if ADAPTERS[account.processor].can.webhook_address == WebhookAddress.NONE:
            continue
        if account.state != AccountState.ACTIVE or not account.payment_type.is_active:
            continue
        causes += _webhook_causes(known, account)
        about = {"type": account.payment_type.name, "last": account.last_event_at}
        code = EvidenceCode.DELIVERED if account.last_event_at else EvidenceCode.NOT_DELIVERED_YET
        seen.append(Evidence(code, about))
    counts = {paid.via: paid.count for paid in known.paid}
    others = sum(counts.values()) - counts.get("webhook", 0)
    if counts:
        about = {"webhook": counts.get("webhook", 0), "others": others}
        seen.append(Evidence(EvidenceCode.FOUND_BY, about))
    if not seen:
        seen.append(Evidence(EvidenceCode.NO_ACCOUNT, {}))
    return Check(Symptom.WEBHOOK_FAILING, tuple(causes), tuple(seen))


def _webhook_causes(known: Known, account: ProcessorAccount) -> Iterator[Cause]:
    kind, health = account.payment_type, known.health.get(account.id)
    last = account.last_event_at

    def cause(code: CauseCode, **about: object) -> Cause:
        return Cause(code, {"type": kind.name, **about}, type_id=kind.id, account_id=account.id)

    if health is not None and health.down_since is not None:
        yield cause(CauseCode.WEBHOOK_DOWN, since=health.down_since)
    if health is not None and health.undelivered:
        since = health.undelivered_since
        yield cause(CauseCode.WEBHOOK_UNDELIVERED, count=health.undelivered, since=since)
    if lacking_verifier(account):
        yield cause(CauseCode.WEBHOOK_NO_SECRET)
    elif problem := counting_problem(account, health or AccountHealth(), known.at):
        code, at = problem
        yield cause(CauseCode.WEBHOOK_BAD_SIGNATURE, count=account.bad_signatures, last=at, problem=code)
    elif others := _silent_since(known, account):
        yield cause(CauseCode.WEBHOOK_SILENT, count=others, last=last)


def _silent_since(known: Known, account: ProcessorAccount) -> int:
    """Payments that another way found after the last delivery, none of which has had its delivery since."""
    if len({one.payment_type_id for one in known.accounts if one.state == AccountState.ACTIVE}) > 1:
        # The counts are of all accounts together, so they say nothing about one of several.
        return 0
    found = [paid for paid in known.paid if paid.via not in ("webhook", "staff")]
    last = account.last_event_at
    late = [
        paid
        for paid in found
        if (last is None or paid.last > last + DELIVERY_USUAL) and paid.last < known.at - DELIVERY_USUAL
    ]
    return sum(paid.count for paid in late)


def _is_after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)
