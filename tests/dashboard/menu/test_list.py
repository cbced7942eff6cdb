"""The list of the menu: what it shows, filters in the address, adding quickly, page size and queries."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duitpos.domain.menus.edit.archive import archive_item, archive_section
from duitpos.domain.menus.eighty_six import set_stock
from duitpos.models import MenuItem, MenuPhoto, MenuSection
from tests.dashboard.client import Dashboard, said_beside
from tests.support.restaurant import a_location, an_item


def test_an_empty_menu_says_how_to_start(dashboard: Dashboard) -> None:
    page = dashboard.page("menu")
    assert "Your menu is empty" in page
    assert 'name="section"' in page
    for name in ("menu_samples", "menu_import"):
        assert f'class="button" href="{dashboard.url(name)}"' in page
    assert 'aria-current="page"' in page.split("/dashboard/menu/")[1].split("</a>")[0]


def test_a_menu_is_typed_without_script(dashboard: Dashboard) -> None:
    response: Any = dashboard.client.post(
        dashboard.url("menu_add_section"), {"section": " Hot  drinks "}, follow=True
    )
    section = MenuSection.objects.get(tenant=dashboard.tenant)
    assert section.name == "Hot drinks"
    for name, price in (("Teh tarik", "2,50"), ("Kopi O", "RM 1.80")):
        page = response.content.decode()
        assert f'action="{dashboard.url("menu_add_item", section.id)}"' in page
        assert page.count("autofocus") == 1
        response = dashboard.client.post(
            dashboard.url("menu_add_item", section.id), {"name": name, "price": price}, follow=True
        )
        assert response.redirect_chain[0][0].endswith(f"/menu/?add={section.id}")
    rows = MenuItem.objects.filter(tenant=dashboard.tenant).order_by("position")
    assert [(row.name, row.price_minor) for row in rows] == [("Teh tarik", 250), ("Kopi O", 180)]
    page = html.unescape(response.content.decode())
    assert page.index("Teh tarik") < page.index("Kopi O")


def test_a_dish_is_added_in_place(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant)
    url = dashboard.url("menu_add_item", item.section_id)
    added: Any = dashboard.client.post(url, {"name": "Teh", "price": "2"}, headers={"hx-request": "true"})
    text = added.content.decode()
    assert text.index("Teh") < text.index('id="add-')
    assert "autofocus" in text.split('id="add-')[1]
    assert "<html" not in text
    refused: Any = dashboard.client.post(url, {"name": "Kopi", "price": "x"}, headers={"hx-request": "true"})
    assert 'value="Kopi"' in refused.content.decode()
    assert "as a number, such as" in said_beside(refused)
    assert MenuItem.objects.filter(tenant=dashboard.tenant).count() == 2


@pytest.mark.parametrize(
    "form, words",
    [
        ({"name": "", "price": "1"}, "Write the name of the dish"),
        ({"name": "\u200b", "price": "1"}, "Write a name"),
        ({"name": "Teh", "price": ""}, "Write the price, 0 if it is free"),
        ({"name": "Teh", "price": "-1"}, "cannot be below zero"),
        ({"name": "Teh", "price": "1.005"}, "at most 2 decimals"),
        ({"name": "Teh", "price": "9999999"}, "Look for a digit too many"),
        ({"name": "x" * 300, "price": "1"}, "at most 120 characters"),
    ],
)
def test_a_wrong_dish_keeps_what_was_typed(dashboard: Dashboard, form: dict[str, str], words: str) -> None:
    item = an_item(dashboard.tenant)
    response = dashboard.post("menu_add_item", item.section_id, **form)
    assert words in said_beside(response)
    text = response.content.decode()
    assert text.count("autofocus") == 1
    assert form["price"] in text
    assert MenuItem.objects.filter(tenant=dashboard.tenant).count() == 1


@pytest.mark.parametrize("name", ["", "\u202e\u200b", "x" * 81])
def test_a_wrong_section_is_refused(dashboard: Dashboard, name: str) -> None:
    assert dashboard.refused("menu_add_section", section=name)
    assert not MenuSection.objects.filter(tenant=dashboard.tenant).exists()


def test_rows_show_price_marks_states_and_photo(dashboard: Dashboard) -> None:
    a_location(dashboard.tenant, "penang")
    photo = MenuPhoto.objects.create(tenant=dashboard.tenant, digest="d" * 32, width=120, height=90)
    item = an_item(dashboard.tenant, "Roti", 150, marks=["halal"], allergens=["egg"], days=0b11, photo=photo)
    set_stock(dashboard.restaurant.owner, dashboard.restaurant.location, item.id, "out_of_stock")
    page = dashboard.page("menu")
    for words in ("RM\u202f1.50", "Halal", "Contains: egg", "Sold out at 1 location", "Mon, Tue"):
        assert words in page, words
    assert f"{photo.digest}-120.jpeg" in page


def test_filters_are_in_the_address_and_wrong_ones_show_a_page(dashboard: Dashboard) -> None:
    roti, teh = an_item(dashboard.tenant, "Roti"), an_item(dashboard.tenant, "Teh")
    archive_item(dashboard.restaurant.owner, teh.id)
    assert f'id="item-{roti.id}"' in dashboard.page("menu", query="?q=ROT")
    assert f'id="item-{roti.id}"' not in dashboard.page("menu", query="?q=nothing")
    assert "No dish fits" in dashboard.page("menu", query="?q=nothing")
    assert f'id="item-{teh.id}"' in dashboard.page("menu", query="?show=archived")
    page = dashboard.page("menu", query=f"?section={roti.section_id}")
    assert f'id="item-{roti.id}"' in page
    for query in ("?section=x&location=moon&show=x&page=x", "?page=999999999999", "?q=%00", "?page=-1"):
        assert f'id="item-{roti.id}"' in dashboard.page("menu", query=query)


def test_a_name_is_escaped(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "</li><script>1")
    for name, more in (("menu", ()), ("menu_item", (item.id,)), ("menu_section", (item.section_id,))):
        text = dashboard.get(name, *more).content.decode()
        assert "<script>1" not in text
        assert html.escape(item.name) in text


def test_archived_sections_come_back(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    question = dashboard.page("menu_archive_section", item.section_id)
    assert "Its 1 dish leaves the menu" in question
    dashboard.sent("menu_archive_section", item.section_id)
    assert f'id="item-{item.id}"' not in dashboard.page("menu")
    assert "Bring back" in dashboard.page("menu", query="?show=archived")
    dashboard.sent("menu_restore_section", item.section_id)
    assert f'id="item-{item.id}"' in dashboard.page("menu")


def test_archiving_duplicating_and_moving_say_what_was_done(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    an_item(dashboard.tenant, "Teh", section=item.section, position=1)
    assert dashboard.sent("menu_move_item", item.id, to="down") == ["Roti is in place 2 now."]
    assert "off the menu" in dashboard.sent("menu_archive_item", item.id)[0]
    assert "again, at the end" in dashboard.sent("menu_restore_item", item.id)[0]
    archive_section(dashboard.restaurant.owner, item.section_id)
    dashboard.sent("menu_archive_item", item.id)
    assert "archived itself" in dashboard.sent("menu_restore_item", item.id)[0]
    rows = MenuItem.objects.filter(tenant=dashboard.tenant).order_by("position")
    assert sorted(row.name for row in rows) == ["Roti", "Teh"]


@pytest.mark.parametrize(
    "name, label",
    [
        ("menu", "Dishes"),
        ("menu_groups", "Choices"),
        ("menu_prices", "Prices"),
        ("menu_preview", "Preview"),
        ("menu_print", "Print"),
        ("menu_import", "Import and export"),
        ("menu_samples", "Import and export"),
    ],
)
def test_every_page_of_the_menu_links_the_others(dashboard: Dashboard, name: str, label: str) -> None:
    page = dashboard.page(name)
    tabs = page.split('aria-label="Pages of the menu"')[1].split("</nav>")[0]
    links = re.findall(r'<a href="([^"]+)"([^>]*)>([^<]+)</a>', tabs)
    assert [text for _, current, text in links if "aria-current" in current] == [label]
    pages = ("menu", "menu_groups", "menu_prices", "menu_preview", "menu_print", "menu_import")
    assert [address for address, *_ in links] == [dashboard.url(one) for one in pages]


def test_a_copy_stands_behind_its_dish_and_its_form_opens_with_the_name_selected(
    dashboard: Dashboard,
) -> None:
    item = an_item(dashboard.tenant, "Roti")
    an_item(dashboard.tenant, "Teh", section=item.section, position=1)
    answer: Any = dashboard.client.post(
        dashboard.url("menu_duplicate_item", item.id), {"list": "q=ro"}, follow=True
    )
    page = answer.content.decode()
    rows = list(MenuItem.objects.filter(tenant=dashboard.tenant).order_by("position"))
    assert [row.name for row in rows] == ["Roti", "Roti (copy)", "Teh"]
    assert answer.request["PATH_INFO"] == dashboard.url("menu_item", rows[1].id)
    assert "Roti (copy) added. Guests see it now" in page
    name = page.split('name="name"')[1].split(">")[0]
    assert "autofocus" in name
    assert "data-selects" in name
    assert "/dashboard/menu/?q=ro#item-" in page
    # A script that sends it gets the address, since it would look for the list in the answer.
    answer = dashboard.client.post(
        dashboard.url("menu_duplicate_item", item.id), headers={"HX-Request": "true"}
    )
    assert answer["HX-Redirect"].startswith(f"{dashboard.url('menu')}items/")


def test_the_order_after_dragging(dashboard: Dashboard) -> None:
    first = an_item(dashboard.tenant, "Roti")
    second = an_item(dashboard.tenant, "Teh", section=first.section, position=1)
    said = dashboard.sent(
        "menu_order_items", first.section_id, ids=f"{second.id},{first.id}", moved=str(second.id)
    )
    assert said == ["Teh moved. The new order is saved."]
    page = dashboard.page("menu")
    assert page.index("Teh</a>") < page.index("Roti</a>")
    for form in ({}, {"ids": "x", "moved": "y"}, {"ids": f"{first.id}", "moved": ""}):
        assert dashboard.post("menu_order_items", first.section_id, **form).status_code == 404
    assert dashboard.post("menu_order_sections", ids="").status_code == 404


def test_a_move_goes_back_to_the_same_page_of_the_list_and_nowhere_else(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant)
    where = dashboard.post("menu_move_item", item.id, to="up", list=f"section={item.section_id}&page=1")
    assert where["Location"].endswith(f"/dashboard/menu/?section={item.section_id}#item-{item.id}")
    away = dashboard.post(
        "menu_move_item", item.id, to="up", list="//evil.example/?q=<b>&next=//evil.example"
    )
    assert away["Location"].startswith("/kopi/dashboard/menu/")


@pytest.mark.parametrize("count", [1, 5000])
def test_a_page_of_a_long_menu_needs_no_more_queries(dashboard: Dashboard, count: int) -> None:
    item = an_item(dashboard.tenant)
    MenuItem.objects.bulk_create(
        MenuItem(
            tenant=dashboard.tenant,
            section=item.section,
            name=f"Dish {number}",
            price_minor=1,
            currency="MYR",
        )
        for number in range(count - 1)
    )
    dashboard.get("menu")
    with CaptureQueriesContext(connection) as queries:
        response = dashboard.get("menu")
    assert len(queries) == 10
    text = response.content.decode()
    assert text.count('class="dish"') == min(count, 100)
    assert ("Page 1 of 50" in text) == (count == 5000)
    assert len(response.content) < 250_000
