"""The hours of a location are changed: who may, what is recorded, and two at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone
from duitpos.domain.staff_actions.edit_location import details_of, edit_location
from duitpos.domain.staff_actions.set_hours import coming_days, set_hours, today_at
from duitpos.domain.tenancy.find import recent_locations
from duitpos.domain.tenancy.location_stamp import stamp_of
from duitpos.domain.tenancy.week import ALL_DAY, ALWAYS, SpecialDay, Week, special_days_of, week_of
from duitpos.models import AuditEntry, Location
from tests.support.restaurant import Restaurant, a_member, a_restaurant

pytestmark = pytest.mark.django_db
LUNCH: Week = (((480, 900),),) * 7
SPLIT: Week = (((480, 900), (1080, 1560)), (), *LUNCH[2:])


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def fresh(kopi: Restaurant) -> Location:
    return Location.objects.get(tenant=kopi.tenant)


def save(kopi: Restaurant, week: Week, *special: SpecialDay, **other: Any) -> Location:
    site = fresh(kopi)
    member, seen = other.get("member", kopi.owner), other.get("seen", site.hours_version)
    return set_hours(member, site.id, seen, week, special)


def test_they_are_replaced_and_guests_see_it_at_once(kopi: Restaurant) -> None:
    recent_locations(kopi.tenant)
    before, stamp = fresh(kopi), stamp_of(kopi.location.id)
    holiday = SpecialDay(today_at(before) + timedelta(days=3), (), "Deepavali")
    site = save(kopi, SPLIT, holiday)
    assert (week_of(site), special_days_of(site)) == (SPLIT, [holiday])
    assert site.hours_version == before.hours_version + 1
    assert stamp_of(site.id) != stamp
    assert recent_locations(kopi.tenant)[0].weekly_hours == site.weekly_hours
    assert save(kopi, ALWAYS).weekly_hours == []


def test_the_days_that_changed_are_recorded(kopi: Restaurant) -> None:
    later = today_at(kopi.location) + timedelta(days=30)
    kept, gone = SpecialDay(later, ()), SpecialDay(later + timedelta(days=1), ALL_DAY, "Party")
    save(kopi, LUNCH, kept, gone)
    save(kopi, (*LUNCH[:6], ()), kept)
    entry = AuditEntry.objects.filter(tenant=kopi.tenant).order_by("-at")[0]
    assert entry.before == {"sunday": "08:00-15:00", "special_days": [f"{gone.day} 00:00-24:00 Party"]}
    assert entry.after == {"sunday": "closed", "special_days": []}


def test_of_two_editors_the_later_is_told(kopi: Restaurant) -> None:
    seen = fresh(kopi).hours_version
    save(kopi, LUNCH)
    with pytest.raises(Conflict, match="location_changed"):
        save(kopi, SPLIT, seen=seen)
    assert week_of(fresh(kopi)) == LUNCH


def test_last_night_goes_on_though_its_day_is_over(kopi: Restaurant) -> None:
    today = today_at(kopi.location)
    special = {
        (today - timedelta(days=days)).isoformat(): {"spans": [], "name": ""} for days in (0, 1, 2, 3, 40)
    }
    Location.objects.filter(tenant=kopi.tenant).update(special_hours=special)
    assert [one.day for one in coming_days(fresh(kopi))] == [today]
    kept = [one.day for one in special_days_of(save(kopi, LUNCH))]
    assert kept == [today - timedelta(days=2), today - timedelta(days=1)]


def test_the_trading_day_does_not_end_while_it_is_open(kopi: Restaurant) -> None:
    night: Week = (((1080, 1740),),) * 7
    with pytest.raises(DomainError) as refused:
        save(kopi, night)
    assert refused.value.code == Code.DAY_ENDS_WHILE_OPEN
    site = fresh(kopi)
    moved = edit_location(kopi.owner, site.id, site.version, _with(site, day_closes_at=time(6)))
    assert moved.day_closes_at == time(6)
    site = save(kopi, night)
    with pytest.raises(DomainError) as refused:
        edit_location(kopi.owner, site.id, site.version, _with(site, day_closes_at=time(4)))
    assert refused.value.code == Code.DAY_ENDS_WHILE_OPEN


def _with(site: Location, **changes: Any) -> Any:
    return replace(details_of(site), **changes)


def test_what_cannot_be_is_refused_and_nothing_changes(kopi: Restaurant) -> None:
    today = today_at(kopi.location)
    over = SpecialDay(today - timedelta(days=1), ())
    far = SpecialDay(date(today.year + 9, 1, 1), ())
    for week, special in [
        (((),) * 7, ()),
        (LUNCH, (over,)),
        (LUNCH, (far,)),
        (LUNCH, (SpecialDay(today, ()),) * 2),
    ]:
        with pytest.raises(DomainError):
            save(kopi, week, *special)
    assert fresh(kopi).hours_version == kopi.location.hours_version
    assert not AuditEntry.objects.filter(tenant=kopi.tenant).exists()


def test_a_manager_may_and_others_may_not(kopi: Restaurant) -> None:
    save(kopi, LUNCH, member=a_member(kopi.tenant, "manager"))
    for role in ("cashier", "kitchen"):
        with pytest.raises(Forbidden):
            save(kopi, LUNCH, member=a_member(kopi.tenant, role))


def test_another_restaurants_location_is_not_found(kopi: Restaurant) -> None:
    other = a_restaurant("teh")
    with pytest.raises(Gone):
        set_hours(kopi.owner, other.location.id, other.location.hours_version, LUNCH, ())
    assert Location.objects.get(tenant=other.tenant).weekly_hours == []
