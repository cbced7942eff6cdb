"""86: mark an item out of stock or limited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from duitpos.domain.errors import Forbidden, Gone, Invalid
from duitpos.domain.menus.eighty_six import Changed, Stocked, back, set_stock, sold_out
from duitpos.domain.menus.read import menu_of
from duitpos.domain.tenancy.find import location_of
from duitpos.models import ItemStock, MenuItem, Modifier, ModifierStock
from tests.support.restaurant import Restaurant, a_group, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
"""Noon at the restaurant."""


def _shown(kopi: Restaurant) -> tuple[str, int | None, int]:
    location = location_of(kopi.tenant, kopi.location.slug)
    item = next(menu_of(kopi.tenant, location).items())
    return item.stock, item.left, location.menu_version


def test_out_limited_and_back() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    cook = a_member(kopi.tenant, "kitchen")
    set_stock(cook, kopi.location, item.id, "out_of_stock")
    assert _shown(kopi) == ("out_of_stock", None, 2)
    set_stock(cook, kopi.location, item.id, "limited", 4)
    assert _shown(kopi) == ("limited", 4, 3)
    set_stock(cook, kopi.location, item.id, "in_stock")
    assert _shown(kopi) == ("in_stock", None, 4)
    assert ItemStock.objects.filter(tenant=kopi.tenant).count() == 1


def test_another_location_is_not_changed() -> None:
    kopi = a_restaurant()
    other = a_location(kopi.tenant, "penang")
    item = an_item(kopi.tenant)
    set_stock(kopi.owner, other, item.id, "out_of_stock")
    assert _shown(kopi) == ("in_stock", None, 1)


@pytest.mark.parametrize(
    "status, quantity",
    [("limited", None), ("limited", 0), ("limited", -1), ("out_of_stock", 3), ("sold", None)],
)
def test_invalid_values_are_refused(status: str, quantity: int | None) -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    with pytest.raises(Invalid):
        set_stock(kopi.owner, kopi.location, item.id, status, quantity)
    assert _shown(kopi) == ("in_stock", None, 1)


def test_another_restaurants_dish_or_site_is_gone() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    theirs, ours = an_item(teh.tenant), an_item(kopi.tenant)
    for location, item_id in ((kopi.location, theirs.id), (teh.location, ours.id), (kopi.location, uuid4())):
        with pytest.raises(Gone):
            set_stock(kopi.owner, location, item_id, "out_of_stock")
    for restaurant in (kopi, teh):
        assert not ItemStock.objects.filter(tenant=restaurant.tenant).exists()
        assert _shown(restaurant)[2] == 1


def _choices(kopi: Restaurant) -> dict[str, bool]:
    """The modifiers of the only item, and whether each is sold out."""
    item = next(menu_of(kopi.tenant, location_of(kopi.tenant, kopi.location.slug)).items())
    return {choice.name: choice.is_sold_out for choice in item.groups[0].choices}


def test_for_two_hours_and_it_comes_back_by_itself() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    with time_machine.travel(NOON, tick=False):
        changed = sold_out(kopi.owner, kopi.location, Stocked.ITEM, item.id, "2h")
        assert changed == Changed("Roti canai", NOON + timedelta(hours=2))
        assert _shown(kopi)[0] == "out_of_stock"
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert _shown(kopi)[0] == "in_stock"


def test_an_earlier_end_does_not_end_the_next_absence() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    with time_machine.travel(NOON, tick=False):
        sold_out(kopi.owner, kopi.location, Stocked.ITEM, item.id, "1h")
        sold_out(kopi.owner, kopi.location, Stocked.ITEM, item.id, "open")
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        assert _shown(kopi)[0] == "out_of_stock"
        assert back(kopi.owner, kopi.location, Stocked.ITEM, item.id) == Changed("Roti canai")
        assert _shown(kopi)[0] == "in_stock"


def test_a_single_modifier_at_one_location() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    choices = a_group(item, ("Egg", 100), ("Cheese", 200))
    other = a_location(kopi.tenant, "penang")
    sold_out(kopi.owner, other, Stocked.MODIFIER, choices["Egg"], "open")
    assert _choices(kopi) == {"Egg": False, "Cheese": False}
    with time_machine.travel(NOON, tick=False):
        sold_out(kopi.owner, kopi.location, Stocked.MODIFIER, choices["Cheese"], "open")
        version = _shown(kopi)[2]
        sold_out(kopi.owner, kopi.location, Stocked.MODIFIER, choices["Cheese"], "1h")
        assert _choices(kopi) == {"Egg": False, "Cheese": True}
        assert _shown(kopi)[2] > version, "open phones see it"
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert _choices(kopi) == {"Egg": False, "Cheese": False}
    back(kopi.owner, kopi.location, Stocked.MODIFIER, choices["Cheese"])
    assert list(ModifierStock.objects.filter(tenant=kopi.tenant).values_list("location", flat=True)) == [
        other.id
    ]


@pytest.mark.parametrize("kind", Stocked)
def test_nobody_changes_what_is_not_theirs_or_not_on_the_menu(kind: Stocked) -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    ours, theirs = an_item(kopi.tenant), an_item(teh.tenant)
    ids = {
        Stocked.ITEM: (ours.id, theirs.id),
        Stocked.MODIFIER: (a_group(ours, ("Egg", 0))["Egg"], a_group(theirs, ("Egg", 0))["Egg"]),
    }
    mine, other = ids[kind]
    for location, row_id in ((kopi.location, other), (teh.location, mine), (kopi.location, uuid4())):
        with pytest.raises(Gone):
            sold_out(kopi.owner, location, kind, row_id, "open")
        with pytest.raises(Gone):
            back(kopi.owner, location, kind, row_id)
    MenuItem.objects.filter(tenant=kopi.tenant).update(archived_at=NOON)
    Modifier.objects.filter(tenant=kopi.tenant).update(archived_at=NOON)
    with pytest.raises(Gone):
        sold_out(kopi.owner, kopi.location, kind, mine, "open")
    for tenant in (kopi.tenant, teh.tenant):
        assert not ItemStock.objects.filter(tenant=tenant).exists()
        assert not ModifierStock.objects.filter(tenant=tenant).exists()


def test_an_end_belongs_to_what_is_sold_out() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    with pytest.raises(Invalid):
        set_stock(kopi.owner, kopi.location, item.id, "in_stock", until=NOON)
    with pytest.raises(Invalid):
        sold_out(kopi.owner, kopi.location, Stocked.ITEM, item.id, "soon")


@pytest.mark.parametrize("kind", Stocked)
def test_a_role_without_the_right_is_refused(kind: Stocked) -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant)
    row_id = item.id if kind is Stocked.ITEM else a_group(item, ("Egg", 0))["Egg"]
    stranger = a_member(kopi.tenant, "cashier")
    stranger.role = "none"
    with pytest.raises(Forbidden):
        sold_out(stranger, kopi.location, kind, row_id, "1h")
    with pytest.raises(Forbidden):
        back(stranger, kopi.location, kind, row_id)
