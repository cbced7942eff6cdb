"""Say whether owners get a location's day closes by mail."""

from __future__ import annotations

from duitpos.domain.errors import Code, Gone, Invalid
from duitpos.domain.people.roles import Can, require
from duitpos.models import Location, Membership
from duitpos.models.tenant import DayCloseMail


def set_day_close_mail(member: Membership, location: Location, how: str) -> None:
    """Set Location.day_close_mail. It counts for days that are closed from now on. Forbidden, Invalid, Gone."""
    require(member, Can.SET_UP_REPORTS)
    if how not in DayCloseMail.values:
        raise Invalid(Code.FORM_INCOMPLETE)
    if not Location.objects.filter(tenant_id=member.tenant_id, id=location.id).update(day_close_mail=how):
        raise Gone(Code.LOCATION_UNKNOWN)
