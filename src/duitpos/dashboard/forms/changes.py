"""The filters of the audit log in its query string. A stale or mistyped link still shows a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict

from duitpos.dashboard.forms.filters import read_day, read_moment
from duitpos.domain.audit.read import AuditFilters, Cursor
from duitpos.models import Membership
from duitpos.models.audit import AuditKind


@dataclass(frozen=True, slots=True)
class ChangesQuery:
    """The filters and page of a query string, without unknown values."""

    person: Membership | None
    kind: str
    day: date | None
    before: Cursor | None

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.person or self.kind or self.day)

    def filters(self, zone: ZoneInfo) -> AuditFilters:
        """The filters as the domain takes them; a day is the calendar day in this zone."""
        since = until = None
        if self.day is not None:
            since = datetime.combine(self.day, time.min, zone).astimezone(UTC)
            until = datetime.combine(self.day + timedelta(days=1), time.min, zone).astimezone(UTC)
        return AuditFilters(self.person.id if self.person else None, self.kind, since, until)

    def query(self, before: Cursor | None = None) -> str:
        """The query string; with `before`, for the page of older entries."""
        values = {
            "person": str(self.person.id) if self.person else "",
            "kind": self.kind,
            "day": self.day.isoformat() if self.day else "",
            "before": before.at.isoformat() if before else "",
            "id": str(before.entry_id) if before else "",
        }
        return urlencode({name: value for name, value in values.items() if value})


def read_changes(query: QueryDict, people: Sequence[Membership]) -> ChangesQuery:
    """Read the filters from a query string."""
    kind, wanted = query.get("kind", ""), query.get("person", "")
    at, entry_id = read_moment(query.get("before", "")), _id(query.get("id", ""))
    return ChangesQuery(
        person=next((one for one in people if str(one.id) == wanted), None),
        kind=kind if kind in AuditKind.values else "",
        day=read_day(query.get("day", "")),
        before=Cursor(at, entry_id) if at is not None and entry_id is not None else None,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
