"""Close a location for good, and open it again (M108)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Gone
from duitpos.domain.payments.settlement.open_pages import check_open_pages
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.find import forget_locations
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.audit import AuditKind


def close_location(member: Membership, location_id: UUID) -> None:
    """Take no orders there any more; nothing happens if it is closed already. Forbidden, Gone.

    Its guests who are on a processor's page cannot pay any more as soon as the sweep has closed that page. Money that
    comes all the same is decided by staff: nobody cooks there.
    """
    _change(member, location_id, now())


def reopen_location(member: Membership, location_id: UUID) -> None:
    """Take orders there again; nothing happens if it does. Forbidden, Gone."""
    _change(member, location_id, None)


def _change(member: Membership, location_id: UUID, closed_at: datetime | None) -> None:
    require(member, Can.SET_UP_LOCATIONS)

    def work() -> None:
        mine = Location.objects.filter(tenant_id=member.tenant_id, id=location_id)
        name = mine.values_list("name", flat=True).first()
        if name is None:
            raise Gone(Code.LOCATION_UNKNOWN)
        closes = closed_at is not None
        if not mine.filter(closed_at__isnull=closes).update(closed_at=closed_at):
            return
        record_change(
            member,
            AuditKind.SETTINGS,
            name,
            {"closed_for_good": not closes},
            {"closed_for_good": closes},
            location_id=location_id,
        )
        if closed_at is not None:
            check_open_pages(member.tenant_id, location_id, closed_at)
        location_changed(location_id)

    transact(work)
    forget_locations(member.tenant)
