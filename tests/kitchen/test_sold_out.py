"""The kitchen's page on which cooks mark dishes sold out and pause orders."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.read import menu_of
from duitpos.kit.clock import now
from duitpos.models import ItemStock, Location, MenuItem, MenuSection, ModifierStock
from tests.kitchen.factories import Kitchen
from tests.kitchen.tickets import a_ticket
from tests.support.restaurant import a_group, a_location, an_item


def page(kitchen: Kitchen, query: str = "", status: int = 200) -> str:
    response = kitchen.client.get(kitchen.url("sold_out", "bangsar") + query)
    assert response.status_code == status
    return html.unescape(response.content.decode())


def press(kitchen: Kitchen, query: str = "", **form: str) -> HttpResponse:
    return kitchen.client.post(kitchen.url("sold_out", "bangsar") + query, form)  # type: ignore[return-value]


def done(kitchen: Kitchen, query: str = "", **form: str) -> str:
    """Send a form that must be accepted; returns what the page then says was done."""
    response = press(kitchen, query, **form)
    assert response.status_code == 303, response.content.decode()
    assert response.headers["Location"] == kitchen.url("sold_out", "bangsar") + query
    return " ".join(re.findall(r"stock-done[^>]*>.*?</span> (.*?)</p>", page(kitchen, query)))


def is_sold_out(kitchen: Kitchen) -> bool:
    site = Location.objects.get(tenant=kitchen.restaurant.tenant, slug="bangsar")
    return next(menu_of(kitchen.restaurant.tenant, site).items()).is_sold_out


def test_sold_out_for_an_hour_listed_and_back(kitchen: Kitchen) -> None:
    dish = {"kind": "item", "id": str(kitchen.item.id)}
    assert "Sold out now" not in page(kitchen)
    assert re.fullmatch(r"Roti canai is sold out until .+\.", done(kitchen, **dish, do="1h"))
    assert is_sold_out(kitchen)
    listed = page(kitchen)
    assert "Sold out now" in listed
    assert listed.index("Sold out now") < listed.index("Mark as sold out")
    assert "sold out until" in listed
    assert done(kitchen, **dish, do="open") == "Roti canai is sold out until somebody brings it back."
    assert done(kitchen, **dish, do="back") == "Roti canai is back."
    assert not is_sold_out(kitchen)


def test_a_single_choice_and_only_so_many_left(kitchen: Kitchen) -> None:
    egg = str(a_group(kitchen.item, ("Egg", 100))["Egg"])
    assert "Egg" in page(kitchen, "?kind=modifier")
    assert done(kitchen, "?kind=modifier", kind="modifier", id=egg, do="closing").startswith(
        "Egg is sold out until"
    )
    assert ModifierStock.objects.get(tenant=kitchen.restaurant.tenant).until is not None
    said = done(kitchen, kind="item", id=str(kitchen.item.id), do="limit", left="4")
    assert said == "Roti canai: 4 left, then it is sold out."
    assert "4 left" in page(kitchen)


@pytest.mark.parametrize("left", ["", "0", "-3", "1.5", "٣", "100001", "9" * 30])
def test_a_wrong_number_is_kept_and_explained_beside_its_field(kitchen: Kitchen, left: str) -> None:
    response = press(kitchen, kind="item", id=str(kitchen.item.id), do="limit", left=left)
    shown = html.unescape(response.content.decode())
    assert response.status_code == 400
    assert "Say how many are left, at least 1" in shown
    assert f'value="{left[:20]}" aria-invalid="true"' in shown
    assert not ItemStock.objects.filter(tenant=kitchen.restaurant.tenant).exists()


@pytest.mark.parametrize(
    "form, status",
    [
        ({}, 404),
        ({"kind": "item", "id": "x", "do": "1h"}, 404),
        ({"kind": "table", "id": "{id}", "do": "1h"}, 404),
        ({"kind": "modifier", "id": "{id}", "do": "1h"}, 404),
        ({"kind": "item", "id": "{id}"}, 400),
        ({"kind": "item", "id": "{id}", "do": "25h"}, 400),
        ({"do": "pause"}, 400),
        ({"do": "pause", "how_long": "1h", "message": "x" * 201}, 400),
    ],
)
def test_an_incomplete_form_changes_nothing(kitchen: Kitchen, form: dict[str, str], status: int) -> None:
    sent = {name: value.replace("{id}", str(kitchen.item.id)) for name, value in form.items()}
    before = Location.objects.get(tenant=kitchen.restaurant.tenant)
    assert press(kitchen, **sent).status_code == status
    after = Location.objects.get(tenant=kitchen.restaurant.tenant)
    assert (after.menu_version, after.paused_at) == (before.menu_version, None)


def test_a_tickets_line_leads_to_its_dish_with_its_choices_open(kitchen: Kitchen) -> None:
    a_group(kitchen.item, ("Egg", 100))
    an_item(kitchen.restaurant.tenant, "Teh tarik")
    a_ticket(kitchen.restaurant.location, kitchen.item, 1)
    query = f"?item={kitchen.item.id}"
    assert kitchen.url("sold_out", "bangsar") + query in kitchen.board()
    one = page(kitchen, query)
    assert "Roti canai" in one
    assert "Egg" in one
    assert "Teh tarik" not in one
    assert one.count("<details open>") == 1
    done(kitchen, query, kind="item", id=str(kitchen.item.id), do="2h")
    MenuItem.objects.filter(tenant=kitchen.restaurant.tenant).update(archived_at=now())
    assert "This dish is no longer on the menu." in page(kitchen, query)


def test_searching_and_pages(kitchen: Kitchen) -> None:
    tenant = kitchen.restaurant.tenant
    section = MenuSection.objects.create(tenant=tenant, name="Mains", position=9)
    MenuItem.objects.bulk_create(
        MenuItem(tenant=tenant, section=section, name=f"Dish {n:03}", price_minor=1, currency="MYR")
        for n in range(70)
    )
    first = page(kitchen)
    assert "Dish 048" in first
    assert "Dish 049" not in first
    assert "page=2" in first
    assert "Dish 069" in page(kitchen, "?page=2")
    found = page(kitchen, "?q=dish+01&page=0x")
    assert ("Dish 012" in found, "Dish 022" in found) == (True, False)
    assert "Nothing is called “<b>”." in page(kitchen, "?q=%3Cb%3E").replace("&lt;", "<")
    for strange in ("?page=999999", "?page=-1", "?q=%00", "?kind=nothing", "?item=1", "?q=" + "x" * 500):
        page(kitchen, strange)


def test_the_page_takes_few_queries_whatever_the_number_of_dishes(kitchen: Kitchen) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(kitchen)
        return len(seen)

    count()
    few = count()
    # Session, user, membership, location; the rows, their stock and their number; what is sold out.
    assert few <= 9
    section = MenuSection.objects.create(tenant=kitchen.restaurant.tenant, name="Mains")
    MenuItem.objects.bulk_create(
        MenuItem(
            tenant=kitchen.restaurant.tenant, section=section, name=f"D{n}", price_minor=1, currency="MYR"
        )
        for n in range(5000)
    )
    assert count() == few


def test_an_empty_menu(kitchen: Kitchen) -> None:
    MenuItem.objects.filter(tenant=kitchen.restaurant.tenant).update(archived_at=now())
    assert "There is nothing on the menu yet." in page(kitchen)
    assert "No dish has choices." in page(kitchen, "?kind=modifier")


def test_paused_from_the_kitchen_seen_on_every_board_and_started_again(kitchen: Kitchen) -> None:
    etag = kitchen.poll().headers["ETag"]
    said = done(kitchen, do="pause", how_long="30m", message="Back soon <b>", seen="")
    assert re.fullmatch(r"Orders are paused until .+\.", said)
    live = kitchen.poll(etag)
    assert live.status_code == 200
    board = html.unescape(live.content.decode())
    assert "Guests read: “Back soon <b>”" in board
    assert "&lt;b&gt;" in live.content.decode()
    assert kitchen.poll(live.headers["ETag"]).status_code == 304
    (seen,) = re.findall(r'name="seen" value="([^"]+)"><button type="submit" name="do" value="resume"', board)
    answer = kitchen.client.post(kitchen.url("take_orders", "bangsar"), {"do": "resume", "seen": seen})
    assert (answer.status_code, answer.headers["Location"]) == (303, kitchen.url("board", "bangsar"))
    assert "Orders are paused" not in kitchen.board()


def test_a_pause_that_ends_by_itself_leaves_the_board(kitchen: Kitchen) -> None:
    done(kitchen, do="pause", how_long="1h", seen="")
    etag = kitchen.poll().headers["ETag"]
    Location.objects.filter(tenant=kitchen.restaurant.tenant).update(
        paused_until=now() - timedelta(seconds=1)
    )
    again = kitchen.poll(etag)
    assert (again.status_code, "Orders are paused" in again.content.decode()) == (200, False)


def test_two_who_pause_at_once_the_second_is_told(kitchen: Kitchen) -> None:
    done(kitchen, do="pause", how_long="30m", message="First", seen="")
    response = press(kitchen, do="pause", how_long="open", message="Second", seen="")
    shown = html.unescape(response.content.decode())
    assert response.status_code == 409
    assert "Somebody else has paused orders" in shown
    assert "Guests read: “First”" in shown
    assert 'value="Second"' in shown, "what was typed is kept"
    answer = kitchen.client.post(
        kitchen.url("take_orders", "bangsar"), {"do": "resume", "seen": ""}, follow=True
    )
    assert "Somebody else has paused orders" in html.unescape(answer.content.decode())
    assert Location.objects.get(tenant=kitchen.restaurant.tenant).pause_message == "First"


def test_another_location_keeps_its_stock_and_takes_orders(kitchen: Kitchen) -> None:
    ipoh = a_location(kitchen.restaurant.tenant, "ipoh")
    done(kitchen, kind="item", id=str(kitchen.item.id), do="open")
    done(kitchen, do="pause", how_long="open", seen="")
    elsewhere = html.unescape(kitchen.client.get(kitchen.url("sold_out", "ipoh")).content.decode())
    assert "Sold out now" not in elsewhere
    assert "Orders are paused" not in elsewhere
    assert Location.objects.get(tenant=kitchen.restaurant.tenant, id=ipoh.id).paused_at is None
