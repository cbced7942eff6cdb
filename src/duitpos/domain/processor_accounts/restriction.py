"""Tell staff when the processor stops an account's payments or payouts, or soon will (M16)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from duitpos.domain.alerts.open import Resolution, open_alert, reopen_alert, resolve, restate_alert
from duitpos.kit.facts import Facts, facts, plain
from duitpos.models import Alert, Location, ProcessorAccount
from duitpos.models.alert import AlertKind
from duitpos.models.payment_setup import AccountState
from duitpos.processors.account import Requirement, Urgency
from duitpos.processors.base import AccountFacts
from duitpos.processors.credentials import Mode
from duitpos.processors.registry import adapter

SOON = timedelta(days=7)
"""A requirement due within this time opens the alert."""


def is_just_new(found: AccountFacts) -> bool:
    """Whether it is a test account whose owner has never finished the processor's set-up.

    Such an account takes test payments, and takes no real ones because nobody asked for them yet.
    """
    return found.mode == Mode.TEST and found.is_set_up is False


def pressing(requirements: Iterable[Requirement], at: datetime) -> tuple[Requirement, ...]:
    """Return the requirements that are past due or due soon."""
    return tuple(
        one
        for one in requirements
        if one.urgency == Urgency.PAST_DUE
        or (one.urgency == Urgency.DUE and one.due_at is not None and one.due_at <= at + SOON)
    )


def restriction_of(found: AccountFacts, at: datetime) -> Facts:
    """Return what the processor stops or soon will, as facts; empty when nothing."""
    if is_just_new(found):
        return {}
    due = pressing(found.requirements or (), at)
    has_stopped = not found.can_charge or found.can_pay_out is False
    if not (due or has_stopped):
        return {}
    dates = [one.due_at for one in due if one.due_at is not None]
    return plain(
        {
            "charges_stopped": not found.can_charge,
            "payouts_stopped": found.can_pay_out is False,
            "requirements": [one.name for one in due],
            "due_at": min(dates) if dates else None,
        }
    )


def tell_of_restriction(account: ProcessorAccount, found: AccountFacts, at: datetime) -> None:
    """Open, restate or resolve the account's alert, in the caller's transaction.

    One that staff resolved is opened again only when something else is stopped or asked for.
    """
    tenant_id, kind = account.tenant_id, AlertKind.ACCOUNT_RESTRICTED
    restriction = restriction_of(found, at) if account.state == AccountState.ACTIVE else {}
    if not restriction:
        end_restriction(account, at, Resolution.RESTRICTION_OVER)
        return
    zone = Location.objects.filter(tenant_id=tenant_id).order_by("position", "name").first()
    about = {
        **restriction,
        "processor": adapter(account.processor).label,
        "time_zone": zone.time_zone if zone else "UTC",
    }
    open_alert(tenant_id, kind, account.id, at, account=account, facts=about)
    existing = Alert.objects.get(tenant_id=tenant_id, kind=kind, subject_id=account.id)
    if existing.resolved_at is None:
        restate_alert(tenant_id, kind, account.id, facts=about)
    elif existing.resolved_by_id is None or existing.facts != about:
        reopen_alert(tenant_id, kind, account.id, at, facts=about)


def end_restriction(account: ProcessorAccount, at: datetime, how: Resolution) -> None:
    """Resolve the account's alert, if one is open."""
    resolve(account.tenant_id, at, facts(how), kind=AlertKind.ACCOUNT_RESTRICTED, subject_id=account.id)
