"""One life after another: a fresh shop, a death at one moment, a new start, and what is left to complain of."""

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
"""Nothing listens there: no webhook comes unless a test delivers it."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """`before` brings a shop to the moment, `action` is what dies, `after` is what people do once it runs again.

    `expect` complains of what the promise alone would allow. Sweeps come by themselves, after `after`.
    """

    action: str
    before: Callable[[Shop], Facts]
    expect: Callable[[Shop, Facts], list[str]]
    after: Callable[[Shop, Facts], None] = lambda shop, facts: None


class World:
    """Where scenarios are played: one sandbox, one database, a new restaurant for each life."""

    def __init__(self, sandbox: SandboxProcess, fork_server: ForkServer) -> None:
        self.sandbox, self.fork_server = sandbox, fork_server
        self._lives = 0

    def shop(self) -> AbstractContextManager[Shop]:
        """A restaurant nobody has heard of, and a processor that has forgotten all others."""
        self.sandbox.reset()
        self._lives += 1
        return open_shop(self.sandbox, HERE, slug=f"kopi-{self._lives}")

    def live(self, scenario: Scenario, crash_at: int | None, mutation: str = "") -> tuple[End, list[str]]:
        """Play it with a death at that moment (None: nobody dies). How the process ended, and every complaint."""
        with self.shop() as shop:
            installation()  # its row is made once in a database's life, not in every one of these
            facts = scenario.before(shop)
            end = self.fork_server.run(scenario.action, facts, crash_at, mutation)
            clock = Clock(self.sandbox)
            try:
                scenario.after(shop, facts)
                settle_down(shop, clock)
                complaints = [*broken_promises(shop), *scenario.expect(shop, facts)]
                retire(shop)
            finally:
                clock.stop()
        return end, complaints

    def moments(self, scenario: Scenario) -> list[str]:
        """The places to die at, seen in a life without a death, which must end well."""
        end, complaints = self.live(scenario, None)
        assert end.signal == 0, self.fork_server.output()
        assert complaints == [], "\n".join(complaints)
        return end.seen

    def die_everywhere(self, scenario: Scenario, mutation: str = "") -> Iterator[str]:
        """One life for each moment: every complaint, with the moment it comes from."""
        for at in range(len(self.moments(scenario))):
            end, complaints = self.live(scenario, at, mutation)
            if not end.was_killed:
                yield f"moment {at} was never reached"
            for complaint in complaints:
                yield f"died {end.seen[-1]} (moment {at}): {complaint}"
