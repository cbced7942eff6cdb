"""The owner's policies for alerts that nobody decides in time: set them, and carry them out.

A policy is off until the owner turns it on. Its time is copied to an alert when that is opened, and the guest's page
says it. Carrying it out is one transaction: the alert is claimed by a guarded update, an order that is still new is
stopped, and the money is reserved for a refund with a key of its own. So it happens once, with two workers and after a
crash; what staff decided before, or cooking that has begun, wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, NotSupportedError, OperationalError
from django.db.models import QuerySet

from duitpos.domain.alerts.offers import POLICIES
from duitpos.domain.alerts.open import Resolution
from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.states import CANCELED, HELD, Because
from duitpos.domain.payments.refunds.refund import Reserved, Who, reserve_all, send_reserved
from duitpos.domain.payments.settlement.settle import look_at_siblings
from duitpos.domain.people.roles import Can, require
from duitpos.domain.staff_actions.refund_dishes import reserve_dishes, stop_cooking
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.kit.tenancy import across_tenants
from duitpos.kit.transact import transact
from duitpos.models import Alert, AlertPolicy, Membership, Order, Tenant
from duitpos.models.alert import PolicyAction
from duitpos.models.audit import AuditKind
from duitpos.models.refund import RefundSource

log = structlog.get_logger(__name__)
MINUTES = (5, 10, 15, 30, 60, 120)
"""What the owner chooses from."""
USUAL_MINUTES = 15
BATCH = 100
SHARE = 20
"""Alerts of one restaurant per look, where each is looked at for itself."""
Due = tuple[UUID, UUID]
"""The ids of a restaurant and of its alert."""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A kind of alert with its policy, on or off, and what may be chosen for it."""

    kind: str
    choices: tuple[PolicyAction, ...]
    is_on: bool
    action: str
    after_minutes: int


def policies(tenant: Tenant) -> list[PolicyRow]:
    """Every kind that can have a policy. One query."""
    stored = {row.kind: row for row in AlertPolicy.objects.filter(tenant=tenant)}
    rows = []
    for kind, choices in POLICIES.items():
        row = stored.get(kind)
        action = row.action if row and row.action in choices else choices[0].value
        minutes = row.after_minutes if row else USUAL_MINUTES
        rows.append(PolicyRow(str(kind), choices, bool(row and row.is_on), action, minutes))
    return rows


def set_policy(member: Membership, kind: str, *, is_on: bool, action: str, after_minutes: int) -> None:
    """Turn a policy on or off. It holds for alerts opened from now on; turned off, also for those that are open.

    Raises Forbidden and Invalid.
    """
    require(member, Can.SET_UP_PAYMENTS)
    if action not in POLICIES.get(kind, ()) or after_minutes not in MINUTES:
        raise Invalid(Code.POLICY_UNKNOWN)
    transact(lambda: _store(member, kind, is_on=is_on, action=action, after_minutes=after_minutes))


def _store(member: Membership, kind: str, *, is_on: bool, action: str, after_minutes: int) -> None:
    values = {"is_on": is_on, "action": action, "after_minutes": after_minutes}
    mine = AlertPolicy.objects.filter(tenant_id=member.tenant_id, kind=kind)
    before = mine.values("is_on", "action", "after_minutes").first()
    AlertPolicy.objects.update_or_create(
        tenant_id=member.tenant_id,
        kind=kind,
        defaults={**values, "changed_at": now(), "changed_by": member},
    )
    record_change(member, AuditKind.SETTINGS, kind, _said(before or {"is_on": False}), _said(values))
    if not is_on:
        waiting = Alert.objects.filter(tenant_id=member.tenant_id, kind=kind, resolved_at__isnull=True)
        waiting.filter(policy_at__isnull=False).update(policy_at=None)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"rule_{name.removeprefix('after_')}": value for name, value in values.items()}


def due_policies() -> list[Due]:
    """Alerts of all restaurants whose policy is due, at most BATCH, the longest due first.

    Where one look across restaurants is not possible, each has a share, so that none holds up another.
    """
    if settings.SHARDED:
        return _tenant_by_tenant()
    try:
        return _of_all()
    except NotSupportedError:
        log.warning("policies_read_tenant_by_tenant", exc_info=True)
        return _tenant_by_tenant()


def _due() -> QuerySet[Alert]:
    return Alert.objects.filter(policy_at__lte=now(), resolved_at__isnull=True).order_by("policy_at", "id")


def _of_all() -> list[Due]:
    with across_tenants("the worker lists alerts whose policy is due, then works inside one restaurant"):
        return list(_due().values_list("tenant_id", "id")[:BATCH])


def _tenant_by_tenant() -> list[Due]:
    rows = _due().values_list("tenant_id", "id")
    tenants = Tenant.objects.order_by("id").values_list("id", flat=True)
    return [row for tenant_id in tenants for row in rows.filter(tenant_id=tenant_id)[:SHARE]]


def run_due_policies() -> int:
    """Carry out what is due at all restaurants; returns how many alerts it resolved."""
    done = 0
    for tenant_id, alert_id in due_policies():
        try:
            done += run_policy(tenant_id, alert_id)
        except (OperationalError, InterfaceError):
            # The database is not there: that concerns no single alert.
            raise
        except Exception:
            # One that fails must not hold up those of other restaurants.
            log.exception("policy_failed", alert=str(alert_id))
    return done


def run_policy(tenant_id: UUID, alert_id: UUID) -> bool:
    """Carry out one alert's policy; False if there is nothing to do any more, or it is for a person to decide."""
    rows = Alert.objects.filter(tenant_id=tenant_id, id=alert_id, resolved_at__isnull=True)
    alert = rows.filter(policy_at__lte=now()).select_related("order__location", "payment__account").first()
    if alert is None:
        return False
    try:
        reserved = transact(lambda: _reserve(alert))
    except (Conflict, Invalid) as error:
        # The kitchen has begun, or the processor cannot refund it: a person decides, and is not hurried.
        rows.filter(policy_at=alert.policy_at).update(policy_at=None)
        log.warning("policy_given_up", alert=str(alert.id), why=error.code)
        return False
    if reserved is None:
        return False
    if reserved.is_new:
        send_reserved(reserved)
    return True


def _reserve(alert: Alert) -> Reserved | None:
    """Resolve the alert and reserve its money. None if another worker or a person was first."""
    who = Who(alert.tenant_id, source=RefundSource.POLICY)
    if alert.policy_action == PolicyAction.REFUND_DISHES:
        _, reserved = reserve_dishes(
            alert, who, lambda how: _claim_or_raise(alert, how), Resolution.REFUNDED_BY_ITSELF
        )
        return reserved
    if alert.payment_id is None:
        raise Invalid(Code.NO_PAYMENT_TO_REFUND)
    reserved = reserve_all(who, alert.payment_id, alert.kind)
    _claim_or_raise(alert, facts(Resolution.REFUNDED_BY_ITSELF, amount=reserved.refund.amount))
    _stop_order(alert)
    return reserved


def _claim_or_raise(alert: Alert, how: Facts) -> None:
    if not claim(alert, how):
        raise Conflict(Code.ALERT_JUST_RESOLVED)


def claim(alert: Alert, how: Facts) -> bool:
    """Resolve the alert if it still waits for this very time: not resolved, not stopped and not opened again."""
    rows = Alert.objects.filter(
        tenant_id=alert.tenant_id, id=alert.id, resolved_at__isnull=True, policy_at=alert.policy_at
    )
    return rows.update(resolved_at=now(), resolved_by=None, resolution=how) == 1


def _stop_order(alert: Alert) -> None:
    """Stop the order whose only money goes back, in the same transaction. Raises Conflict if the kitchen has begun."""
    order, at, actor = alert.order, now(), Actor(RefundSource.POLICY)
    if order is None or alert.payment is None:
        return
    why = Because.REFUNDED
    if advance(order, HELD, CANCELED, actor, at, why, ended_at=at, cancel_reason=why):
        look_at_siblings(alert.payment, at)
        return
    rows = Order.objects.filter(tenant_id=order.tenant_id, id=order.id, released_by_id=alert.payment_id)
    status = rows.values_list("status", flat=True).first()
    # An order that another payment released is cooked for that one.
    if status is None or status == CANCELED:
        return
    if not stop_cooking(order, actor, at):
        raise Conflict(Code.ORDER_IN_KITCHEN)
