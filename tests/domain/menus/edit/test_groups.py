"""Modifier groups: their rules, writing them, two editors at once, and which items have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.errors import Code, Conflict, Forbidden, Gone
from duitpos.domain.menus.edit.group_queries import groups_page, items_of, items_page, saved_group
from duitpos.domain.menus.edit.group_rules import (
    MAX_CHOICES,
    MAX_KEPT,
    ChoiceEdit,
    GroupEdit,
    GroupProblem,
    GroupRefused,
)
from duitpos.domain.menus.edit.groups import create_group, delete_group, save_group, set_items
from duitpos.domain.menus.edit.prices import HIGHEST_DIFFERENCE_MINOR
from duitpos.domain.menus.read import menu_of
from duitpos.domain.orders.cart import MAX_MODIFIERS
from duitpos.domain.tenancy.find import location_of
from duitpos.kit.clock import now
from duitpos.models import ItemGroup, MenuItem, MenuText, Modifier, ModifierGroup, ModifierStock
from tests.support.restaurant import Restaurant, a_group, a_location, a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db

LANGUAGES = ("ms", "zh-hans")


def choice(name: str, delta: int = 0, **more: Any) -> ChoiceEdit:
    return ChoiceEdit(name=name, price_delta_minor=delta, **more)


def milk(**more: Any) -> GroupEdit:
    values: dict[str, Any] = {
        "name": "Milk",
        "min_choices": 1,
        "choices": (choice("Fresh milk", is_default=True), choice("Oat milk", 150)),
        **more,
    }
    return GroupEdit(**values)


def made(kopi: Restaurant, edit: GroupEdit | None = None) -> tuple[ModifierGroup, GroupEdit]:
    group = create_group(kopi.owner, edit or milk())
    return group, saved_group(kopi.tenant, group.id, LANGUAGES).edit


def shown(kopi: Restaurant, language: str = "") -> Any:
    location = location_of(kopi.tenant, kopi.location.slug)
    return next(menu_of(kopi.tenant, location, language).items()).groups


def menu_versions(kopi: Restaurant) -> list[int]:
    return [location_of(kopi.tenant, slug).menu_version for slug in ("bangsar", "penang")]


# --- the rules ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit, problem, at",
    [
        (milk(name=" \t "), GroupProblem.NAME_WRONG, None),
        (milk(name="x" * 81), GroupProblem.NAME_WRONG, None),
        (milk(names={"ms": "x" * 81}), GroupProblem.TRANSLATION_LONG, None),
        (milk(min_choices=-1), GroupProblem.RANGE_WRONG, None),
        (milk(max_choices=0, min_choices=0), GroupProblem.RANGE_WRONG, None),
        (milk(max_choices=51), GroupProblem.RANGE_WRONG, None),
        (milk(min_choices=2), GroupProblem.MIN_ABOVE_MAX, None),
        (milk(min_choices=3, max_choices=3), GroupProblem.TOO_FEW_CHOICES, None),
        (milk(choices=()), GroupProblem.TOO_FEW_CHOICES, None),
        (milk(choices=(choice("Old", is_archived=True),)), GroupProblem.TOO_FEW_CHOICES, None),
        (milk(choices=tuple(choice(str(n)) for n in range(51))), GroupProblem.TOO_MANY_CHOICES, None),
        (
            milk(choices=tuple(choice(str(n)) for n in range(10_000))),
            GroupProblem.TOO_MANY_CHOICES,
            None,
        ),
        (
            milk(choices=(choice("A", is_default=True), choice("B", is_default=True))),
            GroupProblem.TOO_MANY_DEFAULTS,
            None,
        ),
        (milk(choices=(choice("A"), choice("\u202e\x00"))), GroupProblem.CHOICE_NAME_WRONG, 1),
        (milk(choices=(choice("A"), choice("a "))), GroupProblem.CHOICE_TWICE, 0),
        (milk(choices=(choice("A"), choice("B", HIGHEST_DIFFERENCE_MINOR + 1))), GroupProblem.DELTA_WRONG, 1),
        (milk(choices=(choice("A"), choice("B", 1, is_default=True))), GroupProblem.DEFAULT_COSTS, 1),
        (
            milk(choices=(choice("A"), choice("B", 1, is_default=True, is_archived=True))),
            GroupProblem.DEFAULT_COSTS,
            1,
        ),
        (milk(choices=(choice("A", names={"ms": "x" * 81}),)), GroupProblem.TRANSLATION_LONG, 0),
    ],
)
def test_a_wrong_group_is_refused(edit: GroupEdit, problem: GroupProblem, at: int | None) -> None:
    kopi = a_restaurant()
    with pytest.raises(GroupRefused) as refused:
        create_group(kopi.owner, edit)
    assert (problem, at) in [(one.problem, one.at) for one in refused.value.found]
    assert not ModifierGroup.objects.filter(tenant=kopi.tenant).exists()


def test_a_discount_may_be_a_default_and_archived_names_may_repeat() -> None:
    kopi = a_restaurant()
    edit = milk(
        choices=(choice("No egg", -100, is_default=True), choice("No egg", is_archived=True), choice("Egg"))
    )
    _, stored = made(kopi, edit)
    assert [one.name for one in stored.offered] == ["No egg", "Egg"]


def test_a_group_offers_as_many_choices_as_a_carts_line_holds() -> None:
    assert MAX_CHOICES == MAX_MODIFIERS
    kopi = a_restaurant()
    _, stored = made(kopi, milk(choices=tuple(choice(f"{n:02}") for n in range(MAX_CHOICES))))
    assert [one.name for one in stored.choices] == [f"{n:02}" for n in range(MAX_CHOICES)]


# --- writing -----------------------------------------------------------------------------------------------


def test_guests_see_what_was_saved() -> None:
    kopi = a_restaurant()
    a_location(kopi.tenant, "penang")
    item = an_item(kopi.tenant)
    group, stored = made(kopi)
    set_items(kopi.owner, group.id, attach=frozenset({item.id}))
    fresh, oat = stored.choices
    edit = replace(
        stored,
        name="  Which \u202e milk ",
        names={"ms": "Susu", "zh-hans": ""},
        choices=(
            replace(oat, price_delta_minor=200, names={"zh-hans": "燕麦奶"}),
            choice("Soy milk"),
            replace(fresh, is_archived=True),
        ),
    )
    save_group(kopi.owner, group.id, 1, edit)
    (seen,) = shown(kopi)
    assert (seen.name, seen.min_choices) == ("Which milk", 1)
    assert [(one.name, one.price_delta_minor) for one in seen.choices] == [("Oat milk", 200), ("Soy milk", 0)]
    assert shown(kopi, "ms")[0].guest_name == "Susu"
    assert shown(kopi, "zh-hans")[0].choices[0].guest_name == "燕麦奶"
    assert menu_versions(kopi) == [3, 3], "attached, then saved"
    assert ModifierGroup.objects.get(tenant=kopi.tenant).version == 2


def test_an_archived_choice_comes_back_and_keeps_its_row() -> None:
    kopi = a_restaurant()
    group, stored = made(kopi)
    away = replace(stored, choices=(stored.choices[0], replace(stored.choices[1], is_archived=True)))
    save_group(kopi.owner, group.id, 1, away)
    since = Modifier.objects.get(tenant=kopi.tenant, name="Oat milk").archived_at
    save_group(kopi.owner, group.id, 2, away)
    assert Modifier.objects.get(tenant=kopi.tenant, name="Oat milk").archived_at == since
    save_group(kopi.owner, group.id, 3, stored)
    row = Modifier.objects.get(tenant=kopi.tenant, name="Oat milk")
    assert (row.archived_at, row.id) == (None, stored.choices[1].id)


def test_an_emptied_translation_is_deleted() -> None:
    kopi = a_restaurant()
    group, stored = made(kopi, milk(names={"ms": "Susu", "zh-hans": "牛奶"}))
    save_group(kopi.owner, group.id, 1, replace(stored, names={"ms": "", "zh-hans": "奶"}))
    texts = MenuText.objects.filter(tenant=kopi.tenant)
    assert list(texts.values_list("language", "name")) == [("zh-hans", "奶")]


def test_choices_that_the_form_does_not_name_stay() -> None:
    kopi = a_restaurant()
    group, stored = made(kopi)
    save_group(kopi.owner, group.id, 1, replace(stored, choices=(choice("Soy milk"),)))
    names = [one.name for one in saved_group(kopi.tenant, group.id, ()).edit.choices]
    assert names == ["Soy milk", "Fresh milk", "Oat milk"]


def test_the_limit_counts_choices_that_the_form_does_not_name() -> None:
    kopi = a_restaurant()
    group, stored = made(
        kopi, milk(choices=(choice("A"), *(choice(str(n), is_archived=True) for n in range(MAX_KEPT - 1))))
    )
    with pytest.raises(GroupRefused) as refused:
        save_group(kopi.owner, group.id, 1, replace(stored, choices=(choice("One more"),)))
    assert [one.problem for one in refused.value.found] == [GroupProblem.TOO_MANY_CHOICES]
    assert ModifierGroup.objects.get(tenant=kopi.tenant).version == 1


def test_the_second_of_two_editors_changes_nothing() -> None:
    kopi = a_restaurant()
    group, stored = made(kopi)
    save_group(kopi.owner, group.id, 1, replace(stored, name="Which milk"))
    with pytest.raises(Conflict) as refused:
        save_group(kopi.owner, group.id, 1, replace(stored, name="Milk?"))
    assert refused.value.code is Code.GROUP_CHANGED
    assert ModifierGroup.objects.get(tenant=kopi.tenant).name == "Which milk"
    # The same with the version that the first one made.
    save_group(kopi.owner, group.id, 2, replace(stored, name="Milk?"))
    assert ModifierGroup.objects.get(tenant=kopi.tenant).name == "Milk?"


def test_other_restaurants_groups_and_choices_are_gone() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    ours, stored = made(kopi)
    theirs, their_edit = made(teh)
    second, _ = made(kopi, milk(name="Second"))
    foreign = replace(stored, choices=(*stored.choices, replace(their_edit.choices[0], name="Taken")))
    of_second = Modifier.objects.filter(tenant=kopi.tenant, group=second).values_list("id", flat=True)[0]
    mixed = replace(stored, choices=(*stored.choices, choice("Mixed", id=of_second)))
    attempts: list[Callable[[], object]] = [
        lambda: save_group(kopi.owner, theirs.id, 1, stored),
        lambda: save_group(kopi.owner, uuid4(), 1, stored),
        lambda: save_group(kopi.owner, ours.id, 1, foreign),
        lambda: save_group(kopi.owner, ours.id, 1, mixed),
        lambda: create_group(kopi.owner, foreign),
        lambda: delete_group(kopi.owner, theirs.id),
        lambda: set_items(kopi.owner, theirs.id, attach=frozenset({an_item(kopi.tenant, "A").id})),
        lambda: set_items(kopi.owner, ours.id, attach=frozenset({an_item(teh.tenant).id})),
        lambda: saved_group(kopi.tenant, theirs.id, ()),
    ]
    for attempt in attempts:
        with pytest.raises(Gone):
            attempt()
    assert ModifierGroup.objects.get(tenant=teh.tenant).version == 1
    assert list(ModifierGroup.objects.filter(tenant=kopi.tenant).values_list("version", flat=True)) == [1, 1]
    assert not ItemGroup.objects.filter(tenant=kopi.tenant).exists()
    assert set(Modifier.objects.filter(tenant=teh.tenant).values_list("name", flat=True)) == {
        "Fresh milk",
        "Oat milk",
    }


def test_the_kitchen_may_not_change_groups() -> None:
    kopi = a_restaurant()
    cook = a_member(kopi.tenant, "kitchen")
    group, stored = made(kopi)
    attempts: list[Callable[[], object]] = [
        lambda: create_group(cook, stored),
        lambda: save_group(cook, group.id, 1, stored),
        lambda: delete_group(cook, group.id),
        lambda: set_items(cook, group.id, attach=frozenset({uuid4()})),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()


# --- items and deleting ------------------------------------------------------------------------------------


def test_items_get_a_group_as_their_last_one_and_lose_it() -> None:
    kopi = a_restaurant()
    item, other = an_item(kopi.tenant, "Kopi"), an_item(kopi.tenant, "Teh")
    a_group(item, ("Hot", 0), ("Iced", 50))
    group, _ = made(kopi)
    set_items(kopi.owner, group.id, attach=frozenset({item.id, other.id}))
    set_items(kopi.owner, group.id, attach=frozenset({item.id}))
    assert [one.name for one in shown(kopi)] == ["Choose", "Milk"]
    assert [one.name for one in items_of(kopi.tenant, group.id, 10)[0]] == ["Kopi", "Teh"]
    set_items(kopi.owner, group.id, detach=frozenset({item.id, uuid4()} & {item.id}))
    assert [one.name for one in shown(kopi)] == ["Choose"]
    assert MenuItem.objects.get(tenant=kopi.tenant, id=item.id).version == 4
    assert MenuItem.objects.get(tenant=kopi.tenant, id=other.id).version == 2


def test_a_group_in_use_is_not_deleted() -> None:
    kopi = a_restaurant()
    group, _ = made(kopi, milk(names={"ms": "Susu"}))
    items = frozenset(an_item(kopi.tenant, f"Kopi {n}").id for n in range(7))
    set_items(kopi.owner, group.id, attach=items)
    with pytest.raises(Conflict) as refused:
        delete_group(kopi.owner, group.id)
    assert refused.value.facts["dishes"] == "Kopi 0, Kopi 1, Kopi 2, Kopi 3, Kopi 4 …"
    set_items(kopi.owner, group.id, detach=items)
    modifier = Modifier.objects.filter(tenant=kopi.tenant)[0]
    ModifierStock.objects.create(tenant=kopi.tenant, location=kopi.location, modifier=modifier)
    assert delete_group(kopi.owner, group.id) == "Milk"
    for model in (ModifierGroup, Modifier, ModifierStock, MenuText, ItemGroup):
        assert not model.objects.filter(tenant=kopi.tenant).exists()


@pytest.mark.django_db(transaction=True)
def test_a_group_that_an_item_gets_during_the_delete_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    kopi = a_restaurant()
    group, _ = made(kopi)
    set_items(kopi.owner, group.id, attach=frozenset({an_item(kopi.tenant).id}))
    # The count comes before the item gets the group.
    none_yet = SimpleNamespace(count=lambda: 0)
    before = SimpleNamespace(objects=SimpleNamespace(filter=lambda **_: none_yet))
    monkeypatch.setattr("duitpos.domain.menus.edit.groups.ItemGroup", before)
    with pytest.raises(Conflict):
        delete_group(kopi.owner, group.id)
    assert [one.name for one in shown(kopi)] == ["Milk"]
    assert len(shown(kopi)[0].choices) == 2


# --- reading -----------------------------------------------------------------------------------------------


def test_the_list_takes_four_queries_and_finds_choices(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    made(teh)
    group, _ = made(kopi)
    for number in range(150):
        create_group(kopi.owner, milk(name=f"Sugar {number:03}", choices=(choice("Less"),)))
    set_items(kopi.owner, group.id, attach=frozenset({an_item(kopi.tenant).id}))
    sugar = ModifierGroup.objects.get(tenant=kopi.tenant, name="Sugar 000")
    Modifier.objects.filter(tenant=kopi.tenant, group_id=sugar.id).update(archived_at=now())
    with django_assert_num_queries(4):
        first = groups_page(kopi.tenant)
    assert (first.total, len(first.rows), first.rows[0].items) == (151, 100, 1)
    assert (first.rows[1].is_blocking, first.rows[1].archived) == (True, 1)
    assert not first.rows[0].is_blocking
    assert len(groups_page(kopi.tenant, number=2).rows) == 51
    assert [row.group.name for row in groups_page(kopi.tenant, "oat").rows] == ["Milk"]
    assert groups_page(kopi.tenant, "LESS").total == 149, "not the archived one"


def test_the_items_page_takes_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    an_item(teh.tenant, "Teh O")
    group, _ = made(kopi)
    first, second = an_item(kopi.tenant, "Kopi"), an_item(kopi.tenant, "Teh")
    set_items(kopi.owner, group.id, attach=frozenset({second.id}))
    with django_assert_num_queries(2):
        found = items_page(kopi.tenant, group.id)
    assert [(row.item.name, row.has_group) for row in found.rows] == [("Kopi", False), ("Teh", True)]
    assert [row.item.name for row in items_page(kopi.tenant, group.id, text="TEH").rows] == ["Teh"]
    assert items_page(kopi.tenant, group.id, section_id=first.section_id).total == 1
