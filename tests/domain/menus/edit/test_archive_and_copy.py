"""Archived things leave the menu and come back; copies have everything but the stock."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Forbidden, Gone
from duitpos.domain.menus.edit.archive import (
    archive_item,
    archive_section,
    dishes_in,
    restore_item,
    restore_section,
)
from duitpos.domain.menus.edit.copy import duplicate_item, duplicate_section
from duitpos.domain.menus.edit.items import find_item
from duitpos.domain.menus.edit.sections import find_section
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.menus.read import Menu, menu_of
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.models import ItemPrice, ItemStock, Location, MenuItem
from tests.support.restaurant import Restaurant, a_group, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


def menu(kopi: Restaurant, language: str = "") -> Menu:
    location = Location.objects.get(tenant=kopi.tenant, id=kopi.location.id)
    return menu_of(kopi.tenant, location, language)


def names(kopi: Restaurant) -> list[str]:
    return [item.name for item in menu(kopi).items()]


def test_an_archived_item_is_off_the_menu_and_comes_back_at_the_end() -> None:
    kopi = a_restaurant()
    roti = an_item(kopi.tenant, "Roti")
    an_item(kopi.tenant, "Teh", section=roti.section, position=1)
    archive_item(kopi.owner, roti.id)
    archive_item(kopi.owner, roti.id)
    assert names(kopi) == ["Teh"]
    assert menu(kopi).version == 2, "the second time changes nothing"
    restore_item(kopi.owner, roti.id)
    restore_item(kopi.owner, roti.id)
    assert names(kopi) == ["Teh", "Roti"]
    assert find_item(kopi.tenant.id, roti.id).version == 3


def test_a_section_takes_its_items_along_and_brings_back_those_that_were_on_the_menu() -> None:
    kopi = a_restaurant()
    roti, teh = an_item(kopi.tenant, "Roti"), an_item(kopi.tenant, "Teh")
    egg = an_item(kopi.tenant, "Egg", section=roti.section)
    archive_item(kopi.owner, egg.id)
    section = find_section(kopi.tenant.id, roti.section_id)
    assert dishes_in(section) == 1
    archive_section(kopi.owner, section.id)
    assert names(kopi) == ["Teh"]
    restore_section(kopi.owner, section.id)
    assert names(kopi) == ["Teh", "Roti"]
    assert teh.section_id != section.id


def test_a_copy_has_everything_but_the_stock() -> None:
    kopi = a_restaurant()
    penang = a_location(kopi.tenant, "penang")
    roti = an_item(kopi.tenant, "Roti", marks=["halal"], allergens=["egg"], tax_class="none", days=1)
    an_item(kopi.tenant, "Teh", section=roti.section, position=1)
    a_group(roti, ("Cheese", 100))
    ItemPrice.objects.create(tenant=kopi.tenant, item=roti, location=penang, price_minor=999)
    translate_menu(kopi.tenant, "ms", [Translated("item", roti.id, Text("Roti kosong"))])
    set_stock(kopi.owner, kopi.location, roti.id, "out_of_stock")
    copy = duplicate_item(kopi.owner, roti.id, "Roti (copy)")
    assert names(kopi) == ["Roti", "Roti (copy)", "Teh"]
    old, new, _ = menu(kopi, "ms").items()
    assert (new.marks, new.allergens, new.tax_class) == (old.marks, old.allergens, old.tax_class)
    assert (new.groups, new.guest_name, new.servings) == (old.groups, "Roti kosong", old.servings)
    assert (old.stock, new.stock) == ("out_of_stock", "in_stock")
    assert ItemPrice.objects.get(tenant=kopi.tenant, item_id=copy.id).price_minor == 999
    assert ItemStock.objects.filter(tenant=kopi.tenant).count() == 1


def test_a_copied_section_has_copies_of_its_items() -> None:
    kopi = a_restaurant()
    roti = an_item(kopi.tenant, "Roti")
    egg = an_item(kopi.tenant, "Egg", section=roti.section, position=1)
    archive_item(kopi.owner, an_item(kopi.tenant, "Gone", section=roti.section).id)
    copy = duplicate_section(kopi.owner, roti.section_id, "x" * 100)
    first, second = menu(kopi).sections
    assert (second.id, second.name) == (copy.id, "x" * 80)
    assert [item.name for item in second.items] == ["Roti", "Egg"]
    assert {item.id for item in first.items} == {roti.id, egg.id}


def test_another_restaurants_rows_are_unknown_and_cooks_may_not() -> None:
    kopi = a_restaurant()
    theirs = an_item(a_restaurant("teh").tenant)
    cook = a_member(kopi.tenant)
    of_items = (archive_item, restore_item, lambda member, one: duplicate_item(member, one, "x"))
    of_sections = (archive_section, restore_section, lambda member, one: duplicate_section(member, one, "x"))
    for calls, row_id in ((of_items, theirs.id), (of_sections, theirs.section_id)):
        for call in calls:
            with pytest.raises(Gone):
                call(kopi.owner, row_id)
            with pytest.raises(Forbidden):
                call(cook, row_id)
    assert MenuItem.objects.filter(tenant=kopi.tenant).count() == 0
