"""A ticket that was canceled on the board stays there until a cook takes note of it (F18)."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.errors import Code, Gone
from duitpos.domain.orders.states import CANCELED
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.models import Location, Membership, Order


def take_note(member: Membership, location: Location, order_id: UUID) -> bool:
    """Say that the kitchen knows that this order is canceled. True for the one press that was first.

    Who and when are remembered. An order that came back to the board meanwhile is left as it is.
    Raises Forbidden, and Gone when it is no order of this location.
    """
    require(member, Can.WORK_ORDERS)
    here = Order.objects.filter(tenant_id=member.tenant_id, location=location, id=order_id)
    if not here.exists():
        raise Gone(Code.ORDER_UNKNOWN)
    waiting = here.filter(status=CANCELED, is_cancel_unread=True)
    return waiting.update(is_cancel_unread=False, cancel_read_at=now(), cancel_read_by=member) == 1
