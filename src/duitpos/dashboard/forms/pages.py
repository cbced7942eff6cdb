"""The page of a long list: its number in the query string, and the links to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

_MOST_DIGITS = 6


def text_in(query: QueryDict, name: str = "q") -> str:
    """A search text, which may be mistyped or pasted: PostgreSQL refuses a zero byte."""
    return query.get(name, "").replace("\x00", "").strip()[:60]


def number_in(query: QueryDict) -> int:
    """The page's number, from 1; 1 for anything that is no number."""
    text = query.get("page", "")
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return max(int(text), 1) if is_number else 1


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a page of `size` rows is among `total` rows. `kept` are the query's other parameters."""

    number: int
    total: int
    size: int
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def first(self) -> int:
        """The number of its first row, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The number of its last row."""
        return min(self.number * self.size, self.total)

    @property
    def before(self) -> int:
        """The page before; 0 for none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The next page; 0 for none."""
        return self.number + 1 if self.last < self.total else 0

    @property
    def before_query(self) -> str:
        """The query string of the page before."""
        return self._query(self.before)

    @property
    def after_query(self) -> str:
        """The query string of the next page."""
        return self._query(self.after)

    def _query(self, number: int) -> str:
        return "?" + urlencode([pair for pair in (*self.kept, ("page", str(number))) if pair[1]])
