"""Take an order's quantities from limited stock, and return them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from duitpos.domain.menus.changed import menu_changed
from duitpos.kit.clock import now
from duitpos.kit.facts import Facts
from duitpos.models import ItemStock, Location, ModifierStock, Order, OrderLine
from duitpos.models.menu import StockStatus


@dataclass(frozen=True, slots=True)
class Short:
    """What of an order cannot be served: names for people, and the ids of the order's lines."""

    names: tuple[str, ...] = ()
    lines: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names)

    def __add__(self, other: Short) -> Short:
        lines = dict.fromkeys((*self.lines, *other.lines))
        return Short((*self.names, *other.names), tuple(lines))

    def facts(self) -> Facts:
        """The facts of an alert about it."""
        return {"dishes": list(self.names), "lines": [str(line) for line in self.lines]}


def sell(order: Order, location: Location) -> Short:
    """Lower limited stock in the caller's transaction; returns the items with too little stock.

    A compare-and-set per stock row: two orders cannot take the last one. One query when no stock is limited.
    """
    ordered = OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id)
    stock = ItemStock.objects.filter(
        tenant_id=order.tenant_id, location_id=location.id, item_id__in=ordered.values("item_id")
    )
    scarce = [row for row in stock.exclude(status=StockStatus.IN_STOCK) if not _is_back(row)]
    if not scarce:
        return Short()
    wanted: Counter[UUID] = Counter()
    names: dict[UUID, str] = {}
    lines = list(OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id).order_by("position"))
    for line in lines:
        wanted[line.item_id] += line.quantity
        names[line.item_id] = line.name
    # Always in the same order, so that two orders of the same dishes do not deadlock.
    short = [row for row in sorted(scarce, key=lambda row: row.id) if not _take(row, wanted[row.item_id])]
    taken = {str(row.item_id): wanted[row.item_id] for row in scarce if row not in short}
    if taken:
        # Stored, so that `put_back` returns exactly these quantities even if the stock was changed meanwhile.
        Order.objects.filter(tenant_id=order.tenant_id, id=order.id).update(stock_taken=taken)
        menu_changed(location.tenant_id, location.id)
    gone = {row.item_id for row in short}
    return Short(
        tuple(names[row.item_id] for row in short), tuple(line.id for line in lines if line.item_id in gone)
    )


def take(order: Order, item_id: UUID, count: int) -> bool:
    """Take a further dish for an order from limited stock, in the caller's transaction; False if too few are left."""
    here = ItemStock.objects.filter(tenant_id=order.tenant_id, location_id=order.location_id, item_id=item_id)
    row = here.exclude(status=StockStatus.IN_STOCK).first()
    if row is None or _is_back(row):
        return True
    if not _take(row, count):
        return False
    orders = Order.objects.filter(tenant_id=order.tenant_id, id=order.id)
    taken: dict[str, int] = orders.values_list("stock_taken", flat=True).get()
    orders.update(stock_taken={**taken, str(item_id): taken.get(str(item_id), 0) + count})
    menu_changed(order.tenant_id, order.location_id)
    return True


def choices_sold_out(order: Order, location: Location) -> Short:
    """The order's choices that are sold out now, with their dishes' names. One query when none is."""
    out = ModifierStock.objects.filter(tenant_id=order.tenant_id, location_id=location.id)
    at = now()
    gone = {str(row.modifier_id) for row in out if row.until is None or row.until > at}
    if not gone:
        return Short()
    lines = OrderLine.objects.filter(tenant_id=order.tenant_id, order_id=order.id).order_by("position")
    found = [
        (line.id, f"{line.name}: {choice['name']}")
        for line in lines
        for choice in line.modifiers
        if choice["id"] in gone
    ]
    return Short(
        tuple(name for _id, name in found), tuple(dict.fromkeys(line_id for line_id, _name in found))
    )


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
