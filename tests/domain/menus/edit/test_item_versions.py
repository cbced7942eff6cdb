"""Whoever changes what a dish's form shows raises the dish's version: an open form is told, and overwrites nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duitpos.domain.errors import Code, Conflict
from duitpos.domain.menus.edit.bulk_prices import Which, apply_change
from duitpos.domain.menus.edit.groups import set_items
from duitpos.domain.menus.edit.items import ItemDraft, edit_item
from duitpos.domain.menus.edit.price_rules import PriceChange, Way
from duitpos.domain.menus.edit.sections import SectionDraft, edit_section
from duitpos.domain.menus.photos.store import remove_photo, set_photo
from duitpos.domain.menus.sheets.apply import apply_import, preview_import
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.models import ItemPrice, MenuItem, MenuSection, ModifierGroup
from duitpos.models.menu import TextKind
from tests.domain.menus.photos.pictures import a_jpeg
from tests.domain.menus.sheets.files import csv_file
from tests.support.restaurant import Restaurant, a_group, a_restaurant, an_item

pytestmark = pytest.mark.django_db
Write = Callable[[Restaurant, MenuItem], object]


def attach(kopi: Restaurant, item: MenuItem) -> None:
    group = ModifierGroup.objects.create(tenant=kopi.tenant, name="Milk")
    set_items(kopi.owner, group.id, attach=frozenset({item.id}))


def detach(kopi: Restaurant, item: MenuItem) -> None:
    group = ModifierGroup.objects.get(tenant=kopi.tenant, name="Choose")
    set_items(kopi.owner, group.id, detach=frozenset({item.id}))


def reprice(kopi: Restaurant, item: MenuItem) -> None:
    apply_change(kopi.owner, Which("MYR"), PriceChange(Way.AMOUNT, 100), {item.id: item.price_minor})


def reprice_here(kopi: Restaurant, item: MenuItem) -> None:
    which = Which("MYR", kopi.location)
    apply_change(kopi.owner, which, PriceChange(Way.AMOUNT, 100), {item.id: item.price_minor})


def reprice_its_own_price(kopi: Restaurant, item: MenuItem) -> None:
    ItemPrice.objects.create(tenant=kopi.tenant, location=kopi.location, item=item, price_minor=300)
    which = Which("MYR", kopi.location)
    apply_change(kopi.owner, which, PriceChange(Way.AMOUNT, 100), {item.id: 300})


def import_cell(column: str, text: str) -> Write:
    def write(kopi: Restaurant, item: MenuItem) -> None:
        data = csv_file(f"type,id,name,{column}", f"item,{item.id},{item.name},{text}")
        plan = preview_import(kopi.owner, data)
        assert (plan.problems, len(plan.changed)) == ([], 1)
        apply_import(kopi.owner, data, plan.state.stamp())

    return write


def give_photo(kopi: Restaurant, item: MenuItem) -> None:
    set_photo(kopi.owner, item.id, a_jpeg(), None)


def translate(kopi: Restaurant, item: MenuItem) -> None:
    translate_menu(kopi.tenant, "ms", [Translated(TextKind.ITEM, item.id, Text("Roti"))])


WRITES: dict[str, Write] = {
    "a group is attached": attach,
    "a group is detached": detach,
    "the price is changed in bulk": reprice,
    "the location gets its own price in bulk": reprice_here,
    "the location's own price is changed in bulk": reprice_its_own_price,
    "a file has another name": import_cell("name: ms", "Roti"),
    "a file has another price of a location": import_cell("price: bangsar", "9.00"),
    "a file has other groups": import_cell("groups", ""),
    "a photo is set": give_photo,
    "it is translated": translate,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_form_that_was_open_is_told(write: Write) -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    a_group(item, ("Egg", 100))
    write(kopi, item)
    with pytest.raises(Conflict) as refused:
        edit_item(
            kopi.owner, item.id, item.version, ItemDraft(item.section_id, "Kopi", item.price_minor, "MYR")
        )
    assert refused.value.code == Code.ITEM_CHANGED


def test_a_photo_that_is_removed_is_told_too() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    photo = set_photo(kopi.owner, item.id, a_jpeg(), None)
    seen = MenuItem.objects.get(tenant=kopi.tenant, id=item.id).version
    remove_photo(kopi.owner, item.id, photo.id)
    with pytest.raises(Conflict):
        edit_item(kopi.owner, item.id, seen, ItemDraft(item.section_id, "Kopi", item.price_minor, "MYR"))


def test_translating_a_section_or_a_choice_is_told_to_their_forms() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    egg = a_group(item, ("Egg", 100))["Egg"]
    section = MenuSection.objects.get(tenant=kopi.tenant)
    translate_menu(
        kopi.tenant,
        "ms",
        [
            Translated(TextKind.SECTION, section.id, Text("Makanan")),
            Translated(TextKind.MODIFIER, egg, Text("Telur")),
        ],
    )
    with pytest.raises(Conflict):
        edit_section(kopi.owner, section.id, section.version, SectionDraft("Food"))
    assert ModifierGroup.objects.get(tenant=kopi.tenant).version == 2
