"""After a crash at any step of the money path, a restart repairs everything."""

from __future__ import annotations

import pytest

from tests.crash.processes import World
from tests.crash.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_doubled_or_stuck(world: World, name: str) -> None:
    """One order or none, no unnoticed money, nothing twice, nothing stuck, wherever it was killed."""
    problems = list(world.crash_everywhere(SCENARIOS[name]))
    assert problems == [], "\n".join(problems)
