"""The order of sections and items."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from duitpos.domain.errors import Forbidden, Gone
from duitpos.domain.menus.edit.items import add_item
from duitpos.domain.menus.edit.order import move_item, move_section, order_items, order_sections
from duitpos.domain.menus.edit.sections import add_section
from duitpos.domain.menus.read import menu_of
from duitpos.models import Location, MenuItem, MenuSection
from tests.support.restaurant import Restaurant, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


class Menu:
    """A menu with single letters as names."""

    def __init__(self, **sections: str) -> None:
        self.kopi: Restaurant = a_restaurant()
        self.ids: dict[str, UUID] = {}
        for name, items in sections.items():
            section = add_section(self.kopi.owner, name)
            self.ids[name] = section.id
            for item in items:
                self.ids[item] = add_item(self.kopi.owner, section.id, item, 100, "MYR").id

    @property
    def shown(self) -> dict[str, str]:
        location = Location.objects.get(tenant=self.kopi.tenant)
        sections = menu_of(self.kopi.tenant, location).sections
        return {section.name: "".join(item.name for item in section.items) for section in sections}

    def ordered(self, names: str) -> list[UUID]:
        return [self.ids[name] for name in names]


def test_a_step_up_and_down() -> None:
    menu = Menu(One="abc", Two="d")
    assert move_item(menu.kopi.owner, menu.ids["c"], "up") == 2
    assert menu.shown == {"One": "acb", "Two": "d"}
    assert move_item(menu.kopi.owner, menu.ids["a"], "down") == 2
    assert menu.shown == {"One": "cab", "Two": "d"}
    assert move_item(menu.kopi.owner, menu.ids["c"], "up") == 1, "the first stays the first"
    assert move_section(menu.kopi.owner, menu.ids["Two"], "up") == 1
    assert list(menu.shown) == ["Two", "One"]


def test_rows_that_have_the_same_position_get_an_order() -> None:
    menu = Menu(One="abc")
    MenuItem.objects.filter(tenant=menu.kopi.tenant).update(position=0)
    move_item(menu.kopi.owner, menu.ids["c"], "up")
    assert menu.shown == {"One": "acb"}


def test_an_unknown_direction_moves_nothing() -> None:
    menu = Menu(One="ab")
    move_item(menu.kopi.owner, menu.ids["b"], "sideways")
    assert menu.shown == {"One": "ab"}


def test_a_new_order_of_some_leaves_the_others_in_their_places() -> None:
    """Such as those on another page, and what somebody added meanwhile."""
    menu = Menu(One="abcde")
    order_items(menu.kopi.owner, menu.ids["One"], menu.ordered("dcb"), menu.ids["d"])
    assert menu.shown == {"One": "adcbe"}


def test_an_item_dragged_to_another_section() -> None:
    menu = Menu(One="abc", Two="xy")
    order_items(menu.kopi.owner, menu.ids["Two"], menu.ordered("xby"), menu.ids["b"])
    assert menu.shown == {"One": "ac", "Two": "xby"}
    assert MenuItem.objects.get(tenant=menu.kopi.tenant, name="b").version == 2


def test_an_item_dragged_between_items_of_a_later_page() -> None:
    menu = Menu(One="a", Two="uvwxyz")
    order_items(menu.kopi.owner, menu.ids["Two"], menu.ordered("xay"), menu.ids["a"])
    assert menu.shown == {"Two": "uvwxayz"}


def test_a_stale_order_brings_nothing_back_and_loses_nothing() -> None:
    menu = Menu(One="abc", Two="x")
    stale = menu.ordered("cab")
    order_items(menu.kopi.owner, menu.ids["Two"], menu.ordered("bx"), menu.ids["b"])
    add_item(menu.kopi.owner, menu.ids["One"], "n", 100, "MYR")
    order_items(menu.kopi.owner, menu.ids["One"], menu.ordered("cba"), menu.ids["c"])
    assert menu.shown == {"One": "can", "Two": "bx"}
    order_items(menu.kopi.owner, menu.ids["One"], [*stale, menu.ids["c"]], menu.ids["c"])
    assert menu.shown == {"One": "can", "Two": "bx"}


def test_sections_in_a_new_order() -> None:
    menu = Menu(One="a", Two="b", Three="c")
    order_sections(menu.kopi.owner, [menu.ids[name] for name in ("Three", "One")])
    assert list(menu.shown) == ["Three", "Two", "One"]


def test_the_order_of_another_restaurant_is_unknown() -> None:
    menu = Menu(One="ab")
    theirs = an_item(a_restaurant("teh").tenant)
    owner, section = menu.kopi.owner, menu.ids["One"]
    for call in (
        lambda: order_items(owner, section, [theirs.id, *menu.ordered("ba")], menu.ids["b"]),
        lambda: order_items(owner, section, menu.ordered("ba"), theirs.id),
        lambda: order_items(owner, theirs.section_id, menu.ordered("ba"), menu.ids["b"]),
        lambda: order_sections(owner, [theirs.section_id, section]),
        lambda: order_sections(owner, [uuid4()]),
        lambda: move_item(owner, theirs.id, "up"),
        lambda: move_section(owner, theirs.section_id, "up"),
    ):
        with pytest.raises(Gone):
            call()
    assert menu.shown == {"One": "ab"}
    with pytest.raises(Forbidden):
        move_item(a_member(menu.kopi.tenant), menu.ids["b"], "up")


def test_only_the_rows_that_moved_are_written() -> None:
    menu = Menu(One="abc")
    MenuSection.objects.filter(tenant=menu.kopi.tenant).update(position=7)
    move_item(menu.kopi.owner, menu.ids["c"], "up")
    assert MenuSection.objects.get(tenant=menu.kopi.tenant).position == 7
