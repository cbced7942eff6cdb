"""Give tables new codes; the old ones are invalid at once."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Gone
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, Table
from duitpos.models.audit import AuditKind


def rotate_token(member: Membership, table_id: UUID) -> Table:
    """Give the table a new token; its printed code must be replaced. Forbidden, Gone."""
    require(member, Can.SET_UP_TABLES)

    def work() -> Table:
        mine = Table.objects.filter(tenant_id=member.tenant_id, id=table_id, is_active=True)
        if not mine.update(token=secret_token(), token_rotated_at=now()):
            raise Gone(Code.TABLE_UNKNOWN)
        table = mine.select_related("location").get()
        record_change(
            member, AuditKind.SETTINGS, table.name, {}, {"table_codes": 1}, location_id=table.location_id
        )
        location_changed(table.location_id)
        return table

    return transact(work)


def rotate_all(member: Membership, location: Location) -> int:
    """Give every table of the location a new token; returns how many. Forbidden, Gone."""
    require(member, Can.SET_UP_TABLES)
    if location.tenant_id != member.tenant_id:
        raise Gone(Code.LOCATION_UNKNOWN)

    def work() -> int:
        tables = list(Table.objects.filter(tenant_id=member.tenant_id, location=location, is_active=True))
        at = now()
        for table in tables:
            table.token, table.token_rotated_at = secret_token(), at
        Table.objects.filter(tenant_id=member.tenant_id).bulk_update(
            tables, ["token", "token_rotated_at"], batch_size=200
        )
        record_change(
            member,
            AuditKind.SETTINGS,
            location.name,
            {},
            {"table_codes": len(tables)},
            location_id=location.id,
        )
        location_changed(location.id)
        return len(tables)

    return transact(work)
