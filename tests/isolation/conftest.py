"""Two restaurants side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.isolation.factories import Town


@pytest.fixture
def town(db: None) -> Town:
    """A town with two restaurants and the people in it."""
    from tests.isolation.factories import a_town

    return a_town()
