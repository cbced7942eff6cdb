"""Create a table with its own code."""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import Max

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Table


def create_table(member: Membership, location: Location, name: str, area: str = "") -> Table:
    """Add a table after the last one of its location. Forbidden, Invalid, Conflict when the name is taken there."""
    require(member, Can.SET_UP_TABLES)
    name, area = " ".join(name.split()), " ".join(area.split())
    if not name or len(name) > 40 or len(area) > 60:
        raise Invalid(Code.TABLE_NAME_WRONG)
    if location.tenant_id != member.tenant_id:
        raise Gone(Code.LOCATION_UNKNOWN)

    def work() -> Table:
        mine = Table.objects.filter(tenant_id=member.tenant_id, location=location)
        if mine.filter(name=name).exists():
            raise _taken(location, name)
        last = mine.aggregate(last=Max("position"))["last"]
        return Table.objects.create(
            tenant_id=member.tenant_id,
            location=location,
            name=name,
            area=area,
            position=0 if last is None else last + 1,
        )

    try:
        return transact(work)
    except IntegrityError as error:
        raise _taken(location, name) from error


def _taken(location: Location, name: str) -> Conflict:
    return Conflict(Code.TABLE_NAME_TAKEN, location=location.name, name=name)
