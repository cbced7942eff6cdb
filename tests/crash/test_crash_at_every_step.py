"""After a crash at any step of the money path, a restart repairs everything."""

from __future__ import annotations

import pytest

from tests.crash.counter_scenarios import COUNTER_SCENARIOS
from tests.crash.processes import World
from tests.crash.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


ALL = SCENARIOS | COUNTER_SCENARIOS


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_lost_doubled_or_stuck(world: World, name: str) -> None:
    """One order or none, no unnoticed money, nothing twice, nothing stuck, wherever it was killed."""
    problems = list(world.crash_everywhere(ALL[name]))
    assert problems == [], "\n".join(problems)
