"""Open alerts with only those actions that this member may take; for the others, whom to ask."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from duitpos.domain.alerts.offers import Action
from duitpos.domain.alerts.queries import PAGE, AlertRow, open_alert_row, open_alerts
from duitpos.domain.errors import Conflict, Forbidden
from duitpos.domain.payments.refunds.refunded_lines import lines_left, price_lines
from duitpos.domain.people.refund_limits import RefundRight
from duitpos.domain.staff_actions.refund_dishes import unserved_lines
from duitpos.kit.money import Money
from duitpos.models import Alert, Payment, Tenant


def alerts_for(
    tenant: Tenant, right: RefundRight, order_id: UUID | None = None, limit: int = PAGE, offset: int = 0
) -> list[AlertRow]:
    """As `open_alerts`, for somebody with this right. One query, and more for dishes above their limit only."""
    return [_within(row, right) for row in open_alerts(tenant, order_id, limit, offset)]


def alert_for(tenant: Tenant, right: RefundRight, alert_id: UUID) -> AlertRow | None:
    """As `open_alert_row`, for somebody with this right."""
    row = open_alert_row(tenant, alert_id)
    return None if row is None else _within(row, right)


def _within(row: AlertRow, right: RefundRight) -> AlertRow:
    payment = row.alert.payment
    if payment is None or Action.REFUND not in row.actions or payment.refundable.minor <= 0:
        return row
    above = right.refusal(payment.refundable)
    if above is None:
        return row
    refused = {Action.REFUND}
    if Action.REFUND_DISHES in row.actions and _dishes_refusal(row.alert, payment, right) is not None:
        refused.add(Action.REFUND_DISHES)
    return replace(
        row,
        actions=tuple(action for action in row.actions if action not in refused),
        not_yours=above,
        can_refund_part=row.can_refund_part and right.most(payment.moved.currency) != 0,
    )


def _dishes_refusal(alert: Alert, payment: Payment, right: RefundRight) -> Forbidden | Conflict | None:
    """Why the alert's dishes cannot be refunded by them. What it costs is known only by pricing what is left."""
    left = {line.id: quantity for line, quantity in lines_left(payment)}
    wanted = {line_id: left[line_id] for line_id in unserved_lines(alert) if line_id in left}
    try:
        minor = price_lines(payment, wanted).total_minor
    except Conflict as error:
        return error
    return right.refusal(Money(minor, payment.moved.currency))
