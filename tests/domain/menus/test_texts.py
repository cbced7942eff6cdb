"""Translations of the menu."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.menus.read import menu_of
from duitpos.domain.menus.texts import Text, Translated, translate_menu
from duitpos.models import Location, MenuItem, MenuSection, MenuText, ModifierGroup, Tenant
from duitpos.models.menu import TextKind
from tests.support.restaurant import Restaurant, a_group, a_restaurant, an_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def kopi() -> Restaurant:
    kopi = a_restaurant()
    rice = an_item(kopi.tenant, "Chicken rice", 1250, description="With ginger")
    choices = a_group(rice, ("Roast", 0), ("Steamed", 0), least=1)
    section = MenuSection.objects.get(tenant=kopi.tenant)
    an_item(kopi.tenant, "Toast", 400, description="With kaya", position=1, section=section)
    group = ModifierGroup.objects.get(tenant=kopi.tenant)
    translate_menu(
        kopi.tenant,
        "zh-hans",
        [
            Translated(TextKind.SECTION, section.id, Text("主食")),
            Translated(TextKind.ITEM, rice.id, Text("鸡饭", "配姜")),
            Translated(TextKind.GROUP, group.id, Text("选择")),
            Translated(TextKind.MODIFIER, choices["Roast"], Text("烧鸡")),
        ],
    )
    return kopi


def test_guests_get_their_language_and_the_restaurants_own_text(kopi: Restaurant) -> None:
    (section,) = menu_of(kopi.tenant, kopi.location, "zh-hans").sections
    rice, toast = section.items
    assert section.name == "主食"
    assert (rice.name, rice.guest_name, rice.description) == ("Chicken rice", "鸡饭", "配姜")
    assert (rice.groups[0].guest_name, rice.groups[0].choices[0].guest_name) == ("选择", "烧鸡")
    assert (rice.groups[0].choices[0].name, rice.groups[0].choices[1].guest_name) == ("Roast", "")
    assert (toast.name, toast.guest_name, toast.description) == ("Toast", "", "With kaya")


@pytest.mark.parametrize("language", ["", "en", "ms"])
def test_untranslated_texts_are_shown_in_the_menus_language(kopi: Restaurant, language: str) -> None:
    (section,) = menu_of(kopi.tenant, kopi.location, language).sections
    assert [(item.name, item.guest_name) for item in section.items] == [("Chicken rice", ""), ("Toast", "")]
    assert section.items[0].description == "With ginger"


@pytest.mark.parametrize("language, queries", [("", 7), ("en", 7), ("ms", 8), ("zh-hans", 8)])
def test_another_language_costs_one_query(
    kopi: Restaurant, language: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(queries):
        menu_of(kopi.tenant, kopi.location, language)


def test_a_menu_that_is_written_in_malay_has_its_english_as_a_text(kopi: Restaurant) -> None:
    Tenant.objects.filter(id=kopi.tenant.id).update(menu_language="ms")
    tenant = Tenant.objects.get(id=kopi.tenant.id)
    item = MenuItem.objects.get(tenant=tenant, name="Toast")
    translate_menu(tenant, "en", [Translated(TextKind.ITEM, item.id, Text("Bread"))])
    shown = {language: _names(tenant, kopi.location, language) for language in ("ms", "en")}
    assert shown == {"ms": ["Chicken rice", "Toast"], "en": ["Chicken rice", "Bread"]}


def test_a_new_text_replaces_the_old_one_at_once(kopi: Restaurant) -> None:
    before = Location.objects.get(tenant=kopi.tenant).menu_version
    item = MenuItem.objects.get(tenant=kopi.tenant, name="Chicken rice")
    translate_menu(kopi.tenant, "zh-hans", [Translated(TextKind.ITEM, item.id, Text("海南鸡饭"))])
    assert _names(kopi.tenant, kopi.location, "zh-hans") == ["海南鸡饭", "Toast"]
    assert MenuText.objects.filter(tenant=kopi.tenant, subject_id=item.id).count() == 1
    assert Location.objects.get(tenant=kopi.tenant).menu_version == before + 1


def test_another_restaurants_texts_are_not_read(kopi: Restaurant) -> None:
    other = a_restaurant("teh")
    item = MenuItem.objects.get(tenant=kopi.tenant, name="Toast")
    translate_menu(other.tenant, "zh-hans", [Translated(TextKind.ITEM, item.id, Text("别人的"))])
    assert _names(kopi.tenant, kopi.location, "zh-hans") == ["鸡饭", "Toast"]


def _names(tenant: Tenant, location: Any, language: str) -> list[str]:
    return [item.guest_name or item.name for item in menu_of(tenant, location, language).items()]
