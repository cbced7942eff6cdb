"""86: mark an item or a modifier sold out at one location, and bring it back; limit an item's stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet

from duitpos.domain.audit.record import Value, record_change
from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.menus.changed import menu_changed
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.how_long import until_of
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import ItemStock, Location, Membership, MenuItem, Modifier, ModifierStock
from duitpos.models.audit import AuditKind
from duitpos.models.menu import StockStatus

_NEVER_OUT: Mapping[str, Value] = {
    "status": StockStatus.IN_STOCK,
    "quantity": None,
    "until": None,
}


class Stocked(StrEnum):
    """What can be sold out."""

    ITEM = "item"
    MODIFIER = "modifier"


@dataclass(frozen=True, slots=True)
class Changed:
    """The name of what was changed, and when it comes back by itself, if it is sold out and does."""

    name: str
    until: datetime | None = None


def sold_out(member: Membership, location: Location, kind: Stocked, row_id: UUID, how_long: str) -> Changed:
    """Mark it sold out for as long as `how_long` says (tenancy/how_long.py). Forbidden, Invalid, Gone."""
    require(member, Can.SET_STOCK)
    until = until_of(location, how_long, now())
    if kind is Stocked.ITEM:
        name = set_stock(member, location, row_id, StockStatus.OUT_OF_STOCK, until=until)
    else:
        name = _change_modifier(member, location, row_id, lambda: _out_of_stock(location, row_id, until))
    return Changed(name, until)


def back(member: Membership, location: Location, kind: Stocked, row_id: UUID) -> Changed:
    """Put it in stock again, without a limit. Forbidden, Gone."""
    if kind is Stocked.ITEM:
        return Changed(set_stock(member, location, row_id, StockStatus.IN_STOCK))
    return Changed(_change_modifier(member, location, row_id, lambda: _in_stock(location, row_id)))


def set_stock(
    member: Membership,
    location: Location,
    item_id: UUID,
    status: str,
    quantity: int | None = None,
    until: datetime | None = None,
) -> str:
    """Set an item's stock status; returns the item's name. Forbidden, Invalid, Gone.

    `quantity` is the number left, for `limited` only. `until` is when it comes back by itself, for `out_of_stock`
    only; without it, it stays out until somebody changes it.
    """
    require(member, Can.SET_STOCK)
    if status not in StockStatus.values:
        raise Invalid(Code.STOCK_STATUS_UNKNOWN)
    if (status == StockStatus.LIMITED) != (quantity is not None and quantity > 0):
        raise Invalid(Code.STOCK_QUANTITY_WRONG)
    if until is not None and status != StockStatus.OUT_OF_STOCK:
        raise Invalid(Code.HOW_LONG_UNKNOWN)

    def work() -> str:
        item = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id, archived_at=None).first()
        if item is None or location.tenant_id != member.tenant_id:
            raise Gone(Code.ITEM_UNKNOWN)
        mine = ItemStock.objects.filter(tenant_id=member.tenant_id, location=location, item=item)
        row = mine.first()
        before: Mapping[str, Value] = (
            _NEVER_OUT
            if row is None
            else {"status": row.status, "quantity": row.quantity, "until": row.until}
        )
        # One upsert, so that two concurrent requests end with one row.
        ItemStock.objects.bulk_create(
            [
                ItemStock(
                    tenant_id=member.tenant_id,
                    location=location,
                    item=item,
                    status=status,
                    quantity=quantity,
                    until=until,
                )
            ],
            update_conflicts=True,
            unique_fields=["tenant", "location", "item"],
            # With `until`: the end of an earlier absence must not end this one.
            update_fields=["status", "quantity", "until", "changed_at"],
        )
        after: dict[str, Value] = {"status": status, "quantity": quantity, "until": until}
        record_change(member, AuditKind.SOLD_OUT, item.name, before, after, location_id=location.id)
        menu_changed(member.tenant_id, location.id)
        return item.name

    return transact(work)


def _change_modifier(
    member: Membership, location: Location, modifier_id: UUID, change: Callable[[], None]
) -> str:
    require(member, Can.SET_STOCK)

    def work() -> str:
        known = Modifier.objects.filter(tenant_id=member.tenant_id, id=modifier_id, archived_at=None)
        name = known.values_list("name", flat=True).first()
        if name is None or location.tenant_id != member.tenant_id:
            raise Gone(Code.ITEM_UNKNOWN)
        stock = ModifierStock.objects.filter(
            tenant_id=member.tenant_id, location=location, modifier_id=modifier_id
        )
        before = _of_modifier(stock)
        change()
        record_change(member, AuditKind.SOLD_OUT, name, before, _of_modifier(stock), location_id=location.id)
        menu_changed(member.tenant_id, location.id)
        return name

    return transact(work)


def _of_modifier(rows: QuerySet[ModifierStock]) -> Mapping[str, Value]:
    row = rows.values("until").first()
    return (
        _NEVER_OUT
        if row is None
        else {"status": StockStatus.OUT_OF_STOCK, "quantity": None, "until": row["until"]}
    )


def _out_of_stock(location: Location, modifier_id: UUID, until: datetime | None) -> None:
    ModifierStock.objects.bulk_create(
        [
            ModifierStock(
                tenant_id=location.tenant_id, location=location, modifier_id=modifier_id, until=until
            )
        ],
        update_conflicts=True,
        unique_fields=["tenant", "location", "modifier"],
        update_fields=["until", "changed_at"],
    )


def _in_stock(location: Location, modifier_id: UUID) -> None:
    """No row means in stock."""
    ModifierStock.objects.filter(
        tenant_id=location.tenant_id, location=location, modifier_id=modifier_id
    ).delete()
