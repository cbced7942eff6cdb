"""Two people who put a section in order at the same moment lose no row, and one of their orders stands."""

from __future__ import annotations

from functools import partial

import pytest
from django.db.models import QuerySet

from duitpos.domain.menus.edit import order as order_module
from duitpos.domain.menus.edit.items import add_item
from duitpos.domain.menus.edit.order import live_items, order_items
from duitpos.domain.menus.edit.sections import add_section
from duitpos.models import MenuItem
from tests.support.at_once import at_once
from tests.support.restaurant import a_restaurant

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

NAMES = "abcdefgh"


@pytest.mark.parametrize("time", range(3))
def test_one_of_two_orders_stands(time: int) -> None:
    kopi = a_restaurant()
    section = add_section(kopi.owner, "Drinks")
    ids = {name: add_item(kopi.owner, section.id, name, 100, "MYR").id for name in NAMES}
    wanted = [NAMES[::-1], NAMES[4:] + NAMES[:4]]
    orders = [[ids[name] for name in names] for names in wanted]
    at_once([partial(order_items, kopi.owner, section.id, order, order[0]) for order in orders])
    rows = list(live_items(kopi.tenant.id, section.id))
    assert "".join(row.name for row in rows) in wanted
    assert [row.position for row in rows] == list(range(len(NAMES)))


def test_an_order_that_was_overtaken_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the guard on the old positions the overtaken one would write two rows with the same position."""
    kopi = a_restaurant()
    section = add_section(kopi.owner, "Drinks")
    ids = {name: add_item(kopi.owner, section.id, name, 100, "MYR").id for name in "abc"}
    number = order_module._renumber
    overtaken: list[bool] = []

    def late(mine: QuerySet[MenuItem], rows: list[MenuItem]) -> None:
        if not overtaken:
            overtaken.append(True)
            # As if another transaction had committed between our read and our write.
            MenuItem.objects.filter(tenant=kopi.tenant, id=ids["a"]).update(position=9)
        number(mine, rows)

    monkeypatch.setattr(order_module, "_renumber", late)
    order_items(kopi.owner, section.id, [ids[name] for name in "bac"], ids["b"])
    rows = list(live_items(kopi.tenant.id, section.id))
    assert [row.name for row in rows] == ["b", "a", "c"]
    assert overtaken
    assert [row.position for row in rows] == [0, 1, 2]
