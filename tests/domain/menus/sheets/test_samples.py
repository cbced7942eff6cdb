"""The sample menus: complete, in three languages, and in any restaurant's currency and language."""

from __future__ import annotations

import pytest

from duitpos.domain.errors import Code, Conflict, Forbidden
from duitpos.domain.menus.marks import ALLERGENS, DIETS, KNOWN
from duitpos.domain.menus.read import menu_of
from duitpos.domain.menus.sheets.samples import Sample, begin_with_sample, sample_file, sample_sizes
from duitpos.models import Location, MenuItem, MenuText, Modifier
from duitpos.models.people import Role
from duitpos.ui.marks import MARKS
from tests.support.restaurant import a_member, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sample", Sample)
def test_a_sample_is_a_whole_menu(sample: Sample) -> None:
    restaurant = a_restaurant()
    begin_with_sample(restaurant.owner, sample)
    menu = menu_of(restaurant.tenant, Location.objects.get(tenant=restaurant.tenant))
    items = list(menu.items())
    assert 20 <= len(items) <= 30
    assert len(menu.sections) >= 4
    assert {word for item in items for word in (*item.marks, *item.allergens)} <= KNOWN
    assert all(100 <= item.price_minor <= 10_000 for item in items)
    assert not any(item.is_sold_out for item in items)
    groups = {group.id: group for item in items for group in item.groups}
    assert len(groups) >= 5
    for group in groups.values():
        chosen = sum(choice.is_default for choice in group.choices)
        assert chosen == group.min_choices, group.name
    for language in ("ms", "zh-hans"):
        translated = MenuText.objects.filter(tenant=restaurant.tenant, language=language).exclude(name="")
        rows = len(items) + len(menu.sections) + len(groups)
        assert translated.count() == rows + Modifier.objects.filter(tenant=restaurant.tenant).count()
        described = MenuText.objects.filter(tenant=restaurant.tenant, language=language).exclude(
            description=""
        )
        assert described.count() == sum(bool(item.description) for item in items)


def test_the_sizes_are_those_of_the_files() -> None:
    assert [(one.sample.value, one.items) for one in sample_sizes()] == [
        ("cafe", 24),
        ("mamak", 25),
        ("bakery", 23),
    ]


def test_a_menu_with_dishes_is_not_changed_without_a_preview() -> None:
    restaurant = a_restaurant()
    an_item(restaurant.tenant, "Kopi", 999)
    with pytest.raises(Conflict) as caught:
        begin_with_sample(restaurant.owner, Sample.MAMAK)
    assert caught.value.code == Code.MENU_NOT_EMPTY
    assert MenuItem.objects.filter(tenant=restaurant.tenant).count() == 1


def test_a_restaurant_that_writes_its_menu_in_malay() -> None:
    restaurant = a_restaurant()
    restaurant.tenant.menu_language = "ms"
    restaurant.tenant.save()
    restaurant.owner.refresh_from_db()
    begin_with_sample(restaurant.owner, Sample.CAFE)
    site = Location.objects.get(tenant=restaurant.tenant)
    own, english = (menu_of(restaurant.owner.tenant, site, language).sections[0] for language in ("ms", "en"))
    assert (own.name, english.name) == ("Sarapan", "Breakfast")
    assert (own.items[1].name, english.items[1].guest_name) == ("Sarapan besar", "Big breakfast")
    assert [group.name for group in own.items[1].groups] == ["Telur", "Roti", "Tambahan sarapan"]


def test_a_restaurant_with_a_currency_without_decimals() -> None:
    restaurant = a_restaurant(currency="JPY")
    begin_with_sample(restaurant.owner, Sample.MAMAK)
    kopi = MenuItem.objects.get(tenant=restaurant.tenant, name="Kopi")
    assert (kopi.price_minor, kopi.currency) == (250, "JPY")


@pytest.mark.parametrize("role", [Role.CASHIER, Role.KITCHEN])
def test_only_who_edits_the_menu_begins_with_a_sample(role: str) -> None:
    member = a_member(a_restaurant().tenant, role)
    for attempt in (begin_with_sample, sample_file):
        with pytest.raises(Forbidden):
            attempt(member, Sample.CAFE)


def test_the_words_with_a_name_are_those_that_pages_know() -> None:
    assert tuple(MARKS) == DIETS + ALLERGENS
