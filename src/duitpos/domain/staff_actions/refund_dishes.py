"""Refund the dishes of a paid order that cannot be served, and resolve the alert in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from duitpos.domain.alerts.open import Resolution
from duitpos.domain.errors import Code, Conflict, Invalid
from duitpos.domain.menus.sell import put_back
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.states import CANCELED, PLACED, Because
from duitpos.domain.payments.refunds.refund import Reserved, Who, payment_with_money
from duitpos.domain.payments.refunds.refund_part import Why, reserve_lines
from duitpos.domain.payments.refunds.refunded_lines import lines_left
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts, facts
from duitpos.models import Alert, Order, OrderLine
from duitpos.models.refund import RefundReason

Resolve = Callable[[Facts], object]
"""Resolves the alert, and raises Conflict when somebody else has."""


def unserved_lines(alert: Alert) -> list[UUID]:
    """The ids of the order's lines that the alert is about."""
    return [UUID(line) for line in alert.facts.get("lines", [])]


def reserve_dishes(
    alert: Alert, who: Who, resolve_it: Resolve, how: Resolution = Resolution.DISHES_REFUND_STARTED
) -> tuple[Facts, Reserved]:
    """Reserve what these dishes cost, in the caller's transaction, and resolve the alert. Raises Conflict, Invalid.

    The refund's key comes from the alert, so that whoever decides, it is made once. An order of which nothing else is
    left is canceled, unless the kitchen has begun.
    """
    if alert.payment_id is None or alert.order is None:
        raise Invalid(Code.NO_PAYMENT_TO_REFUND)
    payment, _left = payment_with_money(who, alert.payment_id)
    left = {line.id: quantity for line, quantity in lines_left(payment)}
    wanted = {line_id: left[line_id] for line_id in unserved_lines(alert) if line_id in left}
    if not wanted:
        raise Conflict(Code.REFUND_LINES_GONE)
    why = Why(form_key=f"dishes-{alert.id}", code=RefundReason.SOLD_OUT)
    reserved = reserve_lines(who, alert.payment_id, wanted, why)
    result = facts(how, amount=reserved.refund.amount)
    resolve_it(result)
    if wanted == left and _is_all(alert.order, wanted):
        stop_cooking(alert.order, Actor("staff", who.member) if who.member else Actor(who.source), now())
    return result, reserved


def _is_all(order: Order, wanted: dict[UUID, int]) -> bool:
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order=order).values_list("id", "quantity")
    return dict(lines) == wanted


def stop_cooking(order: Order, actor: Actor, at: datetime) -> bool:
    """Cancel an order whose money goes back, in the caller's transaction; False if the kitchen has begun."""
    why = Because.REFUNDED
    if not advance(order, PLACED, CANCELED, actor, at, why, ended_at=at, cancel_reason=why):
        return False
    put_back(order)
    return True
