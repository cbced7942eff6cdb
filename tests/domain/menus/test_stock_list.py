"""The list of what is on the menu with its stock, for staff."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import Stocked, set_stock, sold_out
from duitpos.domain.menus.stock_list import (
    PAGE,
    sold_out_rows,
    stock_of_item,
    stock_of_items,
    stock_page,
)
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.kit.clock import now
from duitpos.models import ItemStock, MenuItem, MenuSection, ModifierStock
from tests.support.restaurant import Restaurant, a_group, a_location, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def names(kopi: Restaurant, kind: Stocked = Stocked.ITEM, text: str = "") -> list[str]:
    return [row.name for row in stock_page(kopi.tenant, kopi.location, kind, text).rows]


def test_what_is_sold_out_with_its_end(kopi: Restaurant) -> None:
    rice, tea, roti = (an_item(kopi.tenant, name) for name in ("Rice", "Tea", "Roti"))
    egg = a_group(rice, ("Egg", 100))["Egg"]
    sold_out(kopi.owner, kopi.location, Stocked.ITEM, rice.id, "1h")
    sold_out(kopi.owner, kopi.location, Stocked.MODIFIER, egg, "open")
    sold_out(kopi.owner, a_location(kopi.tenant, "ipoh"), Stocked.ITEM, tea.id, "open")
    set_stock(kopi.owner, kopi.location, roti.id, "limited", 3)
    rows = sold_out_rows(kopi.tenant, kopi.location)
    assert [(row.name, row.where, row.until is not None) for row in rows] == [
        ("Rice", "Rice & co", True),
        ("Egg", "Choose", False),
    ]
    ItemStock.objects.filter(tenant=kopi.tenant, item=roti).update(quantity=0, status="out_of_stock")
    assert [row.name for row in sold_out_rows(kopi.tenant, kopi.location)] == ["Rice", "Roti", "Egg"]


def test_what_came_back_by_itself_is_not_listed(kopi: Restaurant) -> None:
    rice = an_item(kopi.tenant, "Rice")
    egg = a_group(rice, ("Egg", 100))["Egg"]
    for kind, row_id in ((Stocked.ITEM, rice.id), (Stocked.MODIFIER, egg)):
        sold_out(kopi.owner, kopi.location, kind, row_id, "1h")
    for model in (ItemStock, ModifierStock):
        model.objects.filter(tenant=kopi.tenant).update(until=now() - timedelta(seconds=1))
    assert sold_out_rows(kopi.tenant, kopi.location) == []
    assert not any(row.is_sold_out for row in stock_of_item(kopi.tenant, kopi.location, rice.id))


def test_pages_in_the_menus_order_and_what_is_found(kopi: Restaurant) -> None:
    section = MenuSection.objects.create(tenant=kopi.tenant, name="Mains")
    rows = [
        MenuItem(tenant=kopi.tenant, section=section, name=f"Dish {n:03}", price_minor=1, currency="MYR")
        for n in range(PAGE + 10)
    ]
    MenuItem.objects.bulk_create(rows)
    first, second = (stock_page(kopi.tenant, kopi.location, Stocked.ITEM, "", n) for n in (1, 2))
    assert (first.count, len(first.rows), first.has_more) == (PAGE + 10, PAGE, True)
    assert [row.name for row in second.rows] == [f"Dish {n:03}" for n in range(PAGE, PAGE + 10)]
    assert not second.has_more
    translate_menu(kopi.tenant, "zh-hans", [Translated("item", rows[7].id, Text("椰浆饭"))])
    assert names(kopi, text="dish 01") == [f"Dish {n:03}" for n in range(10, 20)]
    assert names(kopi, text="椰浆") == ["Dish 007"]
    assert names(kopi, text="%") == []


def test_only_what_the_locations_guests_can_see(kopi: Restaurant) -> None:
    an_item(kopi.tenant, "Euro", currency="EUR")
    an_item(kopi.tenant, "Gone", archived_at=now())
    hidden = an_item(kopi.tenant, "Hidden")
    MenuSection.objects.filter(tenant=kopi.tenant, id=hidden.section_id).update(archived_at=now())
    an_item(a_restaurant("teh").tenant, "Theirs")
    an_item(kopi.tenant, "Tea")
    assert names(kopi) == ["Tea"]
    assert stock_of_item(kopi.tenant, kopi.location, hidden.id) == []


def test_one_item_with_its_own_choices(kopi: Restaurant) -> None:
    rice, tea = an_item(kopi.tenant, "Rice"), an_item(kopi.tenant, "Tea")
    a_group(rice, ("Egg", 100), ("Hot", 0))
    a_group(tea, ("Ice", 0))
    assert [row.name for row in stock_of_item(kopi.tenant, kopi.location, rice.id)] == ["Rice", "Egg", "Hot"]
    assert names(kopi, Stocked.MODIFIER, "i") == ["Ice"]
    set_stock(kopi.owner, kopi.location, tea.id, "limited", 2)
    found = stock_of_items(kopi.tenant, kopi.location, {rice.id, tea.id})
    assert (found[rice.id].left, found[tea.id].left, found[tea.id].is_sold_out) == (None, 2, False)


def test_five_thousand_dishes_take_as_many_queries_as_one(kopi: Restaurant) -> None:
    section = MenuSection.objects.create(tenant=kopi.tenant, name="Mains")

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            stock_page(kopi.tenant, kopi.location, Stocked.ITEM, "", 2)
            sold_out_rows(kopi.tenant, kopi.location)
        return len(seen)

    MenuItem.objects.bulk_create(
        MenuItem(tenant=kopi.tenant, section=section, name=f"D{n}", price_minor=1, currency="MYR")
        for n in range(5000)
    )
    items = MenuItem.objects.filter(tenant=kopi.tenant)[:300]
    ItemStock.objects.bulk_create(
        ItemStock(tenant=kopi.tenant, location=kopi.location, item=item, status="out_of_stock")
        for item in items
    )
    assert count() == 5
