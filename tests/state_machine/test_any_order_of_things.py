"""Whatever happens in whatever order: every payment ends as one order or a refund that the restaurant can see."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.state_machine.machine import MoneyPath
from tests.state_machine.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

EXAMPLES = int(os.environ.get("DUITPOS_STORIES", "0"))
"""More stories than a test run can afford: DUITPOS_STORIES=2000 looks for what nobody has thought of."""

COMMON = settings(
    stateful_step_count=14,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    # Explaining costs as many stories again as finding.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def play(world: World, how: settings) -> None:
    machine = type("MoneyPath", (MoneyPath,), {"world": world})
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.sqlite_only
def test_any_order_of_things(world: World) -> None:
    """Other stories at every run."""
    play(world, settings(COMMON, max_examples=EXAMPLES or 30))


@pytest.mark.postgres_only
def test_the_same_stories_on_postgresql(world: World) -> None:
    """The same stories at every run."""
    play(world, settings(COMMON, max_examples=EXAMPLES or 12, derandomize=True, database=None))
