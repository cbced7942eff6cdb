"""Move an order one kitchen step forward or back."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.orders.advance import Actor, advance
from duitpos.domain.orders.states import PLACED, PREPARING, READY, SERVED
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Order

STEPS = (PLACED, PREPARING, READY, SERVED)


def move(member: Membership, location: Location, order_id: UUID, to: str, seen: str = "") -> Order:
    """One step along placed, preparing, ready, served, or one back, of an order of `location`.

    Two concurrent presses move it once.
    `seen` is the status that the board showed, so that "start" on an outdated board does not become a step back.
    Raises Forbidden, Gone, Invalid (no such step) and Conflict (the order has another status by now).
    """
    require(member, Can.WORK_ORDERS)
    if to not in STEPS:
        raise Invalid(Code.STEP_UNKNOWN)
    return transact(lambda: _move(member, location, order_id, to, seen))


def _move(member: Membership, location: Location, order_id: UUID, to: str, seen: str) -> Order:
    order = Order.objects.filter(tenant_id=member.tenant_id, location=location, id=order_id).first()
    if order is None:
        raise Gone(Code.ORDER_UNKNOWN)
    if order.status == to:
        return order
    step = STEPS.index(to)
    near = [STEPS[i] for i in (step - 1, step + 1) if 0 <= i < len(STEPS)]
    at = now()
    is_stale = bool(seen) and order.status != seen
    if (
        is_stale
        or order.status not in near
        or not advance(
            order, order.status, to, Actor("staff", member), at, ended_at=at if to == SERVED else None
        )
    ):
        raise Conflict(Code.ORDER_MOVED)
    return order
