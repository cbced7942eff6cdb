"""Add and edit sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F

from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.menus.changed import menus_changed
from duitpos.domain.menus.edit.lines import SECTION_NAME, checked_name
from duitpos.domain.menus.edit.order import next_position
from duitpos.domain.menus.edit.served import ALWAYS, checked_serving, columns_of
from duitpos.domain.menus.edit.translations import checked_texts, store_texts
from duitpos.domain.menus.serving import Serving
from duitpos.domain.menus.texts import Text
from duitpos.domain.people.roles import Can, require
from duitpos.kit.transact import transact
from duitpos.models import Membership, MenuSection
from duitpos.models.menu import TextKind


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """What a section's form says. `texts`: by language; an empty one deletes the translation."""

    name: str
    serving: Serving = ALWAYS
    texts: Mapping[str, Text] = field(default_factory=dict)


def find_section(tenant_id: UUID, section_id: UUID) -> MenuSection:
    """A section of this restaurant, also an archived one. Gone."""
    section = MenuSection.objects.filter(tenant_id=tenant_id, id=section_id).first()
    if section is None:
        raise Gone(Code.SECTION_UNKNOWN)
    return section


def add_section(member: Membership, name: str) -> MenuSection:
    """Add a section behind the last one. Forbidden, Invalid."""
    require(member, Can.EDIT_MENU)
    name = checked_name(name, SECTION_NAME)

    def work() -> MenuSection:
        mine = MenuSection.objects.filter(tenant_id=member.tenant_id)
        section = MenuSection.objects.create(
            tenant_id=member.tenant_id, name=name, position=next_position(mine)
        )
        menus_changed(member.tenant_id)
        return section

    return transact(work)


def edit_section(member: Membership, section_id: UUID, version: int, draft: SectionDraft) -> None:
    """Save a section that was read at `version`. Forbidden, Invalid, Gone; Conflict if somebody changed it since."""
    require(member, Can.EDIT_MENU)
    values = {"name": checked_name(draft.name, SECTION_NAME), **columns_of(checked_serving(draft.serving))}
    texts = checked_texts(draft.texts, SECTION_NAME)

    def work() -> None:
        rows = MenuSection.objects.filter(tenant_id=member.tenant_id, id=section_id)
        if not rows.filter(version=version).update(version=F("version") + 1, **values):
            raise Conflict(Code.SECTION_CHANGED) if rows.exists() else Gone(Code.SECTION_UNKNOWN)
        store_texts(member.tenant_id, TextKind.SECTION, section_id, texts)
        menus_changed(member.tenant_id)

    transact(work)
