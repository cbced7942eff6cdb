"""Where money leaves the order: the first table of money-path, row by row.

Money never bounces off a rule. It is recorded first; what is wrong opens an Attention with a next step.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from duitpos.domain.attention.open import open_attention
from duitpos.domain.orders.advance import Actor
from duitpos.domain.orders.release import release
from duitpos.domain.orders.states import CANCELED, HELD
from duitpos.domain.tenancy.hours import is_open
from duitpos.kit.statements import Prepared
from duitpos.models import ItemStock, Location, Order, OrderLine, Payment
from duitpos.models.attention import AttentionKind
from duitpos.models.menu import StockStatus
from duitpos.processors.base import PaymentSnapshot

_SCARCE = Prepared(
    lambda tenant_id, location_id, order_id: ItemStock.objects.filter(
        tenant_id=tenant_id,
        location_id=location_id,
        item_id__in=OrderLine.objects.filter(tenant_id=tenant_id, order_id=order_id).values("item_id"),
    ).exclude(status=StockStatus.IN_STOCK),
    UUID,
    UUID,
    UUID,
)


def order_after_money(
    payment: Payment, snapshot: PaymentSnapshot, actor: Actor, at: datetime, *, late: bool
) -> bool:
    """What the order does now that `payment` succeeded; True when this payment released it to the kitchen."""
    order, location = payment.order, payment.location
    if order is None or location is None:
        _attend(payment, AttentionKind.UNKNOWN_PAYMENT, at)
        return False
    wrong = _mismatch(payment, snapshot)
    if wrong:
        _attend(payment, wrong, at, detail=_difference(payment))
        return False
    if not release(order, payment, location, actor, at, HELD):
        _attend(payment, _why_not_released(order), at)
        return False
    problem = _problem_of_a_released_order(order, location, at, late=late)
    if problem:
        kind, detail = problem
        _attend(payment, kind, at, detail=detail)
    return True


def _mismatch(payment: Payment, snapshot: PaymentSnapshot) -> str:
    if snapshot.is_live == payment.is_test:
        return AttentionKind.MODE_DIFFERS
    if snapshot.amount is None or snapshot.amount != payment.amount:
        return AttentionKind.AMOUNT_DIFFERS
    return ""


def _difference(payment: Payment) -> str:
    return _("%(moved)s moved, %(asked)s was asked for.") % {"moved": payment.moved, "asked": payment.amount}


def _why_not_released(order: Order) -> str:
    """The release lost its guard: canceled meanwhile, or released by another payment (M16). Read afresh here."""
    status = (
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).values_list("status", flat=True).get()
    )
    return AttentionKind.ORDER_CANCELED if status == CANCELED else AttentionKind.DUPLICATE_PAYMENT


def _problem_of_a_released_order(
    order: Order, location: Location, at: datetime, *, late: bool
) -> tuple[str, str] | None:
    """It is placed in any case; what the restaurant must confirm goes to Attention."""
    short = take_from_stock(order, location)
    if short:
        return AttentionKind.SOLD_OUT_AFTER_PAYMENT, ", ".join(short)
    if not is_open(location, at):
        return AttentionKind.PAID_WHILE_CLOSED, ""
    if late:
        return AttentionKind.LATE_MONEY, ""
    return None


def take_from_stock(order: Order, location: Location) -> list[str]:
    """Take what was sold from limited stock, in the caller's transaction; the names of what there is not enough of.

    A compare-and-set per stock row: two orders cannot take the last one.
    """
    rows = _SCARCE.rows(order.tenant_id, location.id, order.id)
    if not rows:
        return []
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    wanted: dict[object, tuple[str, int]] = {}
    for line in lines:
        _, before = wanted.get(line.item_id, ("", 0))
        wanted[line.item_id] = (line.name, before + line.quantity)
    return [name for row in rows for name, count in [wanted[row.item_id]] if not _take(row, count, location)]


def _take(row: ItemStock, count: int, location: Location) -> bool:
    mine = ItemStock.objects.filter(tenant_id=row.tenant_id, id=row.id, status=StockStatus.LIMITED)
    if not mine.filter(quantity__gte=count).update(quantity=F("quantity") - count):
        return False
    if mine.filter(quantity=0).update(status=StockStatus.OUT_OF_STOCK):
        Location.objects.filter(tenant_id=row.tenant_id, id=location.id).update(
            menu_version=F("menu_version") + 1
        )
    return True


def _attend(payment: Payment, kind: str, at: datetime, detail: str = "") -> None:
    open_attention(
        payment.tenant_id,
        kind,
        payment.id,
        at,
        order=payment.order,
        payment=payment,
        amount=payment.moved,
        detail=detail,
    )
