"""Fixtures for money path tests: a restaurant that receives the sandbox's deliveries over HTTP, and a common clock.

Import them in a conftest, together with those of `sandboxes.py`.
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
        """Move both clocks by `minutes=`, `hours=` … With `theirs=False` only ours moves, so no sandbox timer fires."""
        step = timedelta(**by)
        # A delivery signed before the move and read after it would be refused as too old.
        self._sandbox.idle()
        self._ours.shift(step)
        if theirs:
            self._sandbox.advance(int(step.total_seconds()))

    def set(self, moment: datetime) -> None:
        """Set both clocks to an instant."""
        self._sandbox.idle()
        self._ours.move_to(moment)
        self._sandbox.control("POST", "/clock", {"set": int(moment.timestamp())})
        self._sandbox.idle()

    def stop(self) -> None:
        self._travel.stop()


@pytest.fixture
def clock(sandbox: SandboxProcess) -> Iterator[Clock]:
    """Starts at the current time and runs on; a test can move it."""
    clock = Clock(sandbox)
    yield clock
    clock.stop()


@pytest.fixture
def webhookless_shop(live_server: LiveServer, sandbox: SandboxProcess) -> Iterator[Shop]:
    """A shop without webhooks. At the end its rows must be consistent, and its Stripe requests match the contract."""
    from tests.support.scenarios import books_disagree
    from tests.support.shop import open_shop

    with open_shop(sandbox, live_server.url) as shop:
        yield shop
        # Wait for deliveries, which would collide with the flush of the database.
        sandbox.idle()
        wrong = [*books_disagree(shop), *traffic_errors(sandbox.requests())]
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def shop(webhookless_shop: Shop) -> Shop:
    """A shop whose endpoint receives all event types that we handle."""
    webhookless_shop.listen()
    return webhookless_shop


@pytest.fixture
def guide_events_shop(webhookless_shop: Shop) -> Shop:
    """A shop whose endpoint receives only the two event types of the set-up guide."""
    from tests.support.shop import GUIDE_EVENTS

    webhookless_shop.listen(GUIDE_EVENTS)
    return webhookless_shop
