"""Rename, move and archive a table. Its code stays the same: what is printed goes on working."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tables.create import LONGEST_AREA
from duitpos.domain.tables.names import LONGEST
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Table


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What can be edited of a table."""

    name: str
    area: str
    location_id: UUID


def facts_of(table: Table) -> TableFacts:
    """The table as it is."""
    return TableFacts(table.name, table.area, table.location_id)


def edit_table(
    member: Membership, table_id: UUID, *, seen: TableFacts, location: Location, name: str, area: str
) -> Table:
    """Give it another name, area or location. `seen`: what the person saw, so that nobody's change is lost unnoticed.

    A table that moves shows the menu and prices of its new location at the next scan; orders keep the location
    where they were made. Forbidden, Invalid, Gone, Conflict.
    """
    require(member, Can.SET_UP_TABLES)
    name, area = " ".join(name.split()), " ".join(area.split())
    if not name or len(name) > LONGEST or len(area) > LONGEST_AREA:
        raise Invalid(Code.TABLE_NAME_WRONG)
    if location.tenant_id != member.tenant_id:
        raise Gone(Code.LOCATION_UNKNOWN)

    def work() -> Table:
        mine = Table.objects.filter(tenant_id=member.tenant_id, id=table_id, is_active=True)
        as_seen = mine.filter(name=seen.name, area=seen.area, location_id=seen.location_id)
        if not as_seen.update(name=name, area=area, location=location):
            raise Conflict(Code.TABLE_CHANGED) if mine.exists() else Gone(Code.TABLE_UNKNOWN)
        for changed in {seen.location_id, location.id}:
            location_changed(changed)
        return mine.select_related("location").get()

    try:
        return transact(work)
    except IntegrityError as error:
        raise Conflict(Code.TABLE_NAME_TAKEN, location=location.name, name=name) from error


def archive_table(member: Membership, table_id: UUID) -> Table:
    """Take it off the list; its code stops working at once, its orders stay. Forbidden, Gone."""
    require(member, Can.SET_UP_TABLES)

    def work() -> Table:
        mine = Table.objects.filter(tenant_id=member.tenant_id, id=table_id)
        if not mine.filter(is_active=True).update(is_active=False):
            raise Gone(Code.TABLE_UNKNOWN)
        table = mine.select_related("location").get()
        location_changed(table.location_id)
        return table

    return transact(work)
