"""The menu list's filters in its query string. A stale or mistyped one still shows a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from duitpos.domain.menus.edit.listing import MenuFilters
from duitpos.kit.clean_text import one_line
from duitpos.models import Location

ARCHIVED, SOLD_OUT = "archived", "sold-out"


@dataclass(frozen=True, slots=True)
class MenuQuery:
    """The filters and the page, without unknown values."""

    text: str = ""
    section_id: UUID | None = None
    location: Location | None = None
    show: str = ""
    page: int = 1

    @property
    def filters(self) -> MenuFilters:
        """The filters as the domain takes them."""
        return MenuFilters(
            text=self.text,
            section_id=self.section_id,
            location=self.location,
            is_archived=self.show == ARCHIVED,
            is_sold_out=self.show == SOLD_OUT,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.text or self.section_id or self.location or self.show)

    @property
    def keeps_order(self) -> bool:
        """Whether the list has all items of its sections, so that they can be put in order."""
        return not (self.text or self.location or self.show)

    def query(self, page: int | None = None) -> str:
        """The query string; with `page`, of that page."""
        number = self.page if page is None else page
        values = {
            "q": self.text,
            "section": str(self.section_id or ""),
            "location": self.location.slug if self.location else "",
            "show": self.show,
            "page": str(number) if number > 1 else "",
        }
        return urlencode({name: value for name, value in values.items() if value})


def read_menu_query(query: Mapping[str, str], sites: Sequence[Location]) -> MenuQuery:
    """Read the filters."""
    show, page = query.get("show", ""), query.get("page", "")
    return MenuQuery(
        text=one_line(query.get("q", ""))[:60],
        section_id=_uuid(query.get("section", "")),
        location=next((site for site in sites if site.slug == query.get("location")), None),
        show=show if show in (ARCHIVED, SOLD_OUT) else "",
        # More digits than any menu has pages.
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )


def read_kept_query(text: str, sites: Sequence[Location]) -> MenuQuery:
    """The filters of the list from which a form was sent: its field `list`."""
    return read_menu_query(dict(parse_qsl(text[:1000])), sites)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
