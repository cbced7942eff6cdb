"""Bulk price changes: the arithmetic, the preview, and that only previewed prices are changed."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from duitpos.domain.errors import Code, Forbidden, Gone, Invalid
from duitpos.domain.menus.edit.bulk_prices import (
    MOST_ITEMS,
    PriceRow,
    Which,
    apply_change,
    pack,
    preview,
    unpack,
)
from duitpos.domain.menus.edit.price_rules import Effect, PriceChange, Way, effect_of, new_price
from duitpos.domain.menus.read import menu_of
from duitpos.domain.tenancy.find import location_of
from duitpos.kit.clock import now
from duitpos.models import ItemPrice, MenuItem, MenuSection
from tests.support.restaurant import Restaurant, a_location, a_member, a_restaurant, an_item

STEPS = (1, 5, 10, 50, 100)
TEN_PERCENT = PriceChange(Way.PERCENT, 1000)
ONE_RINGGIT = PriceChange(Way.AMOUNT, 100)
MYR = Which("MYR")


# --- arithmetic --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "old, change, new",
    [
        (1000, PriceChange(Way.PERCENT, 1000), 1100),
        (1000, PriceChange(Way.PERCENT, -1000), 900),
        (1005, PriceChange(Way.PERCENT, 1000), 1106),  # 1105.5, half up
        (1005, PriceChange(Way.PERCENT, -1000), 905),  # 904.5, half up
        (150, PriceChange(Way.PERCENT, 250), 154),  # 153.75
        (1000, PriceChange(Way.PERCENT, 333, 5), 1035),  # 1033.3
        (1000, PriceChange(Way.PERCENT, 225, 5), 1025),  # 1022.5, half up
        (1049, PriceChange(Way.AMOUNT, 0, 100), 1000),
        (1050, PriceChange(Way.AMOUNT, 0, 100), 1100),
        (100, PriceChange(Way.AMOUNT, -150), -50),
        (0, PriceChange(Way.PERCENT, 1000), 0),
        (500, PriceChange(Way.PERCENT, -10_000), 0),
        # Rounded once: 102.4999 is 102 sen, and not first 102.5 and then 103.
        (1025, PriceChange(Way.PERCENT, 0, 10), 1030),
        (1024, PriceChange(Way.PERCENT, 5, 10), 1020),  # 1024.512
    ],
)
def test_new_prices(old: int, change: PriceChange, new: int) -> None:
    assert new_price(old, change) == new


@given(
    old=st.integers(0, 10**12),
    by=st.integers(-10_000, 100_000),
    step=st.sampled_from(STEPS),
    way=st.sampled_from(Way),
)
def test_rounding_is_exact_and_half_up(old: int, by: int, step: int, way: Way) -> None:
    new = new_price(old, PriceChange(way, by, step))
    exact = old * (1 + Fraction(by, 10_000)) if way is Way.PERCENT else Fraction(old + by)
    assert isinstance(new, int)
    assert new % step == 0
    assert Fraction(-step, 2) < new - exact <= Fraction(step, 2)


@given(old=st.integers(0, 10**9), more=st.integers(0, 10**6), by=st.integers(-10_000, 10_000))
def test_a_dearer_dish_does_not_become_the_cheaper_one(old: int, more: int, by: int) -> None:
    change = PriceChange(Way.PERCENT, by, 10)
    assert new_price(old + more, change) >= new_price(old, change)


@pytest.mark.parametrize(
    "old, new, effect",
    [
        (100, 110, Effect.CHANGED),
        (100, 100, Effect.UNCHANGED),
        (0, 0, Effect.UNCHANGED),
        (100, 0, Effect.FREE),
        (100, -1, Effect.NEGATIVE),
        (100, 10**12 + 1, Effect.TOO_HIGH),
    ],
)
def test_effects(old: int, new: int, effect: Effect) -> None:
    assert effect_of(old, new, "MYR") is effect


# --- the preview as text -----------------------------------------------------------------------------------


@given(st.dictionaries(st.uuids(), st.integers(0, 2**62 - 1), max_size=50))
def test_a_preview_survives_its_form(prices: dict[UUID, int]) -> None:
    rows = [PriceRow(item_id, "", "", "MYR", old, old) for item_id, old in prices.items()]
    assert unpack(pack(rows)) == prices


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not base 64 \x00",
        "é",
        pack([PriceRow(UUID(int=7), "", "", "MYR", 1, 1)])[:-5],
        pack([PriceRow(UUID(int=7), "", "", "MYR", 2**63, 1)]),
        pack([PriceRow(UUID(int=n), "", "", "MYR", 0, 0) for n in range(MOST_ITEMS + 1)]),
    ],
)
def test_an_unreadable_preview_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        unpack(text)
    assert refused.value.code is Code.PRICES_UNREADABLE


def test_the_largest_preview_fits_in_a_request() -> None:
    rows = [PriceRow(uuid4(), "", "", "MYR", 100 + n, 0) for n in range(MOST_ITEMS)]
    assert len(pack(rows)) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 20_000


# --- preview and apply -------------------------------------------------------------------------------------


def seen(rows: list[PriceRow]) -> dict[UUID, int]:
    return {row.item_id: row.old for row in rows}


def prices(kopi: Restaurant, slug: str = "bangsar") -> dict[str, int]:
    items = menu_of(kopi.tenant, location_of(kopi.tenant, slug)).items()
    return {item.name: item.price_minor for item in items}


@pytest.mark.django_db
def test_the_preview_shows_old_and_new_of_the_chosen_dishes() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    an_item(teh.tenant, "Theirs", 100)
    drinks = MenuSection.objects.create(tenant=kopi.tenant, name="Drinks", position=1)
    food = MenuSection.objects.create(tenant=kopi.tenant, name="Food")
    an_item(kopi.tenant, "Kopi", 200, section=drinks, marks=["halal"])
    an_item(kopi.tenant, "Nasi lemak", 1000, section=food, marks=["halal", "spicy"])
    an_item(kopi.tenant, "Gone", 100, section=food, archived_at=now())
    an_item(kopi.tenant, "Abroad", 100, section=food, currency="SGD")
    rows = preview(kopi.tenant, MYR, TEN_PERCENT)
    assert [(row.section, row.name, row.old, row.new) for row in rows] == [
        ("Food", "Nasi lemak", 1000, 1100),
        ("Drinks", "Kopi", 200, 220),
    ]
    only = preview(kopi.tenant, Which("MYR", sections=frozenset({drinks.id})), TEN_PERCENT)
    assert [row.name for row in only] == ["Kopi"]
    hot = preview(kopi.tenant, Which("MYR", marks=frozenset({"spicy", "vegan"})), TEN_PERCENT)
    assert [row.name for row in hot] == ["Nasi lemak"]
    theirs = MenuSection.objects.filter(tenant=teh.tenant).values_list("id", flat=True)
    with pytest.raises(Gone):
        preview(kopi.tenant, Which("MYR", sections=frozenset(theirs)), TEN_PERCENT)


@pytest.mark.django_db
def test_only_prices_that_are_still_as_previewed_change() -> None:
    kopi = a_restaurant()
    a_location(kopi.tenant, "penang")
    kopi_o, teh_o = an_item(kopi.tenant, "Kopi O", 200), an_item(kopi.tenant, "Teh O", 180)
    free = an_item(kopi.tenant, "Water", 0)
    rows = preview(kopi.tenant, MYR, ONE_RINGGIT)
    # Another dish of the preview has this price, but this dish was not previewed with it.
    MenuItem.objects.filter(tenant=kopi.tenant, id=teh_o.id).update(price_minor=200)
    result = apply_change(kopi.owner, MYR, ONE_RINGGIT, seen(rows))
    assert (result.changed, result.meanwhile) == (2, ("Teh O",))
    assert prices(kopi) == {"Kopi O": 300, "Teh O": 200, "Water": 100}
    versions = {row.id: row.version for row in MenuItem.objects.filter(tenant=kopi.tenant)}
    assert versions == {kopi_o.id: 2, teh_o.id: 1, free.id: 2}
    assert [location_of(kopi.tenant, slug).menu_version for slug in ("bangsar", "penang")] == [2, 2]
    # The same form once more: nothing is raised twice.
    again = apply_change(kopi.owner, MYR, ONE_RINGGIT, seen(rows))
    assert again == result
    assert prices(kopi) == {"Kopi O": 300, "Teh O": 200, "Water": 100}


@pytest.mark.django_db
def test_negative_and_unchanged_prices_stay() -> None:
    kopi = a_restaurant()
    an_item(kopi.tenant, "Kopi", 200)
    an_item(kopi.tenant, "Ice", 30)
    change = PriceChange(Way.AMOUNT, -50)
    rows = preview(kopi.tenant, MYR, change)
    assert {row.name: row.effect for row in rows} == {"Kopi": Effect.CHANGED, "Ice": Effect.NEGATIVE}
    assert apply_change(kopi.owner, MYR, change, seen(rows)).changed == 1
    assert prices(kopi) == {"Kopi": 150, "Ice": 30}


@pytest.mark.django_db
def test_a_locations_prices_change_there_only() -> None:
    kopi = a_restaurant()
    penang = a_location(kopi.tenant, "penang")
    own, _, moved = (an_item(kopi.tenant, name, 200) for name in ("Own", "Base", "Moved"))
    for item in (own, moved):
        ItemPrice.objects.create(tenant=kopi.tenant, location=penang, item=item, price_minor=300)
    which = Which("MYR", penang)
    rows = preview(kopi.tenant, which, ONE_RINGGIT)
    assert {row.name: (row.old, row.new) for row in rows} == {
        "Own": (300, 400),
        "Base": (200, 300),
        "Moved": (300, 400),
    }
    ItemPrice.objects.filter(tenant=kopi.tenant, item=moved).update(price_minor=350)
    result = apply_change(kopi.owner, which, ONE_RINGGIT, seen(rows))
    assert (result.changed, result.meanwhile) == (2, ("Moved",))
    assert prices(kopi, "penang") == {"Own": 400, "Base": 300, "Moved": 350}
    assert prices(kopi) == {"Own": 200, "Base": 200, "Moved": 200}
    assert [location_of(kopi.tenant, slug).menu_version for slug in ("bangsar", "penang")] == [1, 2]
    versions = {row.name: row.version for row in MenuItem.objects.filter(tenant=kopi.tenant)}
    assert versions == {"Own": 2, "Base": 2, "Moved": 1}


@pytest.mark.django_db
def test_a_base_price_that_changed_gives_no_price_at_the_location() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant, "Kopi", 200)
    which = Which("MYR", kopi.location)
    rows = preview(kopi.tenant, which, ONE_RINGGIT)
    MenuItem.objects.filter(tenant=kopi.tenant, id=item.id).update(price_minor=250)
    result = apply_change(kopi.owner, which, ONE_RINGGIT, seen(rows))
    assert (result.changed, result.meanwhile) == (0, ("Kopi",))
    assert not ItemPrice.objects.filter(tenant=kopi.tenant).exists()


@pytest.mark.django_db
def test_base_prices_tell_where_they_do_not_hold() -> None:
    kopi = a_restaurant()
    item = an_item(kopi.tenant, "Kopi", 200)
    ItemPrice.objects.create(tenant=kopi.tenant, location=kopi.location, item=item, price_minor=300)
    assert [row.elsewhere for row in preview(kopi.tenant, MYR, ONE_RINGGIT)] == [1]


@pytest.mark.django_db
def test_another_restaurants_dishes_and_locations_are_out_of_reach() -> None:
    kopi, teh = a_restaurant("kopi"), a_restaurant("teh")
    theirs = an_item(teh.tenant, "Theirs", 200)
    result = apply_change(kopi.owner, MYR, ONE_RINGGIT, {theirs.id: 200})
    assert (result.changed, result.meanwhile) == (0, ())
    at_ours = apply_change(kopi.owner, Which("MYR", kopi.location), ONE_RINGGIT, {theirs.id: 200})
    assert at_ours.changed == 0
    with pytest.raises(Gone):
        apply_change(kopi.owner, Which("MYR", teh.location), ONE_RINGGIT, {theirs.id: 200})
    with pytest.raises(Forbidden):
        apply_change(a_member(kopi.tenant, "cashier"), MYR, ONE_RINGGIT, {})
    assert prices(teh) == {"Theirs": 200}
    assert not ItemPrice.objects.filter(tenant=kopi.tenant).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("is_location", [False, True])
def test_5000_dishes_take_few_queries(
    is_location: bool, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    kopi = a_restaurant()
    section = MenuSection.objects.create(tenant=kopi.tenant, name="All")
    MenuItem.objects.bulk_create(
        MenuItem(tenant=kopi.tenant, section=section, name=f"Dish {n}", price_minor=100 + n, currency="MYR")
        for n in range(5000)
    )
    which = Which("MYR", kopi.location if is_location else None)
    with django_assert_max_num_queries(3):
        rows = preview(kopi.tenant, which, TEN_PERCENT)
    # Batches of 400 dishes; a location's prices take some more queries each. The audit log has a row for each dish:
    # their names by batches, and as many rows in one statement as SQLite takes.
    log = 13 + 50
    with django_assert_max_num_queries(log + (13 * 8 + 8 if is_location else 13 * 2 + 8)):
        result = apply_change(kopi.owner, which, TEN_PERCENT, seen(rows))
    assert (result.changed, result.meanwhile) == (5000, ())
    assert prices(kopi)["Dish 4999"] == 5609
