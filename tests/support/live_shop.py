"""Fixtures for tests of the money path: a restaurant that Stripe's deliveries reach over HTTP, and one clock for both.

Import them in a conftest, beside those of `sandboxes.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from pytest_django.live_server_helper import LiveServer

from tests.sandbox_contract import traffic_errors
from tests.sandbox_process import SandboxProcess

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.support.shop import Shop


class Clock:
    """Moves our clock and the processor's together."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self._sandbox = sandbox
        self._travel = time_machine.travel(datetime.now(UTC), tick=True)
        self._ours = self._travel.start()

    def advance(self, *, theirs: bool = True, **by: float) -> None:
        """So many `minutes=`, `hours=` … later. `theirs=False`: only ours moves, and nothing fires over there."""
        step = timedelta(**by)
        self._ours.shift(step)
        if theirs:
            self._sandbox.advance(int(step.total_seconds()))

    def set(self, moment: datetime) -> None:
        """Both at an instant."""
        self._ours.move_to(moment)
        self._sandbox.control("POST", "/clock", {"set": int(moment.timestamp())})
        self._sandbox.idle()

    def stop(self) -> None:
        self._travel.stop()


@pytest.fixture
def clock(sandbox: SandboxProcess) -> Iterator[Clock]:
    """Time stands where it is and runs on until it is moved."""
    clock = Clock(sandbox)
    yield clock
    clock.stop()


@pytest.fixture
def deaf_shop(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[Shop]:
    """A shop with no webhook at all. At the end its books must agree, and what it said to Stripe with the contract."""
    from tests.support.scenarios import books_disagree
    from tests.support.shop import open_shop

    with open_shop(sandbox, live_server.url) as shop:
        yield shop
        # A delivery under way would meet the emptying of the database.
        sandbox.idle()
        wrong = [*books_disagree(shop), *traffic_errors(sandbox.requests())]
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def shop(deaf_shop: Shop) -> Shop:
    """A shop with every event that we understand ticked."""
    deaf_shop.listen()
    return deaf_shop


@pytest.fixture
def guide_shop(deaf_shop: Shop) -> Shop:
    """A shop with only the guide's two events ticked."""
    from tests.support.shop import GUIDE_EVENTS

    deaf_shop.listen(GUIDE_EVENTS)
    return deaf_shop
