"""A guest sends an order unpaid, to pay it at the counter (decision 0021; M100 to M102)."""

from __future__ import annotations

from datetime import datetime

from duitpos.domain.checkout.options import PayOption
from duitpos.domain.errors import Code, Conflict, TooMany
from duitpos.domain.menus.sell import sell
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import HELD
from duitpos.domain.payments.processors.manual_account import keep_manual_account
from duitpos.models import Location, Order, Payment, PaymentType, Table
from duitpos.models.payment import PaymentStatus
from duitpos.models.payment_setup import MANUAL_KINDS
from duitpos.models.tenant import UnpaidOrders

MOST_UNPAID = 20
"""Orders of one table that wait at the counter: enough for a long table, each guest with an order."""
MOST_UNPAID_OF_UNKNOWN = 3
"""The same, for phones that never looked at the menu; staff would have to cancel each by hand."""


def prepare_unpaid(option: PayOption, table: Table, *, known: bool) -> None:
    """Check the table's limit and keep the type's account, in the caller's transaction. Raises TooMany.

    Call it after the table's starts were counted: that update makes concurrent requests of one table wait, so that
    each counts the orders of those before it.
    """
    waiting = Payment.objects.filter(
        tenant_id=table.tenant_id,
        status=PaymentStatus.PENDING,
        account__tenant_id=table.tenant_id,
        account__processor__in=MANUAL_KINDS,
        order__tenant_id=table.tenant_id,
        order__table=table,
    )
    if not known:
        waiting = waiting.filter(order__is_unknown_phone=True)
    if waiting.count() >= (MOST_UNPAID if known else MOST_UNPAID_OF_UNKNOWN):
        raise TooMany(Code.TABLE_HAS_TOO_MANY_UNPAID)
    keep_manual_account(PaymentType.objects.get(tenant_id=table.tenant_id, id=option.payment_type_id))


def send_to_kitchen_unpaid(order: Order, location: Location, at: datetime) -> None:
    """Release a held order that was just sent unpaid, where the location cooks such orders at once.

    In the caller's transaction. Raises Conflict when something sold out at this moment: unpaid, it is not sent.
    An order of an unknown phone waits until staff have its money.
    """
    if location.unpaid_orders != UnpaidOrders.AT_ONCE or order.is_unknown_phone:
        return
    if release(order, None, location, Actor("guest"), at, HELD) and sell(order, location):
        raise Conflict(Code.SOLD_OUT_MEANWHILE)
