"""An export that is imported again changes nothing, whatever the menu is."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from duitpos.domain.menus.edit.prices import HIGHEST_MINOR
from duitpos.domain.menus.sheets.apply import apply_import, preview_import
from duitpos.domain.menus.sheets.state import menu_state
from duitpos.domain.menus.sheets.write import FileKind, export_menu
from duitpos.models import (
    ItemGroup,
    ItemPrice,
    MenuItem,
    MenuSection,
    MenuText,
    Modifier,
    ModifierGroup,
)
from tests.support.restaurant import a_location, a_restaurant

# Texts as forms store them, and worse: formulas, separators, quotation marks, line breaks, other scripts.
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
    st.sampled_from(
        ["=1+1", "'=1", "-5", "+60 12", "@here", "a;b", "a, b", 'say "hi"', "007", "1-May", "x\ny", "\tx", "مرحبا",
         "咖啡", "தேநீர்", "👩‍🍳", "\u202eabc", "\uff1d1", "[x]", "yes", "12.50", "none", "True", "#REF!", "_x0041_"]
    ),
)  # fmt: skip
_NAMES = st.one_of(_TEXTS, st.sampled_from(["Kopi", "kopi", "Teh"])).filter(lambda text: bool(text.strip()))
_TIMES = st.none() | st.times().map(lambda at: at.replace(microsecond=0, tzinfo=None))
_WORDS = st.lists(st.sampled_from(["halal", "nuts", "No Pork", "own word", "a, b"]), max_size=3, unique=True)
_SERVED = {"days": st.integers(0, 127), "served_from": _TIMES, "served_until": _TIMES}


@st.composite
def menus(draw: Any) -> dict[str, Any]:
    sections = draw(
        st.lists(
            st.fixed_dictionaries({"name": _NAMES, **_SERVED, "off": st.booleans()}), min_size=1, max_size=3
        )
    )
    item = {
        "name": _NAMES,
        "description": st.just("") | _TEXTS,
        "price_minor": st.integers(0, HIGHEST_MINOR),
        "currency": st.sampled_from(["MYR", "MYR", "JPY"]),
        "marks": _WORDS,
        "allergens": _WORDS,
        "tax_class": st.sampled_from(["standard", "reduced", "none"]),
        **_SERVED,
        "off": st.booleans(),
    }
    choice = {
        "name": _NAMES,
        "price_delta_minor": st.integers(-(10**6), 10**6),
        "is_default": st.booleans(),
        "off": st.booleans(),
    }
    return {
        "sections": sections,
        "items": draw(st.lists(st.fixed_dictionaries(item), max_size=4)),
        "groups": draw(st.lists(st.tuples(_NAMES, st.integers(0, 3), st.integers(1, 4)), max_size=3)),
        "choices": draw(st.lists(st.fixed_dictionaries(choice), max_size=4)),
        "prices": draw(st.lists(st.integers(0, 10**6), max_size=3)),
        "texts": draw(st.lists(st.tuples(st.sampled_from(["ms", "zh-hans", "ta"]), _NAMES), max_size=3)),
        "pick": draw(st.randoms(use_true_random=False)),
    }


class RoundTrip(TestCase):
    """Django's TestCase of Hypothesis, which begins each example with no rows."""

    @settings(max_examples=40)
    @given(menu=menus())
    def test_an_unchanged_export_changes_nothing(self, menu: dict[str, Any]) -> None:
        restaurant = a_restaurant()
        _store(restaurant, menu)
        before = menu_state(restaurant.tenant).stamp()
        for kind in FileKind:
            plan = preview_import(restaurant.owner, export_menu(restaurant.owner, kind))
            assert plan.problems == []
            assert [edit.changes for edit in plan.changed] == []
            assert plan.table.ignored == ()
        assert menu_state(restaurant.tenant).stamp() == before


def _store(restaurant: Any, menu: dict[str, Any]) -> None:
    tenant, pick = restaurant.tenant, menu["pick"]
    sites = [restaurant.location, a_location(tenant, "tokyo", currency="JPY")]
    at = tenant.created_at

    def off(fields: dict[str, Any]) -> dict[str, Any]:
        return {
            **{k: v for k, v in fields.items() if k != "off"},
            "archived_at": at if fields["off"] else None,
        }

    sections = [MenuSection.objects.create(tenant=tenant, **off(one)) for one in menu["sections"]]
    groups = [
        ModifierGroup.objects.create(tenant=tenant, name=name, min_choices=min(a, b), max_choices=b)
        for name, a, b in menu["groups"]
    ]
    items = [
        MenuItem.objects.create(tenant=tenant, section=pick.choice(sections), **off(one))
        for one in menu["items"]
    ]
    rows: list[Any] = [*((row, "section") for row in sections), *((row, "item") for row in items)]
    for one in menu["choices"] if groups else []:
        choice = Modifier.objects.create(tenant=tenant, group=pick.choice(groups), **off(one))
        rows.append((choice, "modifier"))
    for item in items:
        for position, group in enumerate(pick.sample(groups, min(len(groups), 2))):
            ItemGroup.objects.create(tenant=tenant, item=item, group=group, position=position)
    for item, minor in zip(items, menu["prices"], strict=False):
        ItemPrice.objects.create(tenant=tenant, item=item, location=pick.choice(sites), price_minor=minor)
    for (row, kind), (language, name) in zip(rows, menu["texts"], strict=False):
        MenuText.objects.create(tenant=tenant, kind=kind, subject_id=row.id, language=language, name=name)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", FileKind)
def test_control_one_changed_cell_is_one_change(kind: FileKind) -> None:
    restaurant = a_restaurant()
    section = MenuSection.objects.create(tenant=restaurant.tenant, name="Drinks", served_from=time(7))
    item = MenuItem.objects.create(
        tenant=restaurant.tenant, section=section, name="Kopi", price_minor=250, currency="MYR"
    )
    data = export_menu(restaurant.owner, kind)
    MenuItem.objects.filter(tenant=restaurant.tenant, id=item.id).update(price_minor=300)
    plan = preview_import(restaurant.owner, data)
    (edit,) = plan.changed
    assert [(change.column, change.before, change.after) for change in edit.changes] == [
        ("price", "3.00", "2.50")
    ]
    apply_import(restaurant.owner, data, plan.state.stamp())
    assert MenuItem.objects.get(tenant=restaurant.tenant).price_minor == 250
