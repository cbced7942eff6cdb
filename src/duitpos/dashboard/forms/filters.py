"""The Orders page's filters in its query string. Links are shared, so a stale or mistyped one still shows a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from duitpos.domain.orders.queries import Position
from duitpos.domain.orders.search import WAITING, OrderFilters
from duitpos.domain.orders.search_terms import LONGEST
from duitpos.models import Location
from duitpos.ui.words import ORDER

_YEARS = range(2000, 3000)
"""Other years overflow calendars, and no order is in them."""
STATES = (WAITING, *(state for state in ORDER if state != "held"))


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The filters and page of a query string, without unknown values."""

    location: Location | None
    state: str
    day: date | None
    text: str
    before: Position | None

    @property
    def filters(self) -> OrderFilters:
        """The filters as the domain takes them."""
        location_id = self.location.id if self.location else None
        return OrderFilters(location_id, self.state or None, self.day, self.text)

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.location or self.state or self.day or self.text)

    def query(self, before: Position | None = None) -> str:
        """The query string; with `before`, for the page of older orders."""
        values = {
            "location": self.location.slug if self.location else "",
            "state": self.state,
            "day": self.day.isoformat() if self.day else "",
            "q": self.text,
            "before": before.at.isoformat() if before else "",
            "below": str(before.order_id or "") if before else "",
        }
        return urlencode({name: value for name, value in values.items() if value})


def read_filters(query: QueryDict, sites: list[Location]) -> ListQuery:
    """Read the filters from a query string."""
    wanted = query.get("location", "")
    state = query.get("state", "")
    # PostgreSQL refuses text with a zero byte.
    before = read_moment(query.get("before", ""))
    text = query.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return ListQuery(
        location=next((site for site in sites if site.slug == wanted), None),
        state=state if state in STATES else "",
        day=read_day(query.get("day", "")),
        text=text,
        before=Position(before, _read_id(query.get("below", ""))) if before else None,
    )


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def read_day(text: str) -> date | None:
    """A day of a query string; None for anything else."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and day.year in _YEARS else None


def read_moment(text: str) -> datetime | None:
    """A moment of a query string; None for anything else."""
    try:
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
