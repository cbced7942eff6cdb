"""Take sections and items off the menu, and bring them back. Nothing is deleted: orders point at the items."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.edit.items import find_item
from duitpos.domain.menus.edit.order import live_items, live_sections, next_position
from duitpos.domain.menus.edit.sections import find_section
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Membership, MenuItem, MenuSection


def archive_item(member: Membership, item_id: UUID) -> MenuItem:
    """Take an item off the menu; once more changes nothing. Forbidden, Gone."""
    require(member, Can.EDIT_MENU)

    def work() -> MenuItem:
        item = find_item(member.tenant_id, item_id)
        rows = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id, archived_at=None)
        if rows.update(archived_at=now(), version=F("version") + 1):
            menus_changed(member.tenant_id, item.currency)
        return item

    return transact(work)


def restore_item(member: Membership, item_id: UUID) -> MenuItem:
    """Bring an item back, behind the others of its section. Forbidden, Gone."""
    require(member, Can.EDIT_MENU)

    def work() -> MenuItem:
        item = find_item(member.tenant_id, item_id)
        position = next_position(live_items(member.tenant_id, item.section_id))
        rows = MenuItem.objects.filter(tenant_id=member.tenant_id, id=item_id, archived_at__isnull=False)
        if rows.update(archived_at=None, position=position, version=F("version") + 1):
            menus_changed(member.tenant_id, item.currency)
        return item

    return transact(work)


def dishes_in(section: MenuSection) -> int:
    """The number of items that leave the menu with this section: one query."""
    return live_items(section.tenant_id, section.id).count()


def archive_section(member: Membership, section_id: UUID) -> MenuSection:
    """Take a section with its items off the menu; the items keep their own state. Forbidden, Gone."""
    require(member, Can.EDIT_MENU)

    def work() -> MenuSection:
        section = find_section(member.tenant_id, section_id)
        rows = MenuSection.objects.filter(tenant_id=member.tenant_id, id=section_id, archived_at=None)
        if rows.update(archived_at=now(), version=F("version") + 1):
            menus_changed(member.tenant_id)
        return section

    return transact(work)


def restore_section(member: Membership, section_id: UUID) -> MenuSection:
    """Bring a section back behind the others, with those of its items that were on the menu. Forbidden, Gone."""
    require(member, Can.EDIT_MENU)

    def work() -> MenuSection:
        section = find_section(member.tenant_id, section_id)
        position = next_position(live_sections(member.tenant_id))
        rows = MenuSection.objects.filter(
            tenant_id=member.tenant_id, id=section_id, archived_at__isnull=False
        )
        if rows.update(archived_at=None, position=position, version=F("version") + 1):
            menus_changed(member.tenant_id)
        return section

    return transact(work)
