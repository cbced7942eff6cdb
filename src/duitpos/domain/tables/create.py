"""Create tables, each with its own code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Max

from duitpos.domain.errors import Code, Conflict, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tables.names import LONGEST
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Table

LONGEST_AREA = 60


@dataclass(frozen=True, slots=True)
class Created:
    """`restored` were archived: they have the code again that was printed for them."""

    new: tuple[Table, ...]
    restored: tuple[Table, ...]

    @property
    def first(self) -> Table:
        """One of them, to show it."""
        return (*self.new, *self.restored)[0]


def create_tables(member: Membership, location: Location, names: Sequence[str], area: str = "") -> Created:
    """Add tables after the last one of their location: all, or none. An archived table with such a name is restored.

    Forbidden, Invalid, Conflict when names are taken there.
    """
    require(member, Can.SET_UP_TABLES)
    wanted, area = [" ".join(name.split()) for name in names], " ".join(area.split())
    if not wanted or any(not name or len(name) > LONGEST for name in wanted) or len(area) > LONGEST_AREA:
        raise Invalid(Code.TABLE_NAME_WRONG)
    if location.tenant_id != member.tenant_id:
        raise Gone(Code.LOCATION_UNKNOWN)

    def work() -> Created:
        mine = Table.objects.filter(tenant_id=member.tenant_id, location=location)
        there = {table.name: table for table in mine.filter(name__in=wanted)}
        taken = [name for name in wanted if name in there and there[name].is_active]
        if taken:
            raise _taken(location, taken)
        last = mine.aggregate(last=Max("position"))["last"]
        begin = 0 if last is None else last + 1
        restored = []
        for name in wanted:
            if name in there:
                # Not active any more only if nobody restored it since it was read.
                if not mine.filter(id=there[name].id, is_active=False).update(is_active=True, area=area):
                    raise _taken(location, [name])
                restored.append(there[name])
        new = Table.objects.bulk_create(
            Table(
                tenant_id=member.tenant_id,
                location=location,
                name=name,
                area=area,
                position=begin + number,
            )
            for number, name in enumerate(name for name in wanted if name not in there)
        )
        if restored:
            location_changed(location.id)
        return Created(tuple(new), tuple(restored))

    try:
        return transact(work)
    except IntegrityError as error:
        # Somebody else took one of the names after the check above.
        raise _taken(location, wanted) from error


def create_table(member: Membership, location: Location, name: str, area: str = "") -> Table:
    """Add one table, whose name is no range. As create_tables()."""
    return create_tables(member, location, [name], area).first


def _taken(location: Location, names: Sequence[str]) -> Conflict:
    return Conflict(Code.TABLE_NAME_TAKEN, location=location.name, name=", ".join(names[:5]))
