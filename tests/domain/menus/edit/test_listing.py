"""The list: filters, pages, and as many queries for 5,000 items as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.edit.archive import archive_item, archive_section
from duitpos.domain.menus.edit.listing import PAGE, MenuFilters, MenuList, menu_list
from duitpos.domain.menus.edit.sections import add_section
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.tenancy.find import locations
from duitpos.kit.clock import now
from duitpos.models import ItemPrice, ItemStock, MenuItem
from tests.support.restaurant import Restaurant, a_location, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def listed(kopi: Restaurant, page: int = 1, **filters: object) -> MenuList:
    sites = locations(kopi.tenant)
    return menu_list(kopi.tenant, sites, MenuFilters(**filters), page)  # type: ignore[arg-type]


def names(found: MenuList) -> dict[str, list[str]]:
    return {part.section.name: [row.item.name for row in part.rows] for part in found.parts}


def many(kopi: Restaurant, name: str, count: int) -> None:
    section = add_section(kopi.owner, name)
    MenuItem.objects.bulk_create(
        MenuItem(
            tenant=kopi.tenant,
            section=section,
            name=f"{name} {number}",
            price_minor=1,
            currency="MYR",
            position=number,
        )
        for number in range(count)
    )


def test_filters(kopi: Restaurant) -> None:
    penang = a_location(kopi.tenant, "penang")
    a_location(kopi.tenant, "jurong", currency="SGD")
    roti = an_item(kopi.tenant, "Roti", description="Flat bread")
    teh = an_item(kopi.tenant, "Teh")
    old = an_item(kopi.tenant, "Old", section=teh.section)
    an_item(kopi.tenant, "Laksa", currency="SGD")
    archive_item(kopi.owner, old.id)
    set_stock(kopi.owner, penang, teh.id, "out_of_stock")
    ItemPrice.objects.create(tenant=kopi.tenant, item=teh, location=penang, price_minor=5)
    assert names(listed(kopi)) == {"Laksa & co": ["Laksa"], "Roti & co": ["Roti"], "Teh & co": ["Teh"]}
    assert names(listed(kopi, text="BREAD")) == {"Roti & co": ["Roti"]}
    assert names(listed(kopi, section_id=roti.section_id)) == {"Roti & co": ["Roti"]}
    assert names(listed(kopi, is_archived=True)) == {"Teh & co": ["Old"]}
    assert names(listed(kopi, is_sold_out=True)) == {"Teh & co": ["Teh"]}
    assert names(listed(kopi, is_sold_out=True, location=kopi.location)) == {}
    at_penang = listed(kopi, location=penang)
    assert names(at_penang) == {"Roti & co": ["Roti"], "Teh & co": ["Teh"]}
    row = at_penang.parts[1].rows[0]
    assert (row.price_minor, row.sold_out) == (5, ("Penang",))
    assert listed(kopi).parts[2].rows[0].price_minor == 150
    assert listed(kopi, text="100%").count == 0


def test_what_sold_out_until_an_hour_ago_is_back(kopi: Restaurant) -> None:
    teh = an_item(kopi.tenant, "Teh")
    set_stock(kopi.owner, kopi.location, teh.id, "out_of_stock")
    assert listed(kopi, is_sold_out=True).count == 1
    ItemStock.objects.filter(tenant=kopi.tenant).update(until=now() - timedelta(hours=1))
    assert listed(kopi, is_sold_out=True).count == 0


def test_an_archived_section_is_listed_with_its_items_under_archived(kopi: Restaurant) -> None:
    roti = an_item(kopi.tenant, "Roti")
    empty = add_section(kopi.owner, "Empty")
    archive_section(kopi.owner, roti.section_id)
    archive_section(kopi.owner, empty.id)
    assert names(listed(kopi)) == {}
    assert names(listed(kopi, is_archived=True)) == {"Roti & co": ["Roti"], "Empty": []}


def test_pages(kopi: Restaurant) -> None:
    many(kopi, "A", 50)
    add_section(kopi.owner, "Empty")
    many(kopi, "B", 160)
    add_section(kopi.owner, "Last")
    pages = [listed(kopi, page) for page in (1, 2, 3)]
    shape = [[(part.section.name, len(part.rows), part.is_end) for part in page.parts] for page in pages]
    assert shape == [
        [("A", 50, True), ("Empty", 0, True), ("B", 50, False)],
        [("B", 100, False)],
        [("B", 10, True), ("Last", 0, True)],
    ]
    assert (pages[0].count, pages[0].pages) == (210, 3)
    assert listed(kopi, 99).page == 3
    assert listed(kopi, -1).page == 1


def test_a_full_last_page_ends_with_the_empty_sections(kopi: Restaurant) -> None:
    many(kopi, "A", PAGE)
    add_section(kopi.owner, "Last")
    assert [part.section.name for part in listed(kopi).parts] == ["A", "Last"]


@pytest.mark.parametrize("count", [1, 5000])
def test_the_number_of_queries_does_not_grow(kopi: Restaurant, count: int) -> None:
    many(kopi, "A", count)
    sites = locations(kopi.tenant)
    with CaptureQueriesContext(connection) as queries:
        found = menu_list(kopi.tenant, sites, MenuFilters(location=kopi.location), 1)
        assert found.parts[0].rows[0].item.photo is None
    assert len(queries) == 5
    assert found.count == count
