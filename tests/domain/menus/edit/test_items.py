"""Adding and editing sections and items: what is stored, who may, and which menus change."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from uuid import UUID, uuid4

import pytest

from duitpos.domain.errors import Code, Conflict, DomainError, Forbidden, Gone, Invalid
from duitpos.domain.menus.edit.items import ItemDraft, add_item, edit_item
from duitpos.domain.menus.edit.sections import SectionDraft, add_section, edit_section
from duitpos.domain.menus.read import Item, menu_of
from duitpos.domain.menus.serving import Serving
from duitpos.domain.menus.texts import Text
from duitpos.models import ItemPrice, Location, MenuItem, MenuSection, MenuText, ModifierGroup
from tests.support.restaurant import Restaurant, a_group, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    return a_restaurant()


def draft_of(item: MenuItem) -> ItemDraft:
    return ItemDraft(item.section_id, item.name, item.price_minor, item.currency)


def shown(kopi: Restaurant, location: Location | None = None, language: str = "") -> list[Item]:
    site = Location.objects.get(tenant=kopi.tenant, id=(location or kopi.location).id)
    return list(menu_of(kopi.tenant, site, language).items())


def versions(kopi: Restaurant) -> dict[str, int]:
    return dict(Location.objects.filter(tenant=kopi.tenant).values_list("slug", "menu_version"))


def test_what_is_added_is_on_the_menu_in_the_order_of_typing(kopi: Restaurant) -> None:
    drinks, food = add_section(kopi.owner, " Drinks "), add_section(kopi.owner, "Food")
    add_item(kopi.owner, food.id, "Roti", 150, "MYR")
    for name in ("Teh", "Kopi", "Air"):
        add_item(kopi.owner, drinks.id, name, 200, "MYR")
    assert [item.name for item in shown(kopi)] == ["Teh", "Kopi", "Air", "Roti"]
    assert versions(kopi) == {"bangsar": 7}


def test_an_edit_stores_everything(kopi: Restaurant) -> None:
    penang = a_location(kopi.tenant, "penang")
    item = an_item(kopi.tenant)
    other = add_section(kopi.owner, "Other")
    a_group(item, ("Egg", 100))
    first = ModifierGroup.objects.create(tenant=kopi.tenant, name="A")
    second = ModifierGroup.objects.get(tenant=kopi.tenant, name="Choose")
    draft = ItemDraft(
        section_id=other.id,
        name="Roti telur",
        price_minor=250,
        currency="MYR",
        description="With egg",
        tax_class="reduced",
        marks=["halal"],
        allergens=["egg"],
        serving=Serving(0b11111, time(7), time(11)),
        prices={penang.id: 300},
        group_ids=[second.id, first.id],
        texts={"ms": Text("Roti telur", "Dengan telur"), "zh-hans": Text("")},
    )
    edit_item(kopi.owner, item.id, 1, draft)
    [here], [there] = shown(kopi), shown(kopi, penang, "ms")
    assert (here.name, here.price_minor, there.price_minor) == ("Roti telur", 250, 300)
    assert (here.marks, here.allergens, here.tax_class) == (("halal",), ("egg",), "reduced")
    assert here.servings == (draft.serving,)
    assert there.description == "Dengan telur"
    stored = MenuItem.objects.get(tenant=kopi.tenant, id=item.id)
    assert (stored.version, stored.section_id) == (2, other.id)
    links = stored.item_groups.filter(tenant=kopi.tenant).order_by("position")
    assert [link.group_id for link in links] == [second.id, first.id]
    edit_item(kopi.owner, item.id, 2, replace(draft, prices={}, group_ids=[], texts={"ms": Text("")}))
    assert not ItemPrice.objects.filter(tenant=kopi.tenant).exists()
    assert not MenuText.objects.filter(tenant=kopi.tenant).exists()
    assert not links.all().exists()


def test_an_edit_of_another_version_changes_nothing(kopi: Restaurant) -> None:
    item = an_item(kopi.tenant)
    draft = draft_of(item)
    edit_item(kopi.owner, item.id, 1, replace(draft, price_minor=300))
    with pytest.raises(Conflict) as refused:
        edit_item(kopi.owner, item.id, 1, replace(draft, price_minor=900, name="X"))
    assert refused.value.code == Code.ITEM_CHANGED
    assert [(one.name, one.price_minor) for one in shown(kopi)] == [(item.name, 300)]
    assert versions(kopi) == {"bangsar": 2}


def test_a_section_of_another_version_changes_nothing(kopi: Restaurant) -> None:
    section = add_section(kopi.owner, "Drinks")
    edit_section(kopi.owner, section.id, 1, SectionDraft("Minuman", texts={"zh-hans": Text("x")}))
    with pytest.raises(Conflict):
        edit_section(kopi.owner, section.id, 1, SectionDraft("Lost"))
    assert MenuSection.objects.get(tenant=kopi.tenant).name == "Minuman"


def test_only_the_locations_that_can_sell_it_get_a_new_menu(kopi: Restaurant) -> None:
    a_location(kopi.tenant, "penang")
    a_location(kopi.tenant, "jurong", currency="SGD")
    item = an_item(kopi.tenant)
    edit_item(kopi.owner, item.id, 1, draft_of(item))
    assert versions(kopi) == {"bangsar": 2, "penang": 2, "jurong": 1}
    edit_item(kopi.owner, item.id, 2, replace(draft_of(item), currency="SGD"))
    assert versions(kopi) == {"bangsar": 3, "penang": 3, "jurong": 2}


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"name": " "}, Code.MENU_NAME_EMPTY),
        ({"name": "x" * 121}, Code.MENU_TEXT_LONG),
        ({"description": "x" * 301}, Code.MENU_TEXT_LONG),
        ({"price_minor": -1}, Code.PRICE_NEGATIVE),
        ({"price_minor": 10**12}, Code.PRICE_TOO_HIGH),
        ({"tax_class": "none of them"}, Code.TAX_CLASS_UNKNOWN),
        ({"serving": Serving(0)}, Code.SERVED_ON_NO_DAY),
        ({"serving": Serving(128)}, Code.SERVED_ON_NO_DAY),
        ({"currency": "SGD"}, Code.PRICE_OF_ANOTHER_CURRENCY),
        ({"section_id": uuid4()}, Code.SECTION_UNKNOWN),
        ({"group_ids": [uuid4()]}, Code.ITEM_GROUP_UNKNOWN),
        ({"prices": {uuid4(): 100}}, Code.PRICE_OF_ANOTHER_CURRENCY),
        ({"texts": {"ms": Text("x" * 121)}}, Code.MENU_TEXT_LONG),
    ],
)
def test_a_wrong_draft_is_refused(kopi: Restaurant, changes: dict[str, object], code: Code) -> None:
    item = an_item(kopi.tenant)
    with pytest.raises(DomainError) as refused:
        edit_item(kopi.owner, item.id, 1, replace(draft_of(item), **changes))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert MenuItem.objects.get(tenant=kopi.tenant).version == 1


def test_another_restaurants_rows_are_unknown(kopi: Restaurant) -> None:
    teh = a_restaurant("teh")
    theirs, ours = an_item(teh.tenant), an_item(kopi.tenant)
    a_group(theirs, ("Ice", 0))
    group = ModifierGroup.objects.get(tenant=teh.tenant)
    draft = draft_of(ours)
    wrong: list[tuple[UUID, ItemDraft]] = [
        (theirs.id, draft_of(theirs)),
        (ours.id, replace(draft, section_id=theirs.section_id)),
        (ours.id, replace(draft, group_ids=[group.id])),
        (ours.id, replace(draft, prices={teh.location.id: 1})),
    ]
    for item_id, values in wrong:
        with pytest.raises((Gone, Invalid)):
            edit_item(kopi.owner, item_id, 1, values)
    with pytest.raises(Gone):
        add_item(kopi.owner, theirs.section_id, "x", 1, "MYR")
    with pytest.raises(Gone):
        edit_section(kopi.owner, theirs.section_id, 1, SectionDraft("x"))
    assert MenuItem.objects.get(tenant=teh.tenant).version == 1


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_cashiers_and_cooks_may_not(kopi: Restaurant, role: str) -> None:
    item = an_item(kopi.tenant)
    member = a_member(kopi.tenant, role)
    for call in (
        lambda: add_section(member, "x"),
        lambda: add_item(member, item.section_id, "x", 1, "MYR"),
        lambda: edit_item(member, item.id, 1, draft_of(item)),
        lambda: edit_section(member, item.section_id, 1, SectionDraft("x")),
    ):
        with pytest.raises(Forbidden):
            call()
