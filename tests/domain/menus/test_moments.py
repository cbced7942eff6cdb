"""What time alone changes on a menu."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus.moments import menu_moment
from duitpos.domain.menus.read import Item, menu_of
from duitpos.models import ItemStock, MenuItem, MenuSection, ModifierStock
from tests.support.restaurant import Restaurant, a_group, a_restaurant, an_item

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 3, 10, 1, tzinfo=UTC)
"""In Kuala Lumpur, on a Tuesday."""
HOUR = timedelta(hours=1)


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def _moment(kopi: Restaurant, at: datetime) -> str:
    return menu_moment(kopi.tenant, kopi.location, at)


def _item(kopi: Restaurant, at: datetime) -> Item:
    return next(menu_of(kopi.tenant, kopi.location, at=at).items())


def test_a_menu_without_times_is_the_same_at_all_times(kopi: Restaurant) -> None:
    an_item(kopi.tenant)
    assert _moment(kopi, NINE) == _moment(kopi, NINE + 100 * HOUR)


def test_a_breakfast_ends(kopi: Restaurant) -> None:
    breakfast = an_item(kopi.tenant, served_until=time(11))
    MenuSection.objects.filter(tenant=kopi.tenant, id=breakfast.section_id).update(served_from=time(7))
    at = {hour: NINE.replace(hour=0) + (hour - 8) * HOUR for hour in (6, 7, 10, 11)}
    assert [_item(kopi, moment).is_served for moment in at.values()] == [False, True, True, False]
    assert len(_item(kopi, NINE).servings) == 2
    assert _moment(kopi, at[7]) == _moment(kopi, at[10])
    assert len({_moment(kopi, at[hour]) for hour in (6, 7, 11)}) == 3


def test_a_sold_out_item_and_modifier_come_back_by_themselves(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    egg = a_group(item, ("Egg", 0))["Egg"]
    here = {"tenant": kopi.tenant, "location": kopi.location}
    ItemStock.objects.create(**here, item=item, status="out_of_stock", until=NINE + HOUR)
    ModifierStock.objects.create(**here, modifier_id=egg, until=NINE + 2 * HOUR)
    seen = [_item(kopi, NINE + number * HOUR) for number in range(3)]
    assert [item.stock for item in seen] == ["out_of_stock", "in_stock", "in_stock"]
    assert [item.groups[0].choices[0].is_sold_out for item in seen] == [True, True, False]
    assert len({_moment(kopi, NINE + number * HOUR) for number in range(3)}) == 3


def test_a_menu_version_is_looked_at_once(
    kopi: Restaurant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    an_item(kopi.tenant)
    with django_assert_num_queries(4):
        _moment(kopi, NINE)
    MenuItem.objects.filter(tenant=kopi.tenant).update(served_until=time(11))
    with django_assert_num_queries(0):
        before = _moment(kopi, NINE)
    kopi.location.menu_version += 1
    with django_assert_num_queries(4):
        assert _moment(kopi, NINE) != before
