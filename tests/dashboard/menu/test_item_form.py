"""The form of a dish: everything is saved, nothing that was typed is lost, and wrong input has its answer."""

from __future__ import annotations

import html
from typing import Any
from uuid import uuid4

import pytest

from duitpos.models import ItemPrice, ItemStock, Location, MenuItem, MenuText, ModifierGroup
from tests.dashboard.client import Dashboard, said_beside
from tests.dashboard.menu.forms import fields_of, open_form
from tests.support.restaurant import a_group, a_location, a_restaurant, an_item

IN_PLACE = {"hx-request": "true"}


def item_of(dashboard: Dashboard) -> MenuItem:
    return MenuItem.objects.get(tenant=dashboard.tenant)


def test_a_form_that_is_sent_unchanged_changes_only_the_version(dashboard: Dashboard) -> None:
    penang = a_location(dashboard.tenant, "penang")
    item = an_item(
        dashboard.tenant, "Roti", 150, marks=["halal", "house special"], allergens=["egg"], days=3,
        description='With "egg" & <cheese>',
    )  # fmt: skip
    a_group(item, ("Egg", 0))
    ItemPrice.objects.create(tenant=dashboard.tenant, item=item, location=penang, price_minor=999)
    MenuText.objects.create(
        tenant=dashboard.tenant,
        kind="item",
        subject_id=item.id,
        language="ms",
        name="Roti",
        description="Sedap",
    )
    before = rows_of(dashboard)
    assert dashboard.sent("menu_item", item.id, **open_form(dashboard, item.id)) == ["Roti saved."]
    after = rows_of(dashboard)
    assert (before.pop("version"), after.pop("version")) == (1, 2)
    assert after == before


def rows_of(dashboard: Dashboard) -> dict[str, Any]:
    item = MenuItem.objects.filter(tenant=dashboard.tenant).values().get()
    return {
        **item,
        "prices": list(ItemPrice.objects.filter(tenant=dashboard.tenant).values_list("price_minor")),
        "texts": list(MenuText.objects.filter(tenant=dashboard.tenant).values_list("name", "description")),
        "groups": list(MenuItem.objects.get(tenant=dashboard.tenant).item_groups.filter(
            tenant=dashboard.tenant).values_list("group_id")),
    }  # fmt: skip


def test_everything_is_saved(dashboard: Dashboard) -> None:
    penang = a_location(dashboard.tenant, "penang")
    item, other = an_item(dashboard.tenant), None
    a_group(item, ("Egg", 0))
    group = ModifierGroup.objects.get(tenant=dashboard.tenant)
    other = an_item(a_restaurant("teh").tenant)
    form = {
        **open_form(dashboard, item.id),
        "name": " Roti  telur ",
        "price": "RM 2,50",
        "description": "Sedap",
        "tax_class": "none",
        "marks": ["halal", "spicy"],
        "allergens": ["egg"],
        "days": ["0", "6"],
        "served_from": "07:00",
        "served_until": "11:30",
        f"price_at_{penang.id.hex}": "3",
        "group_0": "",
        "group_2": str(group.id),
        "name_ms": "Roti telur BM",
        "description_zh-hans": "鸡蛋煎饼",
    }
    dashboard.sent("menu_item", item.id, **form)
    row = item_of(dashboard)
    assert (row.name, row.price_minor, row.description, row.tax_class) == ("Roti telur", 250, "Sedap", "none")
    assert (row.marks, row.allergens, row.days) == (["halal", "spicy"], ["egg"], 0b1000001)
    assert (str(row.served_from), str(row.served_until)) == ("07:00:00", "11:30:00")
    assert ItemPrice.objects.get(tenant=dashboard.tenant).price_minor == 300
    texts = MenuText.objects.filter(tenant=dashboard.tenant).order_by("language")
    assert [(one.language, one.name, one.description) for one in texts] == [
        ("ms", "Roti telur BM", ""),
        ("zh-hans", "", "鸡蛋煎饼"),
    ]
    assert row.item_groups.filter(tenant=dashboard.tenant).count() == 1
    assert other.version == 1


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    "field, typed, stored",
    [
        ("name", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("name", "{{ 7*7 }} ${7*7} %(name)s", "{{ 7*7 }} ${7*7} %(name)s"),
        ("name", "'; DROP TABLE duitpos_menuitem; --", "'; DROP TABLE duitpos_menuitem; --"),
        ("name", "=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("name", "\u202eRM 1.00\u202c Teh", "RM 1.00 Teh"),
        ("name", f"Family {FAMILY}", f"Family {FAMILY}"),
        ("name", "\u0b9a\u0bbe\u0baf\u0bcd", "\u0b9a\u0bbe\u0baf\u0bcd"),
        ("name", "Teh\x00\x07\x1b tarik", "Teh tarik"),
        ("description", "One\r\ntwo\nthree", "One two three"),
        ("price", "1,250.00", 125000),
        ("price", "0", 0),
    ],
)
def test_unusual_input_is_stored_cleaned_and_shown_escaped(
    dashboard: Dashboard, field: str, typed: str, stored: object
) -> None:
    item = an_item(dashboard.tenant)
    dashboard.sent("menu_item", item.id, **{**open_form(dashboard, item.id), field: typed})
    row = item_of(dashboard)
    assert getattr(row, "price_minor" if field == "price" else field) == stored
    for text in (
        dashboard.get("menu").content.decode(),
        dashboard.get("menu_item", item.id).content.decode(),
    ):
        assert "<script>alert" not in text
        if isinstance(stored, str):
            assert html.escape(stored) in text
    fields = open_form(dashboard, item.id)
    assert fields[field] == ["1250.00" if typed == "1,250.00" else "0.00" if typed == "0" else stored]


ID = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"name": ""}, "Write the name of the dish"),
        ({"name": " \u200b\u202e"}, "Write a name"),
        ({"name": "x" * 300}, "at most 120 characters (it has 300)"),
        ({"description": "x" * 301}, "at most 300 characters"),
        ({"price": ""}, "Write the price, 0 if it is free"),
        ({"price": "-0.50"}, "cannot be below zero"),
        ({"price": "2.505"}, "at most 2 decimals"),
        ({"price": "1" * 20}, "Look for a digit too many"),
        ({"price": "1" * 41}, "at most 40 characters"),
        ({"price": "two"}, "as a number, such as RM"),
        ({"price": "$2"}, "as a number, such as RM"),
        ({"section": ID}, "Select a valid choice"),
        ({"section": "x"}, "Select a valid choice"),
        ({"currency": "USD"}, "USD"),
        ({"tax_class": "free"}, "Select a valid choice"),
        ({"marks": ["<b>"]}, "Select a valid choice"),
        ({"allergens": ["halal"]}, "Select a valid choice"),
        ({"days": []}, "Choose at least one day"),
        ({"days": ["7"]}, "Select a valid choice"),
        ({"served_from": "25:00"}, "Enter a valid time"),
        ({"served_until": "noon"}, "Enter a valid time"),
        ({"price_at": "-1"}, "cannot be below zero"),
        ({"price_at": "1.234"}, "at most 2 decimals"),
        ({"group_0": ID}, "Select a valid choice"),
        ({"group_1": "GROUP"}, "chosen twice"),
        ({"name_ms": "x" * 121}, "at most 120 characters"),
        ({"description_zh-hans": "x" * 301}, "at most 300 characters"),
    ],
)
def test_wrong_input_has_its_answer_and_keeps_what_was_typed(
    dashboard: Dashboard, changes: dict[str, Any], words: str
) -> None:
    penang = a_location(dashboard.tenant, "penang")
    item = an_item(dashboard.tenant)
    a_group(item, ("Egg", 0))
    group = ModifierGroup.objects.get(tenant=dashboard.tenant)
    named = {
        {"price_at": f"price_at_{penang.id.hex}"}.get(name, name): str(group.id)
        if value == "GROUP"
        else value
        for name, value in changes.items()
    }
    form = {**open_form(dashboard, item.id), "description": "What was typed", **named}
    response = dashboard.post("menu_item", item.id, **form)
    assert response.status_code == 200
    text = html.unescape(response.content.decode())
    assert words in text
    assert item_of(dashboard).version == 1
    if "description" not in changes:
        assert "What was typed" in text


@pytest.mark.parametrize("field", ["section", "group_0", "price_at"])
def test_another_restaurants_ids_are_refused_in_every_field(dashboard: Dashboard, field: str) -> None:
    teh = a_restaurant("teh")
    theirs = an_item(teh.tenant)
    a_group(theirs, ("Ice", 0))
    item = an_item(dashboard.tenant)
    a_group(item, ("Egg", 0))
    values = {
        "section": {"section": str(theirs.section_id)},
        "group_0": {"group_0": str(ModifierGroup.objects.get(tenant=teh.tenant).id)},
        "price_at": {f"price_at_{teh.location.id.hex}": "1"},
    }[field]
    response = dashboard.post("menu_item", item.id, **{**open_form(dashboard, item.id), **values})
    if field == "price_at":
        # A field that this form does not have.
        assert not ItemPrice.objects.filter(tenant=dashboard.tenant).exists()
        assert not ItemPrice.objects.filter(tenant=teh.tenant).exists()
    else:
        assert "Select a valid choice" in said_beside(response)
        assert item_of(dashboard).version == 1
    assert MenuItem.objects.get(tenant=teh.tenant).version == 1


def test_in_place_the_answers_are_rows_and_forms(dashboard: Dashboard) -> None:
    item = an_item(dashboard.tenant, "Roti")
    url = dashboard.url("menu_item", item.id)
    form: Any = dashboard.client.get(url, headers=IN_PLACE)
    assert form.content.decode().strip().startswith('<li class="dish editing"')
    row: Any = dashboard.client.get(f"{url}?row", headers=IN_PLACE)
    assert row.content.decode().strip().startswith('<li class="dish"')
    fields = {**fields_of(form), "price": "x"}
    refused: Any = dashboard.client.post(url, fields, headers=IN_PLACE)
    assert "as a number" in said_beside(refused)
    saved: Any = dashboard.client.post(url, {**fields, "price": "9"}, headers=IN_PLACE)
    assert "RM\u202f9.00" in saved.content.decode()
    assert "autofocus" in saved.content.decode()
    other = an_item(dashboard.tenant, "Teh", section=None)
    fields = {**fields_of(dashboard.client.get(url, headers=IN_PLACE)), "section": str(other.section_id)}
    moved: Any = dashboard.client.post(url, fields, headers=IN_PLACE)
    assert moved["HX-Refresh"] == "true"
    assert MenuItem.objects.get(tenant=dashboard.tenant, id=item.id).section_id == other.section_id


def test_prices_at_locations_of_another_currency(dashboard: Dashboard) -> None:
    jurong = a_location(dashboard.tenant, "jurong", currency="SGD")
    a_location(dashboard.tenant, "penang")
    item = an_item(dashboard.tenant)
    form = open_form(dashboard, item.id)
    here = f"price_at_{dashboard.restaurant.location.id.hex}"
    assert here in form
    assert f"price_at_{jurong.id.hex}" not in form
    response = dashboard.post("menu_item", item.id, **{**form, "currency": "SGD", here: "2"})
    assert "sells in another currency" in said_beside(response)
    dashboard.sent("menu_item", item.id, **{**form, "currency": "SGD"})
    assert item_of(dashboard).currency == "SGD"


@pytest.mark.parametrize(
    "form, stored",
    [
        ({"status": "limited", "quantity": "12"}, ("limited", 12)),
        ({"status": "out_of_stock", "quantity": "12"}, ("out_of_stock", None)),
        ({"status": "in_stock", "quantity": ""}, ("in_stock", None)),
    ],
)
def test_stock_is_set_at_one_location(
    dashboard: Dashboard, form: dict[str, str], stored: tuple[str, int | None]
) -> None:
    penang = a_location(dashboard.tenant, "penang")
    item = an_item(dashboard.tenant, "Roti")
    [said] = dashboard.sent("menu_item_stock", item.id, "penang", **form)
    assert said.startswith("Roti")
    row = ItemStock.objects.get(tenant=dashboard.tenant)
    assert (row.location_id, row.status, row.quantity) == (penang.id, *stored)
    assert Location.objects.get(tenant=dashboard.tenant, slug="penang").menu_version == 2


@pytest.mark.parametrize("quantity", ["", "0", "-1", "1.5", "x", "999999", "\u0663"])
def test_a_wrong_count_is_refused_beside_its_field(dashboard: Dashboard, quantity: str) -> None:
    item = an_item(dashboard.tenant)
    response = dashboard.post("menu_item_stock", item.id, "bangsar", status="limited", quantity=quantity)
    assert "Say how many are left" in said_beside(response)
    assert not ItemStock.objects.filter(tenant=dashboard.tenant).exists()
    assert dashboard.post("menu_item_stock", uuid4(), "bangsar", status="in_stock").status_code == 404
