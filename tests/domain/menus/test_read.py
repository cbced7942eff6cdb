"""Reading one location's menu."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus.read import Menu, menu_of
from duitpos.kit.clock import now
from duitpos.models import ItemPrice, ItemStock, MenuItem, MenuSection, Modifier, ModifierStock
from tests.support.restaurant import Restaurant, a_group, a_location, a_restaurant, an_item

pytestmark = pytest.mark.django_db


def _menu(restaurant: Restaurant) -> Menu:
    return menu_of(restaurant.tenant, restaurant.location)


def _names(menu: Menu) -> list[str]:
    return [item.name for item in menu.items()]


def test_the_menu_is_in_the_restaurants_order() -> None:
    kopi = a_restaurant()
    drinks = MenuSection.objects.create(tenant=kopi.tenant, name="Drinks", position=2)
    bread = MenuSection.objects.create(tenant=kopi.tenant, name="Bread", position=1)
    MenuSection.objects.create(tenant=kopi.tenant, name="Nothing yet", position=0)
    an_item(kopi.tenant, "Teh", section=drinks, position=1)
    an_item(kopi.tenant, "Kopi", section=drinks, position=0)
    roti = an_item(
        kopi.tenant, "Roti", 150, section=bread, marks=["halal"], allergens=["gluten"], description="Flaky"
    )
    egg = a_group(roti, ("Egg", 150), ("Onion", 50), least=0, most=2)

    menu = _menu(kopi)

    assert [(section.name, [item.name for item in section.items]) for section in menu.sections] == [
        ("Bread", ["Roti"]),
        ("Drinks", ["Kopi", "Teh"]),
    ]
    item = next(menu.items())
    assert (item.id, item.price_minor, item.marks, item.allergens) == (roti.id, 150, ("halal",), ("gluten",))
    assert (item.description, item.stock, item.left) == ("Flaky", "in_stock", None)
    assert [(choice.id, choice.name, choice.price_delta_minor) for choice in item.groups[0].choices] == [
        (egg["Egg"], "Egg", 150),
        (egg["Onion"], "Onion", 50),
    ]
    assert (item.groups[0].min_choices, item.groups[0].max_choices) == (0, 2)
    assert (menu.currency, menu.version) == ("MYR", kopi.location.menu_version)


def test_it_costs_seven_queries_whatever_its_size(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kopi = a_restaurant()
    for number in range(12):
        item = an_item(kopi.tenant, f"Dish {number}")
        a_group(item, ("A", 1), ("B", 2))
        a_group(item, ("C", 1))
    with django_assert_num_queries(7):
        assert len(_names(_menu(kopi))) == 12


def test_only_what_this_location_sells_is_on_it() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    an_item(kopi.tenant, "Roti")
    an_item(kopi.tenant, "Hidden", archived_at=now())
    an_item(kopi.tenant, "In another currency", currency="SGD")
    an_item(teh.tenant, "Of another restaurant")
    assert _names(_menu(kopi)) == ["Roti"]
    singapore = a_location(kopi.tenant, "singapore", currency="SGD")
    assert _names(menu_of(kopi.tenant, singapore)) == ["In another currency"]


@pytest.mark.parametrize(
    "status, quantity, shown",
    [
        ("in_stock", None, ("in_stock", None)),
        ("limited", 3, ("limited", 3)),
        ("limited", 0, ("out_of_stock", None)),
        ("limited", None, ("out_of_stock", None)),
        ("out_of_stock", None, ("out_of_stock", None)),
    ],
)
def test_stock_is_per_location(status: str, quantity: int | None, shown: tuple[str, int | None]) -> None:
    kopi = a_restaurant()
    other = a_location(kopi.tenant, "penang")
    item = an_item(kopi.tenant)
    ItemStock.objects.create(tenant=kopi.tenant, location=other, item=item, status=status, quantity=quantity)
    there, here = (next(menu_of(kopi.tenant, site).items()) for site in (other, kopi.location))
    assert (there.stock, there.left) == shown
    assert (here.stock, here.left) == ("in_stock", None)


def _switch_off(item: MenuItem, *names: str) -> None:
    Modifier.objects.filter(tenant_id=item.tenant_id, name__in=names).update(archived_at=now())


def test_an_inactive_choice_is_not_shown() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    a_group(item, ("Hot", 0), ("Iced", 50), least=1)
    a_group(item, ("Egg", 150))
    _switch_off(item, "Iced", "Egg")
    shown = next(_menu(kopi).items())
    assert [[choice.name for choice in group.choices] for group in shown.groups] == [["Hot"]]
    assert shown.stock == "in_stock"


def test_without_a_required_choice_the_item_is_sold_out() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    a_group(item, ("Hot", 0), ("Iced", 50), least=1)
    _switch_off(item, "Hot", "Iced")
    assert next(_menu(kopi).items()).stock == "out_of_stock"


def test_an_archived_section_takes_its_items_off_the_menu() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    MenuSection.objects.filter(tenant=kopi.tenant, id=item.section_id).update(archived_at=now())
    assert _names(_menu(kopi)) == []


def test_a_price_of_its_own_counts_at_its_location() -> None:
    kopi = a_restaurant()
    airport = a_location(kopi.tenant, "airport")
    item = an_item(kopi.tenant, price_minor=150)
    ItemPrice.objects.create(tenant=kopi.tenant, location=airport, item=item, price_minor=400)
    prices = [next(menu_of(kopi.tenant, site).items()).price_minor for site in (kopi.location, airport)]
    assert prices == [150, 400]


def test_without_a_required_choice_in_stock_the_item_is_sold_out_there() -> None:
    kopi = a_restaurant()
    airport = a_location(kopi.tenant, "airport")
    hot = a_group(an_item(kopi.tenant), ("Hot", 0), least=1)["Hot"]
    ModifierStock.objects.create(tenant=kopi.tenant, location=airport, modifier_id=hot)
    there, here = (next(menu_of(kopi.tenant, site).items()) for site in (airport, kopi.location))
    assert (there.is_sold_out, here.is_sold_out) == (True, False)
    assert [choice.name for choice in there.groups[0].choices] == ["Hot"]
    assert there.groups[0].in_stock == ()


def test_pricing_reads_only_what_is_in_the_cart() -> None:
    kopi = a_restaurant()
    roti, teh = an_item(kopi.tenant, "Roti"), an_item(kopi.tenant, "Teh")
    a_group(roti, ("Egg", 100))
    a_group(teh, ("Iced", 50))
    (item,) = menu_of(kopi.tenant, kopi.location, only=frozenset({teh.id})).items()
    assert (item.name, [group.choices[0].name for group in item.groups]) == ("Teh", ["Iced"])
