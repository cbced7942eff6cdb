"""What guests order most at a location."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus import popular
from duitpos.domain.menus.popular import DAYS, MOST, popular_items, refresh_popular
from duitpos.domain.sweep.popular import refresh_all_popular
from duitpos.kit.clock import now
from duitpos.kit.ids import secret_token
from duitpos.models import Location, MenuItem, MenuSection, Order, OrderLine, Tenant
from tests.support.restaurant import Restaurant, a_location, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def sold(
    location: Location,
    *items: MenuItem,
    times: int = 1,
    status: str = "served",
    days: float = 1,
    **fields: Any,
) -> None:
    """So many paid orders of these items, `days` ago."""
    at = now() - timedelta(days=days)
    for _ in range(times):
        order = Order.objects.create(
            tenant_id=location.tenant_id,
            location=location,
            status=status,
            guest_token="phone",
            checkout_key=secret_token(),
            contents="digest",
            currency="MYR",
            subtotal_minor=100,
            total_minor=100,
            created_at=at,
            placed_at=None if status == "held" else at,
            **fields,
        )
        for position, item in enumerate(items):
            OrderLine.objects.create(
                tenant_id=location.tenant_id,
                order=order,
                position=position,
                item=item,
                name=item.name,
                quantity=1,
                unit_price_minor=100,
                total_minor=100,
            )


def test_the_most_ordered_come_first_and_a_dish_counts_once_an_order(kopi: Restaurant) -> None:
    tea, rice, cake = (an_item(kopi.tenant, name) for name in ("Tea", "Rice", "Cake"))
    sold(kopi.location, tea, times=4)
    sold(kopi.location, rice, times=5)
    sold(kopi.location, cake, cake, cake, cake, times=2)
    assert popular_items(kopi.location) == [rice.id, tea.id]


def test_no_more_than_six(kopi: Restaurant) -> None:
    items = [an_item(kopi.tenant, f"Dish {number}") for number in range(MOST + 2)]
    sold(kopi.location, *items, times=3)
    assert len(popular_items(kopi.location)) == MOST


@pytest.mark.parametrize(
    "fields",
    [{"status": "held"}, {"status": "canceled"}, {"days": DAYS + 1}],
    ids=["held", "canceled", "old"],
)
def test_only_paid_orders_of_the_last_days_count(kopi: Restaurant, fields: dict[str, Any]) -> None:
    sold(kopi.location, an_item(kopi.tenant), times=5, **fields)
    assert popular_items(kopi.location) == []


def test_test_orders_count_only_where_there_are_no_others(kopi: Restaurant) -> None:
    tea, rice = an_item(kopi.tenant, "Tea"), an_item(kopi.tenant, "Rice")
    sold(kopi.location, tea, times=3, is_test=True)
    assert popular_items(kopi.location) == [tea.id]
    sold(kopi.location, rice)
    assert popular_items(kopi.location) == []


def test_what_is_off_the_menu_is_left_out(kopi: Restaurant) -> None:
    gone, tea = an_item(kopi.tenant, "Gone"), an_item(kopi.tenant, "Tea")
    old = an_item(kopi.tenant, "Old")
    sold(kopi.location, gone, old, times=5)
    sold(kopi.location, tea, times=5, is_test=True)
    MenuItem.objects.filter(tenant=kopi.tenant, id=gone.id).update(archived_at=now())
    MenuSection.objects.filter(tenant=kopi.tenant, id=old.section_id).update(archived_at=now())
    dollar = an_item(kopi.tenant, "Dollar", currency="USD")
    sold(kopi.location, dollar, times=5)
    # The real orders of what is gone still mean that test orders do not count.
    assert popular_items(kopi.location) == []


def test_each_location_and_each_restaurant_has_its_own(kopi: Restaurant) -> None:
    other = a_restaurant("warung")
    tea, rice = an_item(kopi.tenant, "Tea"), an_item(other.tenant, "Rice")
    second = a_location(kopi.tenant, "klcc", currency="MYR")
    sold(kopi.location, tea, times=3)
    sold(other.location, rice, times=3)
    refresh_all_popular()
    found = {
        location.id: location.popular_items
        for tenant in (kopi.tenant, other.tenant)
        for location in Location.objects.filter(tenant=tenant)
    }
    assert found == {kopi.location.id: [tea.id.hex], other.location.id: [rice.id.hex], second.id: []}


def test_the_menu_changes_only_with_the_list(
    kopi: Restaurant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sold(kopi.location, an_item(kopi.tenant), times=3)
    assert refresh_popular(kopi.location)
    fresh = Location.objects.get(tenant=kopi.tenant)
    assert fresh.menu_version == kopi.location.menu_version + 1
    sold(kopi.location, MenuItem.objects.get(tenant=kopi.tenant), times=3)
    with django_assert_num_queries(1):
        assert not refresh_popular(fresh)
    assert Location.objects.get(tenant=kopi.tenant).menu_version == fresh.menu_version


def test_a_failure_at_one_location_leaves_the_others_their_turn(
    kopi: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_restaurant("warung")
    sold(other.location, an_item(other.tenant), times=3)
    whole = popular.popular_items

    def fails_at_kopi(location: Location) -> Any:
        if location.id == kopi.location.id:
            raise ValueError
        return whole(location)

    monkeypatch.setattr(popular, "popular_items", fails_at_kopi)
    refresh_all_popular()
    assert len(Location.objects.get(tenant=other.tenant).popular_items) == 1


def test_a_closed_restaurant_and_a_stopped_worker_count_nothing(kopi: Restaurant) -> None:
    sold(kopi.location, an_item(kopi.tenant), times=3)
    refresh_all_popular(lambda: True)
    Tenant.objects.filter(id=kopi.tenant.id).update(closed_at=now())
    refresh_all_popular()
    assert Location.objects.get(tenant=kopi.tenant).popular_items == []
