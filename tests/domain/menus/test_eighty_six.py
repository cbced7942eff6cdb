"""86: mark an item out of stock or limited."""

from __future__ import annotations

from uuid import uuid4

import pytest

from duitpos.domain.errors import Gone, Invalid
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.domain.menus.read import menu_of
from duitpos.domain.tenancy.find import location_of
from duitpos.models import ItemStock
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


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
