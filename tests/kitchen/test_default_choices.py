"""F25: a default choice is not printed on the ticket; what differs from it is."""

from __future__ import annotations

from uuid import uuid4

import pytest

from duitpos.domain.menus.read import Choice, Group
from duitpos.domain.orders.pricing import _pinned
from tests.kitchen.factories import Kitchen
from tests.kitchen.tickets import a_ticket


def a_group(least: int, most: int, *, defaults: int = 1) -> Group:
    choices = tuple(Choice(uuid4(), f"Choice {n}", 0, is_default=n < defaults) for n in range(3))
    return Group(uuid4(), "Sugar", least, most, choices)


def test_the_default_of_a_group_in_which_one_is_chosen_goes_without_saying() -> None:
    group = a_group(1, 1)
    assert _pinned(group.choices[0], group)["is_default"] is True
    assert "is_default" not in _pinned(group.choices[1], group)


@pytest.mark.parametrize("least, most, defaults", [(0, 1, 1), (0, 3, 1), (1, 2, 1), (1, 1, 2)])
def test_where_a_default_can_be_taken_away_each_choice_is_printed(
    least: int, most: int, defaults: int
) -> None:
    group = a_group(least, most, defaults=defaults)
    assert "is_default" not in _pinned(group.choices[0], group), "without it, the ticket must say so"


def test_the_board_prints_what_differs(kitchen: Kitchen) -> None:
    chosen = [
        {"id": "1", "group": "Heat", "name": "Extra spicy", "price_delta_minor": 0},
        {"id": "2", "group": "Sugar", "name": "Normal sugar", "price_delta_minor": 0, "is_default": True},
    ]
    line = {"modifiers": chosen, "allergens": ["egg"]}
    a_ticket(kitchen.restaurant.location, kitchen.item, 1, line=line)
    page = kitchen.board()
    assert "Extra spicy" in page
    assert "Normal sugar" not in page
    assert "Contains:" in page
