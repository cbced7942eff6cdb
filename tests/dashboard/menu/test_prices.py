"""The bulk price change: its form, its preview in pages, and applying what was previewed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.models import ItemPrice, MenuItem, MenuSection
from tests.dashboard.client import Dashboard, said_beside, toasts
from tests.support.restaurant import a_location, a_restaurant, an_item

FIVE_PERCENT = {"target": "all:MYR", "direction": "up", "by": "5", "way": "percent", "step": "5"}


def query(**more: str) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in {**FIVE_PERCENT, **more}.items())


def hidden(page: str) -> dict[str, Any]:
    """The fields of the preview's form."""
    form = page.split('id="preview"')[1]
    found = re.findall(r'type="hidden" name="(?!csrf)(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found}


def shown(page: str) -> list[tuple[str, ...]]:
    """Name, old and new price of each row, in sen."""
    rows = re.findall(r'<td role="cell">([^<]*?)(?: <span.*?)?</td>(.*?)</tr>', page, re.S)
    return [(name, *re.findall(r"RM\s?([\d,.]+)", prices)) for name, prices in rows]


def base(dashboard: Dashboard) -> dict[str, int]:
    return dict(MenuItem.objects.filter(tenant=dashboard.tenant).values_list("name", "price_minor"))


def test_prices_change_after_the_preview_was_sent(dashboard: Dashboard) -> None:
    an_item(dashboard.tenant, "Nasi lemak", 1290)
    an_item(dashboard.tenant, "Teh", 10)
    page = dashboard.page("menu_prices", query=query())
    assert shown(page) == [("Nasi lemak", "12.90", "13.55"), ("Teh", "0.10", "0.10")]
    assert "1 price would change" in page
    assert "Stays the same" in page
    assert base(dashboard) == {"Nasi lemak": 1290, "Teh": 10}
    said = dashboard.sent("menu_prices", **hidden(page), apply="yes")
    assert said == ["1 price changed. Guests see it now."]
    assert base(dashboard) == {"Nasi lemak": 1355, "Teh": 10}


def test_a_price_that_somebody_changed_meanwhile_stays_and_is_named(dashboard: Dashboard) -> None:
    kopi = an_item(dashboard.tenant, "Kopi", 200)
    an_item(dashboard.tenant, "Teh", 100)
    sent = hidden(dashboard.page("menu_prices", query=query()))
    MenuItem.objects.filter(tenant=dashboard.tenant, id=kopi.id).update(price_minor=250)
    said = dashboard.sent("menu_prices", **sent, apply="yes")
    assert said[0] == "1 price changed. Guests see it now."
    assert "so they stay as they are: Kopi." in said[1]
    assert base(dashboard) == {"Kopi": 250, "Teh": 105}


def test_one_locations_prices(dashboard: Dashboard) -> None:
    penang = a_location(dashboard.tenant, "penang")
    kopi = an_item(dashboard.tenant, "Kopi", 200)
    sent = hidden(dashboard.page("menu_prices", query=query(target="at:penang", way="amount", by="0.50")))
    assert dashboard.sent("menu_prices", **sent, apply="yes") == ["1 price changed. Guests see it now."]
    assert ItemPrice.objects.get(tenant=dashboard.tenant, location=penang, item=kopi).price_minor == 250
    assert base(dashboard) == {"Kopi": 200}
    assert "1 dish has a price of its own" in dashboard.page("menu_prices", query=query())


def test_sections_and_marks_limit_the_change(dashboard: Dashboard) -> None:
    kopi = an_item(dashboard.tenant, "Kopi", 200, marks=["halal"])
    an_item(dashboard.tenant, "Teh", 200, marks=["spicy"])
    an_item(dashboard.tenant, "Milo", 200)
    assert [row[0] for row in shown(dashboard.page("menu_prices", query=query(marks="spicy")))] == ["Teh"]
    only = dashboard.page("menu_prices", query=query(sections=str(kopi.section_id)))
    assert [row[0] for row in shown(only)] == ["Kopi"]
    sent = hidden(only)
    assert sent["sections"] == str(kopi.section_id)
    dashboard.sent("menu_prices", **sent, apply="yes")
    assert base(dashboard) == {"Kopi": 210, "Teh": 200, "Milo": 200}
    nothing = dashboard.page("menu_prices", query=query(sections=str(kopi.section_id), marks="spicy"))
    assert "No dish fits" in nothing


def test_prices_that_would_fall_below_zero_or_to_zero_are_marked(dashboard: Dashboard) -> None:
    an_item(dashboard.tenant, "Ice", 20)
    an_item(dashboard.tenant, "Water", 50)
    page = dashboard.page("menu_prices", query=query(direction="down", way="amount", by="0.50", step="1"))
    assert "Below zero: not changed" in page
    assert "Becomes free" in page
    dashboard.sent("menu_prices", **hidden(page), apply="yes")
    assert base(dashboard) == {"Ice": 20, "Water": 0}


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"by": ""}, "Write by how much"),
        ({"by": "-5"}, "without a minus"),
        ({"by": "five"}, "Write a percentage"),
        ({"by": "NaN"}, "Write a percentage"),
        ({"by": "Infinity"}, "Write a percentage"),
        ({"by": "5.555"}, "Write a percentage"),
        ({"by": "1001"}, "Write at most 1000 %"),
        ({"by": "1e9"}, "Write at most 1000 %"),
        ({"by": "1e-9"}, "Write a percentage"),
        ({"by": "1.555", "way": "amount"}, "at most 2 decimals"),
        ({"by": "-1", "way": "amount"}, "without a minus"),
        ({"by": "x", "way": "amount"}, "as a number, such as RM"),
        ({"by": "5" * 21}, "at most 20 characters"),
        ({"target": "at:moon"}, "not one of the available choices"),
        ({"target": "all:USD"}, "not one of the available choices"),
        ({"way": "x"}, "not one of the available choices"),
        ({"step": "7"}, "not one of the available choices"),
        ({"direction": "sideways"}, "not one of the available choices"),
        ({"sections": "x"}, "not one of the available choices"),
        ({"marks": "x"}, "not one of the available choices"),
    ],
)
def test_a_wrong_change_says_what_to_write(dashboard: Dashboard, wrong: dict[str, str], words: str) -> None:
    an_item(dashboard.tenant, "Kopi", 200)
    response = dashboard.get("menu_prices", query=query(**wrong))
    assert response.status_code == 200
    assert words in said_beside(response)
    page = html.unescape(response.content.decode())
    assert 'id="preview"' not in page
    if "by" in wrong:
        assert f'name="by" value="{wrong["by"]}"' in page or not wrong["by"]


def test_a_section_of_another_restaurant_is_no_choice(dashboard: Dashboard) -> None:
    theirs = an_item(a_restaurant("teh").tenant, "Theirs", 200)
    response = dashboard.get("menu_prices", query=query(sections=str(theirs.section_id)))
    assert "not one of the available choices" in said_beside(response)
    assert "Theirs" not in response.content.decode()


@pytest.mark.parametrize("seen", ["", "x", "é", "a" * 1000])
def test_an_unreadable_preview_changes_nothing(dashboard: Dashboard, seen: str) -> None:
    an_item(dashboard.tenant, "Kopi", 200)
    response = dashboard.post("menu_prices", **FIVE_PERCENT, seen=seen, apply="yes")
    assert response.status_code == 400
    assert "No price was changed" in response.content.decode()
    assert base(dashboard) == {"Kopi": 200}


def test_5000_dishes_in_pages_with_few_queries(
    dashboard: Dashboard, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    section = MenuSection.objects.create(tenant=dashboard.tenant, name="All")
    MenuItem.objects.bulk_create(
        MenuItem(
            tenant=dashboard.tenant, section=section, name=f"D{n:04}", price_minor=100 + n, currency="MYR"
        )
        for n in range(5000)
    )
    with django_assert_max_num_queries(12):
        page = dashboard.page("menu_prices", query=query())
    assert "1 to 100 of 5000" in page
    # The second page shows what the first one was made from, even if a price has changed since.
    MenuItem.objects.filter(tenant=dashboard.tenant, name="D0100").update(price_minor=999)
    second = dashboard.post("menu_prices", **hidden(page), page="2")
    text = html.unescape(second.content.decode())
    assert shown(text)[0] == ("D0100", "2.00", "2.10")
    response = dashboard.client.post(
        dashboard.url("menu_prices"), {**hidden(text), "apply": "yes"}, follow=True
    )
    said = toasts(html.unescape(response.content.decode()))
    assert said[0].startswith("4999 prices changed") or said[0].startswith("4998 prices changed"), said
    assert "D0100" in said[1]
