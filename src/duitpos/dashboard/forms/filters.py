"""The Orders page's filters, read from its address. A link can be shared, so a stale or mistyped one still works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from duitpos.domain.orders.search import WAITING, OrderFilters
from duitpos.models import Location
from duitpos.ui.words import ORDER

_YEARS = range(2000, 3000)
"""Beyond them calendars overflow, and nobody has an order there."""
STATES = (WAITING, *(state for state in ORDER if state != "held"))


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the address asks for; what it names and we do not know is left out."""

    location: Location | None
    state: str
    day: date | None
    text: str
    before: datetime | None

    @property
    def filters(self) -> OrderFilters:
        """In the domain's words."""
        location_id = self.location.id if self.location else None
        return OrderFilters(location_id, self.state or None, self.day, self.text)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.location or self.state or self.day or self.text)

    def query(self, before: datetime | None = None) -> str:
        """The same as an address, of the page before a moment where one is given."""
        words = {
            "location": self.location.slug if self.location else "",
            "state": self.state,
            "day": self.day.isoformat() if self.day else "",
            "q": self.text,
            "before": before.isoformat() if before else "",
        }
        return urlencode({name: word for name, word in words.items() if word})


def read_filters(address: QueryDict, sites: list[Location]) -> ListQuery:
    """The filters of an address."""
    wanted = address.get("location", "")
    state = address.get("state", "")
    # PostgreSQL refuses a text with a zero byte; the longest table name has 40 characters.
    text = address.get("q", "").replace("\x00", "").strip()[:60]
    return ListQuery(
        location=next((site for site in sites if site.slug == wanted), None),
        state=state if state in STATES else "",
        day=_day(address.get("day", "")),
        text=text,
        before=_moment(address.get("before", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day is not None and day.year in _YEARS else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
