"""The pages of modifier groups: forms keep what was typed, say what to change, and tell of another editor."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus.edit.group_rules import ChoiceEdit, GroupEdit
from duitpos.domain.menus.edit.groups import create_group, save_group, set_items
from duitpos.models import ItemGroup, MenuText, Modifier, ModifierGroup
from tests.dashboard.client import Dashboard, said_beside, sign_in, toasts
from tests.support.restaurant import a_group, a_member, a_restaurant, an_item

Choices = Iterable[tuple[Any, ...]]


def form(
    name: str = "Milk", choices: Choices = (("Fresh", ""), ("Oat", "1.50")), **more: Any
) -> dict[str, Any]:
    """A form as a browser sends it. A choice is (name, price) and then the names of ticked boxes."""
    values: dict[str, Any] = {"name": name, "min_choices": "1", "max_choices": "1"}
    rows = list(choices)
    for at, (choice, price, *ticked) in enumerate(rows):
        values |= {f"c{at}-name": choice, f"c{at}-price": price, f"c{at}-order": str(at)}
        values |= {f"c{at}-{box}": "on" for box in ticked}
    return values | {"rows": str(len(rows)), **more}


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    sent = {}
    for tag in re.findall(
        r"<input [^>]*>", page.split('class="form wide group-form"')[1].split("</form>")[0]
    ):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if facts.get("type") != "checkbox" or " checked" in tag:
            is_box = facts.get("type") == "checkbox"
            sent[facts["name"]] = html.unescape(facts.get("value", "on" if is_box else ""))
    return sent


def opened(dashboard: Dashboard, group: ModifierGroup) -> dict[str, str]:
    response = dashboard.get("menu_group", group.id)
    return filled(response.content.decode())


def milk(dashboard: Dashboard, name: str = "Milk") -> ModifierGroup:
    choices = (ChoiceEdit(name="Fresh", is_default=True), ChoiceEdit(name="Oat", price_delta_minor=150))
    return create_group(
        dashboard.restaurant.owner, GroupEdit(name=name, min_choices=1, choices=choices, names={"ms": "Susu"})
    )


def stored(dashboard: Dashboard) -> list[tuple[str, int, bool]]:
    rows = Modifier.objects.filter(tenant=dashboard.tenant, archived_at=None).order_by("position")
    return [(row.name, row.price_delta_minor, row.is_default) for row in rows]


def test_no_groups_yet(dashboard: Dashboard) -> None:
    page = dashboard.page("menu_groups")
    assert "No choices yet" in page
    assert dashboard.url("menu_add_group") in page


def test_a_group_is_added_and_then_given_to_dishes(dashboard: Dashboard) -> None:
    choices = [("Fresh", "", "is_default"), ("Oat", "+ RM 1.50"), ("Less", "-0,20"), ("", "")]
    response = dashboard.client.post(
        dashboard.url("menu_add_group"),
        form(choices=choices, name_ms="Susu", **{"c1-name_zh-hans": "燕麦"}),
        follow=True,
    )
    page = html.unescape(response.content.decode())
    assert toasts(page) == ["“Milk” added. Choose the dishes that have it."]
    assert stored(dashboard) == [("Fresh", 0, True), ("Oat", 150, False), ("Less", -20, False)]
    texts = MenuText.objects.filter(tenant=dashboard.tenant).values_list("language", "name")
    assert sorted(texts) == [("ms", "Susu"), ("zh-hans", "燕麦")]


def test_the_list_says_rule_choices_and_dishes(
    dashboard: Dashboard, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    group = milk(dashboard)
    a_group(an_item(dashboard.tenant, "Roti"), ("Egg", 100), least=2, most=3)
    set_items(dashboard.restaurant.owner, group.id, attach=frozenset({an_item(dashboard.tenant, "Kopi").id}))
    for number in range(110):
        milk(dashboard, f"Zzz {number:03}")
    page = dashboard.page("menu_groups")
    for words in ("Choose 1", "Oat", "+RM\u202f1.50", "1 dish", "Choose 2 to 3", "Dishes cannot be ordered"):
        assert words in page
    assert "1 to 100 of 112" in page
    assert "101 to 112 of 112" in dashboard.page("menu_groups", query="?page=2")
    assert "Nothing found" in dashboard.page("menu_groups", query="?q=nothing")
    assert "Zzz" not in dashboard.page("menu_groups", query="?q=egg")
    for strange in ("?page=0", "?page=-1", "?page=x", "?page=99999999999", "?q=%00", "?page=²"):
        assert dashboard.get("menu_groups", query=strange).status_code == 200
    # Of these, four are of the list.
    with django_assert_num_queries(10):
        dashboard.page("menu_groups")


def test_saving_keeps_ids_order_and_translations(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    sent = opened(dashboard, group)
    before = {row.name: row.id for row in Modifier.objects.filter(tenant=dashboard.tenant)}
    said = dashboard.sent(
        "menu_group", group.id, **sent | {"c0-order": "1", "c1-order": "0", "c1-name": "Oats"}
    )
    assert said == ["“Milk” saved. Guests see it now."]
    assert stored(dashboard) == [("Oats", 150, False), ("Fresh", 0, True)]
    assert Modifier.objects.get(tenant=dashboard.tenant, name="Oats").id == before["Oat"]
    assert MenuText.objects.get(tenant=dashboard.tenant).name == "Susu"


def test_a_choice_is_archived_and_brought_back(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    dashboard.sent("menu_group", group.id, **opened(dashboard, group) | {"c1-is_archived": "on"})
    assert stored(dashboard) == [("Fresh", 0, True)]
    assert "and 1 archived" in dashboard.page("menu_groups")
    sent = opened(dashboard, group)
    assert sent.pop("c1-is_archived") == "on"
    dashboard.sent("menu_group", group.id, **sent)
    assert len(stored(dashboard)) == 2


def test_more_choices_allowed_than_offered_is_a_warning(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    said = dashboard.sent("menu_group", group.id, **opened(dashboard, group) | {"max_choices": "5"})
    assert said[1] == "Guests may take up to 5 choices, but there are only 2."


LONG = "x" * 81
BAD = [
    (form(name=""), "Write the group's name"),
    (form(name="\u202e"), "Write a name of at most 80"),
    (form(name=LONG), "at most 80 characters"),
    (form(name_ms=LONG), "at most 80 characters"),
    (form(min_choices="-1"), "greater than or equal to 0"),
    (form(min_choices="1.5"), "whole number"),
    (form(min_choices="²"), "whole number"),
    (form(min_choices=""), "required"),
    (form(max_choices="0"), "greater than or equal to 1"),
    (form(max_choices="51"), "less than or equal to 50"),
    (form(max_choices="9" * 400), "less than or equal to 50"),
    (form(min_choices="2", max_choices="1"), "cannot be less than"),
    (form(min_choices="3", max_choices="3"), "more choices than there are (2)"),
    (form(choices=()), "more choices than there are (0)"),
    (form(choices=(("Oat", "", "is_archived"),)), "more choices than there are (0)"),
    (form(choices=(("Oat", "1.50", "is_default"),)), "It adds to the price"),
    (form(choices=(("A", "", "is_default"), ("B", "", "is_default"))), "2 choices are chosen at first"),
    (form(choices=(("Oat", ""), ("oat", ""))), "Another choice has this name"),
    (form(choices=(("", "1.50"), ("A", ""))), "Write the choice's name"),
    (form(choices=((LONG, ""),)), "at most 80 characters"),
    (form(choices=(("Oat", "much"),)), "as a number, such as RM"),
    (form(choices=(("Oat", "1.505"),)), "at most 2 decimals"),
    (form(choices=(("Oat", "1.2.3"),)), "as a number, such as RM"),
    (form(choices=(("Oat", "--1"),)), "as a number, such as RM"),
    (form(choices=(("Oat", "NaN"),)), "as a number, such as RM"),
    (form(choices=(("Oat", "1e9"),)), "as a number, such as RM"),
    (form(choices=(("Oat", "99999999999"),)), "The highest price"),
    (form(choices=(("Oat", "9" * 41),)), "at most 40 characters"),
    (form(choices=[(f"C{n}", "") for n in range(51)]), "at most 50 choices"),
    (form() | {"rows": "10000"}, "at most 50 choices"),
]


@pytest.mark.parametrize("sent, words", BAD)
def test_a_wrong_group_says_what_to_change_and_keeps_what_was_typed(
    dashboard: Dashboard, sent: dict[str, Any], words: str
) -> None:
    response = dashboard.post("menu_add_group", **sent)
    assert response.status_code == 200
    assert words in said_beside(response)
    page = html.unescape(response.content.decode())
    kept = filled(page)
    # NULs and the like are not shown again.
    assert {name: kept.get(name) for name in ("min_choices", "max_choices")} == {
        name: sent[name] for name in ("min_choices", "max_choices")
    }
    assert kept["name"].strip() == sent["name"].strip()
    assert kept.get("c0-name", "") == sent.get("c0-name", "")
    assert not ModifierGroup.objects.filter(tenant=dashboard.tenant).exists()


def test_ten_thousand_choices_are_refused_quickly(dashboard: Dashboard) -> None:
    choices = [(f"C{number}", "1.00") for number in range(10_000)]
    begun = time.process_time()
    response = dashboard.post("menu_add_group", **form(choices=choices))
    assert response.status_code in (400, 413)
    assert "Nothing was changed" in response.content.decode()
    assert time.process_time() - begun < 5
    assert not ModifierGroup.objects.filter(tenant=dashboard.tenant).exists()


def test_names_are_shown_as_text(dashboard: Dashboard) -> None:
    name = "<script>alert(1)</script> \U0001f35c حليب"
    dashboard.sent("menu_add_group", **form(name=name, choices=((name + "2", ""),)))
    group = ModifierGroup.objects.get(tenant=dashboard.tenant)
    assert group.name == name
    for page in ("menu_groups", "menu_group", "menu_delete_group", "menu_group_items"):
        more = () if page == "menu_groups" else (group.id,)
        assert "<script>alert" not in dashboard.get(page, *more).content.decode()


def test_rows_are_moved_and_added_without_script_and_nothing_is_saved(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    sent = opened(dashboard, group) | {"c1-price": "not yet a price", "name": ""}
    moved = dashboard.post("menu_group", group.id, **sent, do="up-1")
    page = moved.content.decode()
    assert said_beside(moved) == ""
    kept = filled(page)
    assert (kept["c0-name"], kept["c0-price"], kept["c1-name"]) == ("Oat", "not yet a price", "Fresh")
    assert kept["c1-is_default"] == "on"
    assert page.count("autofocus") == 1
    more = dashboard.post("menu_group", group.id, **kept, do="more").content.decode()
    assert re.findall(r'name="([^"]+)"[^>]* autofocus', more) == ["c2-name"]
    added = filled(more)
    assert (added["rows"], added["c0-name"], added["c2-name"]) == ("5", "Oat", "")
    assert stored(dashboard) == [("Fresh", 0, True), ("Oat", 150, False)]


def test_the_second_editor_is_told_what_the_first_one_changed(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    mine = opened(dashboard, group)
    # Another person, in another browser.
    other = Dashboard(dashboard.restaurant, Client())
    sign_in(other.client, a_member(dashboard.tenant, "manager"))
    theirs = opened(other, group)
    theirs |= {"name": "Which milk", "c1-price": "2.00", "c0-name": "Fresh milk"}
    theirs |= {"c2-name": "Soy", "c2-order": "2", "rows": "3"}
    other.sent("menu_group", group.id, **theirs)

    response = dashboard.post("menu_group", group.id, **mine | {"name": "Milk?", "c1-name": "Oat milk"})
    page = html.unescape(response.content.decode())
    assert "Somebody else saved this group while you were editing" in page
    notes = re.findall(r'<p class="meanwhile"[^>]*>(.*?)</p>', page)
    assert notes == [
        "Somebody changed this to “Which milk” meanwhile.",
        "Somebody changed this to “Fresh milk” meanwhile.",
        "Somebody changed this to “2.00” meanwhile.",
        "Somebody added this choice meanwhile.",
    ]
    again = filled(response.content.decode())
    # Typed values stay; where nothing was typed, the other's are shown.
    assert (again["name"], again["c1-name"], again["c1-price"]) == ("Milk?", "Oat milk", "2.00")
    assert again["c0-name"] == "Fresh milk"
    assert ModifierGroup.objects.get(tenant=dashboard.tenant).name == "Which milk"

    dashboard.sent("menu_group", group.id, **again)
    assert ModifierGroup.objects.get(tenant=dashboard.tenant).name == "Milk?"
    assert stored(dashboard) == [("Fresh milk", 0, True), ("Oat milk", 200, False), ("Soy", 0, False)]


def test_nobody_is_told_of_changes_without_another_editor(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    for name in ("Milk?", "Milk!"):
        dashboard.sent("menu_group", group.id, **opened(dashboard, group) | {"name": name})
    assert ModifierGroup.objects.get(tenant=dashboard.tenant).name == "Milk!"


@pytest.mark.parametrize("seen", ["", "x", "[]", "[1, 2]", "{}", '[{}, ["a"]]', "null"])
def test_a_damaged_form_still_cannot_overwrite_another_save(dashboard: Dashboard, seen: str) -> None:
    group = milk(dashboard)
    mine = opened(dashboard, group) | {"seen": seen, "name": "Mine"}
    save_group(dashboard.restaurant.owner, group.id, 1, GroupEdit(name="Theirs"))
    response = dashboard.post("menu_group", group.id, **mine)
    assert "Somebody else saved this group" in response.content.decode()
    assert ModifierGroup.objects.get(tenant=dashboard.tenant).name == "Theirs"


def test_another_restaurants_choice_in_the_form_is_gone(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    theirs = a_group(an_item(a_restaurant("teh").tenant), ("Theirs", 0))["Theirs"]
    for wrong in (str(theirs), "not an id"):
        response = dashboard.post("menu_group", group.id, **opened(dashboard, group) | {"c1-id": wrong})
        assert response.status_code == 404
    assert stored(dashboard) == [("Fresh", 0, True), ("Oat", 150, False)]


def test_dishes_get_and_lose_a_group_and_others_stay(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    kopi, teh, milo = (an_item(dashboard.tenant, name) for name in ("Kopi", "Teh", "Milo"))
    set_items(dashboard.restaurant.owner, group.id, attach=frozenset({kopi.id, milo.id}))
    page = dashboard.page("menu_group_items", group.id)
    assert re.findall(r'name="item" value="([^"]+)" checked', page) == [str(kopi.id), str(milo.id)]
    # Milo is on another page of the list: it is neither in `was` nor in `item`.
    said = dashboard.sent("menu_group_items", group.id, was=[str(kopi.id)], item=[str(teh.id)])
    assert said == ["Saved."]
    links = ItemGroup.objects.filter(tenant=dashboard.tenant, group=group)
    assert set(links.values_list("item_id", flat=True)) == {teh.id, milo.id}
    assert dashboard.sent("menu_group_items", group.id) == ["Saved; nothing was different."]
    assert dashboard.post("menu_group_items", group.id, item=["x"]).status_code == 404
    assert "Teh" in dashboard.page("menu_group", group.id)


def test_dishes_are_found_by_section_and_name(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    kopi, _teh = an_item(dashboard.tenant, "Kopi"), an_item(dashboard.tenant, "Teh")
    for query, names in (
        (f"?section={kopi.section_id}", ["Kopi"]),
        ("?q=teh", ["Teh"]),
        ("?section=x", ["Kopi", "Teh"]),
        ("?q=nothing", []),
    ):
        page = dashboard.page("menu_group_items", group.id, query=query)
        assert re.findall(r"<span>(Kopi|Teh)", page) == names


def test_only_a_group_without_dishes_is_deleted(dashboard: Dashboard) -> None:
    group = milk(dashboard)
    kopi = frozenset({an_item(dashboard.tenant, "Kopi").id})
    set_items(dashboard.restaurant.owner, group.id, attach=kopi)
    assert "Delete the choices “Milk”?" in dashboard.page("menu_delete_group", group.id)
    assert "dishes have it (Kopi)" in dashboard.refused("menu_delete_group", group.id)
    set_items(dashboard.restaurant.owner, group.id, detach=kopi)
    assert dashboard.sent("menu_delete_group", group.id) == ["“Milk” deleted."]
    assert dashboard.get("menu_group", group.id).status_code == 404
