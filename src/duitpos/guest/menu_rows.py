"""The menu as its page shows it: sections and rows, what is popular, and what can be filtered by."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any
from uuid import UUID

from duitpos.domain.menus.photos.files import FORMATS, WIDTHS, photo_url
from duitpos.domain.menus.read import Group, Item, Menu
from duitpos.domain.orders.pricing import Rules, rules_of
from duitpos.guest.texts import rule_text, served_text
from duitpos.models import Location, MenuPhoto
from duitpos.ui.lists import listed
from duitpos.ui.marks import MARKS, mark_words


def menu_rows(menu: Menu, location: Location) -> dict[str, Any]:
    """The template's context: `sections` of rows; `popular` rows, most first; `marks` and `allergens` to filter by."""
    marks = _in_use(item.marks for item in menu.items())
    allergens = _in_use(item.allergens for item in menu.items())
    rows = _Rows(location, rules_of(location), allergens)
    numbers = count()
    sections: list[dict[str, Any]] = [
        {"name": section.name, "items": [rows.row(item, next(numbers)) for item in section.items]}
        for section in menu.sections
    ]
    popular = [row for section in sections for row in section["items"] if row["is_popular"]]
    return {
        "sections": sections,
        "popular": sorted(popular, key=lambda row: location.popular_items.index(row["id"])),
        "marks": mark_words(marks),
        "allergens": mark_words(allergens),
    }


def _in_use(lists: Iterable[Iterable[str]]) -> list[str]:
    """Every code of these lists once: ours in our order, then the restaurant's own."""
    used = {code for codes in lists for code in codes}
    return [*(code for code in MARKS if code in used), *sorted(used - MARKS.keys())]


class _Rows:
    """Makes the rows of one location's menu."""

    def __init__(self, location: Location, rules: Rules, allergens: list[str]) -> None:
        self._location, self._rules = location, rules
        self._numbers = {code: str(number) for number, code in enumerate(allergens)}

    def row(self, item: Item, number: int) -> dict[str, Any]:
        """One item. `number` is its place on the menu."""
        is_off = item.is_sold_out or not item.is_served
        return {
            "id": item.id.hex,
            # In the names of the form's fields: the ids do not compress, and would be in each of them.
            "number": number,
            "name": item.guest_name or item.name,
            "description": item.description,
            "price_minor": item.price_minor,
            "tax": self._other_tax(item),
            "marks": mark_words(item.marks),
            "allergens": listed(mark_words(item.allergens)),
            # By their numbers in the filter: words in a list cannot be told apart in every language.
            "allergen_numbers": " ".join(self._numbers[code] for code in item.allergens),
            "is_sold_out": item.is_sold_out,
            "is_off": is_off,
            "when": "" if item.is_served else served_text(item.servings, self._location.locale),
            # Sold out or not served, it is popular again later.
            "is_popular": not is_off and item.id.hex in self._location.popular_items,
            "left": item.left,
            "photo": _photo(item.photo) if item.photo else None,
            "groups": [_group(group) for group in item.groups],
            "is_quick": not any(group.min_choices for group in item.groups),
        }

    def _other_tax(self, item: Item) -> int | None:
        """The item's tax rate in basis points where tax is added and it is not the location's usual one."""
        rate = self._rules.tax_of(item.tax_class)
        return None if self._rules.tax_is_inclusive or rate == self._rules.tax_bp else rate


def _photo(photo: MenuPhoto) -> dict[str, Any]:
    # A narrower photo has its own width in place of each that is wider than it.
    width = min(WIDTHS[0], photo.width)
    urls = {kind: photo_url(photo, width, kind) for kind in FORMATS}
    return {**urls, "width": photo.width, "height": photo.height}


def _group(group: Group) -> dict[str, Any]:
    default = _default_of(group)
    return {
        "name": group.guest_name or group.name,
        "rule": rule_text(group),
        "min": group.min_choices,
        "max": group.max_choices,
        "is_single": group.min_choices == group.max_choices == 1,
        "choices": [
            {
                "id": choice.id.hex,
                "name": choice.guest_name or choice.name,
                "delta": choice.price_delta_minor,
                "is_default": choice.id == default,
                "is_sold_out": choice.is_sold_out,
            }
            for choice in group.choices
        ],
    }


def _default_of(group: Group) -> UUID | None:
    """The choice that is selected until the guest selects another: the owner's default, or the first if one is needed.

    Never one that adds to the price.
    """
    free = [choice for choice in group.in_stock if choice.price_delta_minor <= 0]
    chosen = [choice for choice in free if choice.is_default]
    if not chosen and group.min_choices == group.max_choices == 1:
        # As before there were defaults: only if the first of all is free.
        chosen = [choice for choice in group.in_stock[:1] if choice.price_delta_minor == 0]
    return chosen[0].id if chosen else None
