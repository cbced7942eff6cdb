"""Two people edit one dish at the same time: the second is told what the first changed, and loses nothing."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from duitpos.domain.menus.edit.archive import archive_item
from duitpos.models import MenuItem, MenuSection
from tests.dashboard.client import Dashboard, sign_in
from tests.dashboard.menu.forms import fields_of, meanwhile
from tests.support.restaurant import a_member, an_item


@dataclass
class Both:
    """The owner and a manager, who have the same dish's form open."""

    item: MenuItem
    first: Dashboard
    second: Dashboard
    first_form: dict[str, Any]
    second_form: dict[str, Any]

    def price(self) -> int:
        return MenuItem.objects.get(tenant=self.first.tenant, id=self.item.id).price_minor


@pytest.fixture
def both(dashboard: Dashboard) -> Both:
    item = an_item(dashboard.tenant, "Roti", 1000, marks=["halal"], description="Flat")
    second = Dashboard(dashboard.restaurant, Client())
    sign_in(second.client, a_member(dashboard.tenant, "manager"))
    forms = [fields_of(one.get("menu_item", item.id)) for one in (dashboard, second)]
    return Both(item, dashboard, second, *forms)


@pytest.mark.parametrize("in_place", [True, False])
def test_the_second_is_told_beside_the_field(both: Both, in_place: bool) -> None:
    headers = {"hx-request": "true"} if in_place else {}
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    url = both.second.url("menu_item", both.item.id)
    typed = {**both.second_form, "price": "11", "name": "Roti canai"}
    response: Any = both.second.client.post(url, typed, headers=headers)
    assert response.status_code == 200
    assert both.price() == 1250, "the second price is not saved"
    assert meanwhile(response) == {"price": "Somebody changed this to “RM 12.50” meanwhile."}
    fields = fields_of(response)
    assert (fields["price"], fields["name"]) == (["11"], ["Roti canai"])
    text = html.unescape(response.content.decode())
    assert "Save mine over it" in text
    assert "Take theirs" in text
    saved: Any = both.second.client.post(url, fields, headers=headers)
    assert saved.status_code in (200, 302)
    assert both.price() == 1100, "sent again, it is saved over the first"


def test_what_the_second_did_not_touch_is_taken_from_the_first(both: Both) -> None:
    first = {**both.first_form, "price": "12.50", "marks": ["spicy"], "description": "", "days": ["0"]}
    both.first.sent("menu_item", both.item.id, **first)
    response = both.second.post("menu_item", both.item.id, **{**both.second_form, "name": "Roti canai"})
    said = meanwhile(response)
    assert said.keys() == {"price", "marks", "description", "days"}
    assert said["marks"] == "Somebody changed this to “Spicy” meanwhile."
    assert said["description"] == "Somebody emptied this meanwhile."
    fields = fields_of(response)
    assert (fields["price"], fields["marks"], fields["days"]) == (["12.50"], ["spicy"], ["0"])
    both.second.sent("menu_item", both.item.id, **fields)
    row = MenuItem.objects.get(tenant=both.first.tenant)
    assert (row.name, row.price_minor, row.marks, row.description) == ("Roti canai", 1250, ["spicy"], "")


def test_taking_theirs_opens_the_dish_as_it_is_now(both: Both) -> None:
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    fields = fields_of(both.second.get("menu_item", both.item.id))
    assert fields["price"] == ["12.50"]
    both.second.sent("menu_item", both.item.id, **fields)
    assert both.price() == 1250


def test_a_third_save_in_between_is_told_too(both: Both) -> None:
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    told = fields_of(both.second.post("menu_item", both.item.id, **{**both.second_form, "price": "11"}))
    again = fields_of(both.first.get("menu_item", both.item.id))
    both.first.sent("menu_item", both.item.id, **{**again, "price": "13"})
    response = both.second.post("menu_item", both.item.id, **told)
    assert meanwhile(response) == {"price": "Somebody changed this to “RM 13.00” meanwhile."}
    assert both.price() == 1300


def test_control_one_after_the_other_is_saved_without_a_word(both: Both) -> None:
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    form = fields_of(both.second.get("menu_item", both.item.id))
    both.second.sent("menu_item", both.item.id, **{**form, "price": "11"})
    assert both.price() == 1100


def test_a_change_that_the_form_does_not_show_is_no_conflict(both: Both) -> None:
    archive_item(both.first.restaurant.owner, both.item.id)
    both.second.sent("menu_item", both.item.id, **{**both.second_form, "price": "11"})
    row = MenuItem.objects.get(tenant=both.first.tenant)
    assert row.price_minor == 1100
    assert row.archived_at is not None


def test_both_made_the_same_change(both: Both) -> None:
    for one, form in ((both.first, both.first_form), (both.second, both.second_form)):
        one.sent("menu_item", both.item.id, **{**form, "price": "12.50"})
    assert both.price() == 1250


@pytest.mark.parametrize("seen", ["", "x", "[]", '{"price": {"a": 1}}'])
def test_without_what_was_seen_nothing_is_saved_unseen(both: Both, seen: str) -> None:
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    response = both.second.post(
        "menu_item", both.item.id, **{**both.second_form, "price": "11", "seen": seen}
    )
    assert "RM 12.50" in meanwhile(response)["price"]
    assert both.price() == 1250


@pytest.mark.parametrize("version", ["", "x", "-1", "\u0663", "9" * 400])
def test_without_a_version_nothing_is_saved_unseen(both: Both, version: str) -> None:
    both.first.sent("menu_item", both.item.id, **{**both.first_form, "price": "12.50"})
    response = both.second.post("menu_item", both.item.id, **{**both.second_form, "version": version})
    assert "RM 12.50" in meanwhile(response)["price"]
    assert both.price() == 1250


def test_two_people_and_one_section(both: Both) -> None:
    section_id = both.item.section_id
    first, second = (fields_of(one.get("menu_section", section_id)) for one in (both.first, both.second))
    both.first.sent("menu_section", section_id, **{**first, "name": "Bread"})
    response = both.second.post("menu_section", section_id, **{**second, "name": "Roti", "name_ms": "Roti"})
    assert meanwhile(response) == {"name": "Somebody changed this to “Bread” meanwhile."}
    assert MenuSection.objects.get(tenant=both.first.tenant).name == "Bread"
    both.second.sent("menu_section", section_id, **fields_of(response))
    assert MenuSection.objects.get(tenant=both.first.tenant).name == "Roti"
