"""Set an item's stock status at one location: in stock, limited or out of stock."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.menus.changed import menu_changed
from duitpos.domain.people.roles import Can, require
from duitpos.kit.transact import transact
from duitpos.models import ItemStock, Location, Membership, MenuItem
from duitpos.models.menu import StockStatus


def set_stock(
    member: Membership, location: Location, item_id: UUID, status: str, quantity: int | None = None
) -> None:
    """Set an item's stock status; `quantity` is the number left, for `limited` only. Forbidden, Invalid, Gone."""
    require(member, Can.SET_STOCK)
    if status not in StockStatus.values:
        raise Invalid(Code.STOCK_STATUS_UNKNOWN)
    if (status == StockStatus.LIMITED) != (quantity is not None and quantity > 0):
        raise Invalid(Code.STOCK_QUANTITY_WRONG)

    def work() -> None:
        item = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id).first()
        if item is None or location.tenant_id != member.tenant_id:
            raise Gone(Code.ITEM_UNKNOWN)
        # One upsert, so that two concurrent requests end with one row.
        ItemStock.objects.bulk_create(
            [
                ItemStock(
                    tenant_id=member.tenant_id, location=location, item=item, status=status, quantity=quantity
                )
            ],
            update_conflicts=True,
            unique_fields=["tenant", "location", "item"],
            update_fields=["status", "quantity", "changed_at"],
        )
        menu_changed(member.tenant_id, location.id)

    transact(work)
