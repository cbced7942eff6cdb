"""A process that is killed at any step of the money path leaves nothing that a new start does not put right."""

from __future__ import annotations

import pytest

from tests.crash.processes import World
from tests.crash.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_doubled_or_stuck(world: World, name: str) -> None:
    """One order or none, no silent money, nothing twice, nothing stuck, wherever it died."""
    complaints = list(world.die_everywhere(SCENARIOS[name]))
    assert complaints == [], "\n".join(complaints)
