"""Duplicate items and sections, to change the copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.edit.items import find_item
from duitpos.domain.menus.edit.lines import ITEM_NAME, SECTION_NAME
from duitpos.domain.menus.edit.order import again, live_items, live_sections, place_after
from duitpos.domain.menus.edit.sections import find_section
from duitpos.domain.menus.edit.translations import copy_texts
from duitpos.domain.people.roles import Can, require
from duitpos.kit.ids import uuid7
from duitpos.models import ItemGroup, ItemPrice, Membership, MenuItem, MenuSection
from duitpos.models.menu import TextKind


def duplicate_item(member: Membership, item_id: UUID, name: str) -> MenuItem:
    """A copy named `name` right behind the item, with prices, groups and translations; its stock is not copied.

    Forbidden, Gone, Conflict.
    """
    require(member, Can.EDIT_MENU)

    def work() -> MenuItem:
        item = find_item(member.tenant_id, item_id)
        [copy] = _copies(member.tenant_id, [item], item.section, {item.id: name[:ITEM_NAME]})
        rows = list(live_items(member.tenant_id, item.section_id))
        mine = MenuItem.objects.filter(tenant_id=member.tenant_id)
        place_after(rows, mine, copy, item.id)
        menus_changed(member.tenant_id, item.currency)
        return copy

    return again(work)


def duplicate_section(member: Membership, section_id: UUID, name: str) -> MenuSection:
    """A copy named `name` right behind the section, with copies of its items that are on the menu.

    Forbidden, Gone, Conflict.
    """
    require(member, Can.EDIT_MENU)

    def work() -> MenuSection:
        section = find_section(member.tenant_id, section_id)
        copy = MenuSection.objects.create(
            tenant_id=member.tenant_id,
            name=name[:SECTION_NAME],
            position=section.position,
            days=section.days,
            served_from=section.served_from,
            served_until=section.served_until,
        )
        copy_texts(member.tenant_id, TextKind.SECTION, {section.id: copy.id})
        _copies(member.tenant_id, list(live_items(member.tenant_id, section.id)), copy, {})
        mine = MenuSection.objects.filter(tenant_id=member.tenant_id)
        place_after(list(live_sections(member.tenant_id)), mine, copy, section.id)
        menus_changed(member.tenant_id)
        return copy

    return again(work)


def _copies(
    tenant_id: UUID, items: Sequence[MenuItem], section: MenuSection, names: Mapping[UUID, str]
) -> list[MenuItem]:
    ids = {item.id: uuid7() for item in items}
    copies = [
        MenuItem(
            id=ids[item.id],
            tenant_id=tenant_id,
            section=section,
            name=names.get(item.id, item.name),
            description=item.description,
            price_minor=item.price_minor,
            currency=item.currency,
            marks=item.marks,
            allergens=item.allergens,
            tax_class=item.tax_class,
            photo_id=item.photo_id,
            position=item.position,
            days=item.days,
            served_from=item.served_from,
            served_until=item.served_until,
        )
        for item in items
    ]
    MenuItem.objects.bulk_create(copies)
    prices = ItemPrice.objects.filter(tenant_id=tenant_id, item_id__in=list(ids))
    ItemPrice.objects.bulk_create(
        ItemPrice(
            tenant_id=tenant_id,
            item_id=ids[price.item_id],
            location_id=price.location_id,
            price_minor=price.price_minor,
        )
        for price in prices
    )
    links = ItemGroup.objects.filter(tenant_id=tenant_id, item_id__in=list(ids))
    ItemGroup.objects.bulk_create(
        ItemGroup(
            tenant_id=tenant_id, item_id=ids[link.item_id], group_id=link.group_id, position=link.position
        )
        for link in links
    )
    copy_texts(tenant_id, TextKind.ITEM, ids)
    return copies
