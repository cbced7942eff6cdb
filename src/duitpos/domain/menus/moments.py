"""What time alone changes on a menu: a serving that starts or ends, an item that comes back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from duitpos.domain.menus.serving import Serving
from duitpos.kit.clock import display_zone
from duitpos.kit.kept import Kept
from duitpos.models import ItemStock, Location, MenuItem, MenuSection, ModifierStock, Tenant


@dataclass(frozen=True, slots=True)
class _Schedule:
    """A location's servings, and the instants at which something sold out comes back."""

    servings: tuple[Serving, ...]
    returns: tuple[datetime, ...]


_SCHEDULES: Kept[_Schedule] = Kept(seconds=24 * 3600, most=2000)


def menu_moment(tenant: Tenant, location: Location, at: datetime) -> str:
    """A text that differs between two instants if the menu does, for the same Location.menu_version.

    Four queries for a new version, else none.
    """
    key = f"{location.id}/{location.menu_version}"
    schedule = _SCHEDULES.get(key)
    if schedule is None:
        schedule = _schedule(tenant, location)
        _SCHEDULES.set(key, schedule)
    local = at.astimezone(display_zone(location.time_zone))
    served = "".join(str(int(serving.covers(local))) for serving in schedule.servings)
    return f"{served}-{sum(instant <= at for instant in schedule.returns)}"


def _schedule(tenant: Tenant, location: Location) -> _Schedule:
    here = {"tenant": tenant, "location": location, "until__isnull": False}
    returns = [
        *ItemStock.objects.filter(**here).values_list("until", flat=True),
        *ModifierStock.objects.filter(**here).values_list("until", flat=True),
    ]
    servings = {serving for serving in _servings(tenant) if not serving.is_always}
    return _Schedule(tuple(sorted(servings, key=repr)), tuple(instant for instant in returns if instant))


def _servings(tenant: Tenant) -> Iterator[Serving]:
    columns = ("days", "served_from", "served_until")
    for model in (MenuSection, MenuItem):
        rows = model.objects.filter(tenant=tenant, archived_at=None)
        for days, starts, ends in rows.values_list(*columns).distinct():
            yield Serving(days, starts, ends)
