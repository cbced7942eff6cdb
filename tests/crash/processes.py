"""Runs a scenario once per step: a new shop, a crash at that step, a restart, and a check of the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from duitpos.domain.tenancy.installation import installation
from tests.crash.fork_server import End, ForkServer
from tests.sandbox_process import SandboxProcess
from tests.support.live_shop import Clock
from tests.support.promise import broken_promises, retire, settle_down
from tests.support.shop import Shop, open_shop

HERE = "http://127.0.0.1:9"
"""Nothing listens there: no webhook arrives unless a test delivers it."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """`before` prepares the shop, `action` is run and killed, `after` is what people do after the restart.

    `expect` returns problems that the general promise would allow. Sweeps run automatically, after `after`.
    """

    action: str
    before: Callable[[Shop], Facts]
    expect: Callable[[Shop, Facts], list[str]]
    after: Callable[[Shop, Facts], None] = lambda shop, facts: None


class World:
    """Runs scenarios: one sandbox, one database, a new restaurant for each run."""

    def __init__(self, sandbox: SandboxProcess, fork_server: ForkServer) -> None:
        self.sandbox, self.fork_server = sandbox, fork_server
        self._runs = 0

    def shop(self) -> AbstractContextManager[Shop]:
        """A new restaurant, and a sandbox without any earlier state."""
        self.sandbox.reset()
        self._runs += 1
        return open_shop(self.sandbox, HERE, slug=f"kopi-{self._runs}")

    def run_scenario(
        self, scenario: Scenario, crash_at: int | None, mutation: str = ""
    ) -> tuple[End, list[str]]:
        """Run it with a crash at that step (None: no crash). Returns how the process ended, and every problem."""
        with self.shop() as shop:
            installation()  # its row is inserted once per database, so not within the counted steps
            facts = scenario.before(shop)
            end = self.fork_server.run(scenario.action, facts, crash_at, mutation)
            clock = Clock(self.sandbox)
            try:
                scenario.after(shop, facts)
                settle_down(shop, clock)
                problems = [*broken_promises(shop), *scenario.expect(shop, facts)]
                retire(shop)
            finally:
                clock.stop()
        return end, problems

    def steps(self, scenario: Scenario) -> list[str]:
        """The steps to crash at, recorded in a run without a crash, which must succeed."""
        end, problems = self.run_scenario(scenario, None)
        assert end.signal == 0, self.fork_server.output()
        assert problems == [], "\n".join(problems)
        return end.seen

    def crash_everywhere(self, scenario: Scenario, mutation: str = "") -> Iterator[str]:
        """One run per step: every problem, with the step it comes from."""
        for at in range(len(self.steps(scenario))):
            end, problems = self.run_scenario(scenario, at, mutation)
            if not end.was_killed:
                yield f"step {at} was never reached"
            for problem in problems:
                yield f"killed {end.seen[-1]} (step {at}): {problem}"
