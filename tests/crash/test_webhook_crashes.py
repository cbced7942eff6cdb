"""A process that dies while it makes, heals, rotates, proves or removes a webhook endpoint leaves nothing broken."""

from __future__ import annotations

import pytest

from duitpos.domain.processor_accounts.webhooks import judge, repair, watch
from tests.crash.processes import World
from tests.crash.webhook_scenarios import WEBHOOK_SCENARIOS, crash_webhook_everywhere, run_webhook

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("name", WEBHOOK_SCENARIOS)
def test_one_endpoint_is_in_use_and_its_secret_verifies(world: World, name: str) -> None:
    problems = list(crash_webhook_everywhere(world, WEBHOOK_SCENARIOS[name]))
    assert problems == [], "\n".join(problems)


def test_unless_a_lost_secret_is_noticed_its_endpoint_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter-check, at the one step where the endpoint is there and its secret is stored nowhere."""
    scenario = WEBHOOK_SCENARIOS["heal one that was deleted"]
    steps = run_webhook(world, scenario, None)[0].seen
    at = steps.index("after call POST webhook_endpoints")
    for module in (judge, repair):
        monkeypatch.setattr(module, "is_secret_lost", lambda one, account: False)
    monkeypatch.setattr(watch, "lost_endpoints", lambda *args: ())
    end, problems = run_webhook(world, scenario, at)
    assert end.was_killed
    assert "its deliveries are not believed" in problems
