"""Take an order's quantities from limited stock, and return them."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.db.models import F

from duitpos.domain.menus.changed import menu_changed
from duitpos.kit.clock import now
from duitpos.models import ItemStock, Location, ModifierStock, Order, OrderLine
from duitpos.models.menu import StockStatus


def sell(order: Order, location: Location) -> list[str]:
    """Lower limited stock in the caller's transaction; returns the names of items with too little stock.

    A compare-and-set per stock row: two orders cannot take the last one. One query when no stock is limited.
    """
    ordered = OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    stock = ItemStock.objects.filter(
        tenant_id=order.tenant_id, location_id=location.id, item_id__in=ordered.values("item_id")
    )
    scarce = [row for row in stock.exclude(status=StockStatus.IN_STOCK) if not _is_back(row)]
    if not scarce:
        return []
    wanted: Counter[UUID] = Counter()
    names: dict[UUID, str] = {}
    for line in OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id):
        wanted[line.item_id] += line.quantity
        names[line.item_id] = line.name
    # Always in the same order, so that two orders of the same dishes do not deadlock.
    short = [row for row in sorted(scarce, key=lambda row: row.id) if not _take(row, wanted[row.item_id])]
    taken = {str(row.item_id): wanted[row.item_id] for row in scarce if row not in short}
    if taken:
        # Stored, so that `put_back` returns exactly these quantities even if the stock was changed meanwhile.
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).update(stock_taken=taken)
        menu_changed(location.tenant_id, location.id)
    return [names[row.item_id] for row in short]


def choices_sold_out(order: Order, location: Location) -> list[str]:
    """The names of the order's choices that are sold out now, with their dishes' names. One query when none is."""
    out = ModifierStock.objects.filter(tenant_id=order.tenant_id, location_id=location.id)
    at = now()
    gone = {str(row.modifier_id) for row in out if row.until is None or row.until > at}
    if not gone:
        return []
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id).order_by("position")
    return [
        f"{line.name}: {choice['name']}"
        for line in lines
        for choice in line.modifiers
        if choice["id"] in gone
    ]


def put_back(order: Order) -> bool:
    """Return the order's quantities to limited stock, in the transaction that ended the order; True if there were any.

    Only stock that is still counted changes: an item taken off by hand, or no longer limited, stays as it is.
    """
    orders = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    taken: dict[str, int] = orders.values_list("stock_taken", flat=True).get()
    if not taken:
        return False
    orders.update(stock_taken={})
    stock = ItemStock.objects.filter(
        tenant_id=order.tenant_id, location_id=order.location_id, item_id__in=list(taken)
    )
    for row in sorted(stock, key=lambda row: row.id):
        mine = ItemStock.objects.filter(tenant_id=row.tenant_id, id=row.id, quantity__isnull=False)
        count = taken[str(row.item_id)]
        counted = mine.exclude(status=StockStatus.IN_STOCK)
        # Stock that sold out has quantity 0; stock taken off by hand has none.
        counted.update(quantity=F("quantity") + count, status=StockStatus.LIMITED)
    menu_changed(order.tenant_id, order.location_id)
    return True


def _is_back(row: ItemStock) -> bool:
    """Whether it sold out until an instant that is over; then it is stored as in stock, which the confirm reads."""
    if row.until is None or row.until > now():
        return False
    mine = ItemStock.objects.filter(tenant_id=row.tenant_id, id=row.id, until=row.until)
    mine.update(status=StockStatus.IN_STOCK, until=None)
    return True


def _take(row: ItemStock, count: int) -> bool:
    mine = ItemStock.objects.filter(tenant_id=row.tenant_id, id=row.id, status=StockStatus.LIMITED)
    if not mine.filter(quantity__gte=count).update(quantity=F("quantity") - count):
        return False
    mine.filter(quantity=0).update(status=StockStatus.OUT_OF_STOCK)
    return True
