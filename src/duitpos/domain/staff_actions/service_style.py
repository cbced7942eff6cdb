"""Say how a location's orders reach their guests, and whether guests may send them unpaid."""

from __future__ import annotations

from django.db.models import F

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.audit import AuditKind
from duitpos.models.tenant import ServiceStyle, UnpaidOrders


def set_service_style(member: Membership, location: Location, style: str, unpaid: str = "") -> None:
    """Set Location.service_style, and Location.unpaid_orders unless empty. Forbidden, Invalid, Gone."""
    require(member, Can.EDIT_MENU)
    if style not in ServiceStyle.values or unpaid not in ("", *UnpaidOrders.values):
        raise Invalid(Code.FORM_INCOMPLETE)

    columns = {"service_style": style} | ({"unpaid_orders": unpaid} if unpaid else {})

    def work() -> None:
        rows = Location.objects.filter(tenant_id=member.tenant_id, id=location.id)
        before = rows.values("name", *columns).first()
        if before is None or not rows.update(version=F("version") + 1, **columns):
            raise Gone(Code.LOCATION_UNKNOWN)
        name = before.pop("name")
        record_change(member, AuditKind.SETTINGS, name, before, columns, location_id=location.id)
        location_changed(location.id)

    transact(work)
