"""Fixtures: two restaurants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.isolation.factories import TwoRestaurants


@pytest.fixture
def both(db: None) -> TwoRestaurants:
    """Two restaurants and the clients that visit them."""
    from tests.isolation.factories import two_restaurants

    return two_restaurants()
