"""When items are served: days and times of day, in the location's local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from duitpos.models.menu import EVERY_DAY, Served


@dataclass(frozen=True, slots=True)
class Serving:
    """Days (bit 0 is Monday) and a time of day. An empty time is midnight; both empty, or both equal, is all day."""

    days: int = EVERY_DAY
    starts: time | None = None
    ends: time | None = None

    @property
    def is_always(self) -> bool:
        """Whether it excludes no instant."""
        return self.days == EVERY_DAY and (self.starts or time.min) == (self.ends or time.min)

    def covers(self, local: datetime) -> bool:
        """Whether the local time is inside. A window past midnight belongs to the day on which it starts."""
        starts, ends, clock = self.starts or time.min, self.ends or time.min, local.time()
        if starts == ends:
            return self._is_day(local)
        if starts < ends or ends == time.min:
            return self._is_day(local) and starts <= clock and (clock < ends or ends == time.min)
        if clock >= starts:
            return self._is_day(local)
        return clock < ends and self._is_day(local - timedelta(days=1))

    def _is_day(self, local: datetime) -> bool:
        return bool(self.days >> local.weekday() & 1)


def serving_of(row: Served) -> Serving:
    """When a section or an item is served."""
    return Serving(row.days, row.served_from, row.served_until)
