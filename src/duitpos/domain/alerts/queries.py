"""List the open alerts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from duitpos.domain.alerts.offers import PARTLY, Action, actions_of, actions_without_refund
from duitpos.domain.alerts.refund_limit import refund_limit
from duitpos.domain.errors import Conflict, Forbidden
from duitpos.kit.money import Money
from duitpos.models import Alert, Tenant
from duitpos.models.alert import AlertKind

NO_MONEY_YET = (
    AlertKind.STILL_PROCESSING,
    AlertKind.NOT_AT_PROCESSOR,
    AlertKind.KEY_REFUSED,
    AlertKind.EVENT_FAILED,
    AlertKind.KEY_REUSED,
    AlertKind.START_REFUSED,
    AlertKind.SWEEP_FAILED,
    AlertKind.WEBHOOK_DOWN,
    AlertKind.ACCOUNT_RESTRICTED,
    AlertKind.STOCK_BACK,
    AlertKind.REFUND_LINES,
    AlertKind.REPORT_NOT_SENT,
)
"""Alerts about no received money. They sort last, so that many at once do not hide money that a guest waits for."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert and its actions, the recommended one first. `no_refund`: why refunding is not among them."""

    alert: Alert
    actions: tuple[Action, ...]
    no_refund: Conflict | None = None
    at_stake: Money | None = None
    """The money that the decision is about: what of the payment is still here."""
    can_refund_part: bool = False
    """Whether some of the dishes can be refunded, on the payment's own page."""
    not_yours: Forbidden | None = None
    """Why this member may not refund all, and whom to ask (staff_actions/offered.py)."""


def open_alerts(
    tenant: Tenant, order_id: UUID | None = None, limit: int = PAGE, offset: int = 0
) -> list[AlertRow]:
    """Return the open alerts, of one order if given: money first, then newest first. One query."""
    rows = _open(tenant)
    if order_id is not None:
        rows = rows.filter(order_id=order_id)
    rank = Case(When(kind__in=NO_MONEY_YET, then=Value(1)), default=Value(0))
    found = rows.order_by(rank, "-opened_at", "-id")[offset : offset + limit]
    return [row_of(alert) for alert in found]


def open_alert_row(tenant: Tenant, alert_id: UUID) -> AlertRow | None:
    """Return an open alert by its id, whatever page it is on, or None."""
    alert = _open(tenant).filter(id=alert_id).first()
    return None if alert is None else row_of(alert)


def _open(tenant: Tenant) -> QuerySet[Alert]:
    rows = Alert.objects.filter(tenant=tenant, resolved_at__isnull=True)
    return rows.select_related("order__location", "order__table", "payment__account", "account__payment_type")


def alert_count(tenant: Tenant) -> int:
    """Return the number of open alerts, for the badge."""
    return Alert.objects.filter(tenant=tenant, resolved_at__isnull=True).count()


def row_of(alert: Alert) -> AlertRow:
    """Return an alert with the actions that are possible. It comes with its payment and that one's account."""
    payment, actions = alert.payment, _actions(alert)
    if payment is None or Action.REFUND not in actions:
        return AlertRow(alert, actions, at_stake=_amount(alert))
    left = payment.refundable
    no_refund = refund_limit(payment, left.minor)
    if no_refund:
        return AlertRow(alert, actions_without_refund(alert.kind), no_refund, at_stake=left)
    can_refund_part = alert.kind in PARTLY and alert.order_id is not None and left.minor > 0
    # A refund that failed is about its own amount; of what a guest has back already, nothing is at stake any more.
    at_stake = _amount(alert) if alert.kind == AlertKind.REFUND_FAILED else left
    return AlertRow(alert, actions, at_stake=at_stake, can_refund_part=can_refund_part)


def _actions(alert: Alert) -> tuple[Action, ...]:
    """The kind's actions, without those that this alert lacks what they need."""
    has_lines = bool(alert.facts.get("lines"))
    known = actions_of(alert.kind, alert.facts)
    actions = tuple(action for action in known if action != Action.REFUND_DISHES or has_lines)
    return actions if alert.policy_at is None else (*actions, Action.HOLD)


def _amount(alert: Alert) -> Money | None:
    return Money(alert.amount_minor, alert.currency) if alert.amount_minor else None
