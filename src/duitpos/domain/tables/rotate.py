"""Give a table a new code; the old one is invalid at once."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.errors import Code, Gone
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.kit.transact import transact
from duitpos.models import Membership, Table


def rotate_token(member: Membership, table_id: UUID) -> Table:
    """Give the table a new token; its printed code must be replaced. Forbidden, Gone."""
    require(member, Can.SET_UP_TABLES)

    def work() -> Table:
        mine = Table.objects.filter(tenant_id=member.tenant_id, id=table_id, is_active=True)
        if not mine.update(token=secret_token(), token_rotated_at=now()):
            raise Gone(Code.TABLE_UNKNOWN)
        table = mine.select_related("location").get()
        location_changed(table.location_id)
        return table

    return transact(work)
