"""The dashboard: sold out, pause, guests' calls, and how orders reach the guests."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.eighty_six import Stocked, sold_out
from duitpos.domain.tables.calls import call
from duitpos.models import ItemStock, Location, MenuItem, MenuSection, ServiceCall
from tests.dashboard.client import Dashboard, toasts
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_location, a_table, an_item


def press(dashboard: Dashboard, query: str = "", **form: str) -> Any:
    return dashboard.client.post(dashboard.url("sold_out") + query, form)


def stored(dashboard: Dashboard, slug: str = "bangsar") -> Location:
    return Location.objects.get(tenant=dashboard.tenant, slug=slug)


def test_each_location_has_its_own_tab(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    ipoh = a_location(dashboard.tenant, "ipoh")
    answer = press(dashboard, "?location=ipoh", kind="item", id=str(item.id), do="open")
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        dashboard.url("sold_out") + "?location=ipoh",
    )
    page = dashboard.page("sold_out", query="?location=ipoh")
    assert toasts(page) == ["Roti is sold out until somebody brings it back."]
    assert "Sold out now" in page
    assert "Sold out now" not in dashboard.page("sold_out")
    assert list(ItemStock.objects.filter(tenant=dashboard.tenant).values_list("location", flat=True)) == [
        ipoh.id
    ]
    assert press(dashboard, "?location=nowhere", kind="item", id=str(item.id), do="open").status_code == 404


def test_a_cook_may_and_the_menu_has_it(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    dashboard.be("kitchen")
    assert dashboard.url("sold_out") in dashboard.page("sold_out")
    assert press(dashboard, kind="item", id=str(item.id), do="1h").status_code == 303
    assert dashboard.get("service", "bangsar").status_code == 403


def test_a_restaurant_without_a_location(dashboard: Dashboard) -> None:
    rows = Location.objects.filter(tenant=dashboard.tenant)
    rows._raw_delete(rows.db)
    assert "This restaurant has no location yet." in dashboard.page("sold_out")


def test_five_thousand_dishes_take_as_many_queries_as_one(dashboard: Dashboard) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            dashboard.page("sold_out")
        return len(seen)

    an_item(dashboard.tenant, "Roti")
    count()
    few = count()
    # Session, user, membership; locations; rows, stock, number; two for what is sold out; the badge; the set-up.
    assert few == 11
    section = MenuSection.objects.create(tenant=dashboard.tenant, name="Mains")
    MenuItem.objects.bulk_create(
        MenuItem(tenant=dashboard.tenant, section=section, name=f"D{n}", price_minor=1, currency="MYR")
        for n in range(5000)
    )
    assert count() == few


def test_from_an_orders_line_and_back_to_the_order(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    order = a_ticket(dashboard.restaurant.location, item, 7)
    page = dashboard.page("order", order.id)
    (action,) = set(re.findall(r'class="stock-(?:choices|left)" action="([^"]+)"', page))
    answer = dashboard.client.post(
        action, {"kind": "item", "id": str(item.id), "do": "2h", "order": str(order.id)}
    )
    assert answer.headers["Location"] == dashboard.url("order", order.id)
    page = dashboard.page("order", order.id)
    assert re.fullmatch(r"Roti is sold out until .+\.", toasts(page)[0])
    assert "sold out until" in page
    wrong = dashboard.client.post(
        action, {"kind": "item", "id": str(item.id), "do": "limit", "left": "0", "order": str(order.id)}
    )
    assert "Say how many are left" in wrong.content.decode()
    assert 'value="0" aria-invalid="true"' in wrong.content.decode()


def test_a_dish_that_left_the_menu_is_not_offered_on_its_order(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    order = a_ticket(dashboard.restaurant.location, item, 7)
    sold_out(dashboard.restaurant.owner, dashboard.restaurant.location, Stocked.ITEM, item.id, "open")
    MenuItem.objects.filter(tenant=dashboard.tenant).update(archived_at=order.created_at)
    assert "stock-choices" not in dashboard.page("order", order.id)


def test_paused_and_started_again(dashboard: Dashboard) -> None:
    form = {"do": "pause", "how_long": "1h", "message": "Kitchen is full", "seen": ""}
    assert press(dashboard, **form).status_code == 303
    page = dashboard.page("sold_out")
    assert "Guests read: “Kitchen is full”" in page
    seen = stored(dashboard).paused_at
    assert seen is not None
    assert press(dashboard, do="resume", seen=seen.isoformat()).status_code == 303
    assert toasts(dashboard.page("sold_out")) == ["Guests can order again."]
    assert stored(dashboard).paused_at is None


def test_a_call_is_above_the_orders_and_answered(dashboard: Dashboard) -> None:
    site = dashboard.restaurant.location
    etag = dashboard.get("orders_live").headers["ETag"]
    made = call(dashboard.tenant, a_table(site, "Garden 3"), "staff", "phone-of-a-guest")
    live = dashboard.get("orders_live", headers={"if-none-match": etag})
    assert live.status_code == 200
    assert "Garden 3" in live.content.decode()
    assert "Garden 3" in dashboard.page("orders")
    ipoh = a_location(dashboard.tenant, "ipoh")
    assert "Garden 3" not in dashboard.page("orders", query=f"?location={ipoh.slug}")
    assert dashboard.sent("answer_call", made.id) == ["Table Garden 3 reads that somebody is on the way."]
    assert "On my way" not in dashboard.page("orders")
    assert (
        ServiceCall.objects.get(tenant=dashboard.tenant).acknowledged_by_id == dashboard.restaurant.owner.id
    )


@pytest.mark.parametrize("style", ["collected", "brought"])
def test_how_orders_reach_the_guests(dashboard: Dashboard, style: str) -> None:
    assert dashboard.sent("service", "bangsar", style=style) == [
        "Saved. Guests read it on their order's page."
    ]
    assert stored(dashboard).service_style == style


def test_another_style_is_refused_beside_its_field(dashboard: Dashboard) -> None:
    assert "drone is not one of the available choices" in dashboard.refused(
        "service", "bangsar", style="drone"
    )
    assert stored(dashboard).service_style == "brought"
