"""Open, reopen and resolve alerts (M16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from duitpos.domain.alerts.offers import POLICIES
from duitpos.kit.facts import Facts, plain
from duitpos.kit.money import Money
from duitpos.models import Alert, AlertPolicy, Membership, Order, Payment, ProcessorAccount


class Resolution(StrEnum):
    """How an alert was resolved, unless staff entered a reason of their own."""

    LOOKED_AT = "looked_at"
    SENT_TO_KITCHEN = "sent_to_kitchen"
    PUT_BACK = "put_back"
    LINKED = "linked"
    REFUND_STARTED = "refund_started"
    REFUND_UNDER_WAY = "refund_under_way"
    REFUNDED_ALREADY = "refunded_already"
    LINES_SAID = "lines_said"
    REFUND_NOT_MADE = "refund_not_made"
    REFUND_ARRIVED = "refund_arrived"
    REFUNDED_IN_FULL = "refunded_in_full"
    PROCESSOR_ANSWERED = "processor_answered"
    STARTED_AGAIN = "started_again"
    EVENT_APPLIED = "event_applied"
    KEY_SAVED = "key_saved"
    CHECK_WENT_THROUGH = "check_went_through"
    DISPUTE_OVER = "dispute_over"
    WARNING_OVER = "warning_over"
    RESTRICTION_OVER = "restriction_over"
    DISHES_REFUND_STARTED = "dishes_refund_started"
    HELD_BACK = "held_back"
    REFUNDED_BY_ITSELF = "refunded_by_itself"
    GUEST_CHOSE_REFUND = "guest_chose_refund"
    GUEST_CHOSE_SWAP = "guest_chose_swap"
    ACCOUNT_NOT_USED = "account_not_used"
    WEBHOOK_WORKS = "webhook_works"


def open_alert(
    tenant_id: UUID,
    kind: str,
    subject_id: UUID,
    at: datetime,
    *,
    order: Order | None = None,
    payment: Payment | None = None,
    account: ProcessorAccount | None = None,
    amount: Money | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Open one alert per kind and subject, in the caller's transaction; repeated and concurrent calls make one."""
    row = Alert(
        tenant_id=tenant_id,
        kind=kind,
        subject_id=subject_id,
        opened_at=at,
        order_id=order.id if order else None,
        payment_id=payment.id if payment else None,
        account_id=account.id if account else None,
        amount_minor=amount.minor if amount else 0,
        currency=amount.currency if amount else "",
        facts=plain(facts or {}),
        **_policy_columns(tenant_id, kind, at, payment is not None),
    )
    Alert.objects.bulk_create([row], ignore_conflicts=True)


def open_payment_alert(
    payment: Payment,
    kind: str,
    at: datetime,
    *,
    amount: Money | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Call open_alert for a payment and its order, with the amount that moved, or the requested one before that."""
    if amount is None:
        amount = payment.amount if payment.moved_minor is None else payment.moved
    open_alert(
        payment.tenant_id,
        kind,
        payment.id,
        at,
        order=payment.order,
        payment=payment,
        amount=amount,
        facts=facts,
    )


def reopen_alert(
    tenant_id: UUID,
    kind: str,
    subject_id: UUID,
    at: datetime,
    *,
    amount: Money | None = None,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Reopen a resolved alert, such as for a key that is refused again; update amount and facts if given."""
    columns: dict[str, Any] = {"policy_at": None, "policy_action": ""}
    columns |= _policy_columns(tenant_id, kind, at, True)
    if amount is not None:
        columns |= {"amount_minor": amount.minor, "currency": amount.currency}
    if facts is not None:
        columns["facts"] = plain(facts)
    Alert.objects.filter(
        tenant_id=tenant_id, kind=kind, subject_id=subject_id, resolved_at__isnull=False
    ).update(opened_at=at, resolved_at=None, resolved_by=None, resolution={}, **columns)


def _policy_columns(tenant_id: UUID, kind: str, at: datetime, has_payment: bool) -> dict[str, Any]:
    """When and how the money goes back by itself, by the owner's policy of this moment. One query for these kinds."""
    if kind not in POLICIES or not has_payment:
        return {}
    policy = AlertPolicy.objects.filter(tenant_id=tenant_id, kind=kind, is_on=True).first()
    if policy is None:
        return {}
    return {"policy_at": at + timedelta(minutes=policy.after_minutes), "policy_action": policy.action}


def restate_alert(tenant_id: UUID, kind: str, subject_id: UUID, *, facts: Mapping[str, object]) -> None:
    """Update the facts of an open alert, because more is known now."""
    Alert.objects.filter(
        tenant_id=tenant_id, kind=kind, subject_id=subject_id, resolved_at__isnull=True
    ).update(facts=plain(facts))


def resolve(
    tenant_id: UUID, at: datetime, resolution: Facts, *, member: Membership | None = None, **which: object
) -> int:
    """Resolve the open alerts that match `which` (columns of Alert) and return how many there were."""
    return Alert.objects.filter(tenant_id=tenant_id, resolved_at__isnull=True, **which).update(
        resolved_at=at, resolved_by=member, resolution=resolution
    )
