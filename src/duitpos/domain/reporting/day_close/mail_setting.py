"""Say whether owners get a location's day closes by mail."""

from __future__ import annotations

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.audit import AuditKind
from duitpos.models.tenant import DayCloseMail


def set_day_close_mail(member: Membership, location: Location, how: str) -> None:
    """Set Location.day_close_mail. It counts for days that are closed from now on. Forbidden, Invalid, Gone."""
    require(member, Can.SET_UP_REPORTS)
    if how not in DayCloseMail.values:
        raise Invalid(Code.FORM_INCOMPLETE)

    def work() -> None:
        rows = Location.objects.filter(tenant_id=member.tenant_id, id=location.id)
        before = rows.values("name", "day_close_mail").first()
        if before is None or not rows.update(day_close_mail=how):
            raise Gone(Code.LOCATION_UNKNOWN)
        record_change(
            member,
            AuditKind.SETTINGS,
            before["name"],
            {"day_close_mail": before["day_close_mail"]},
            {"day_close_mail": how},
            location_id=location.id,
        )

    transact(work)
