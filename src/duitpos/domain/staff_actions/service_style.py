"""Say how a location's orders reach their guests."""

from __future__ import annotations

from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.tenant import ServiceStyle


def set_service_style(member: Membership, location: Location, style: str) -> None:
    """Set Location.service_style. Forbidden, Invalid, Gone."""
    require(member, Can.EDIT_MENU)
    if style not in ServiceStyle.values:
        raise Invalid(Code.FORM_INCOMPLETE)

    def work() -> None:
        if not Location.objects.filter(tenant_id=member.tenant_id, id=location.id).update(
            service_style=style
        ):
            raise Gone(Code.LOCATION_UNKNOWN)
        location_changed(location.id)

    transact(work)
