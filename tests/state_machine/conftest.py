"""Random sequences run with real deliveries over HTTP, on committed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.sandbox_process import SandboxProcess
from tests.support.sandboxes import sandbox, sandbox_process

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.state_machine.world import World

__all__ = ["sandbox", "sandbox_process", "world"]


@pytest.fixture
def world(live_server: LiveServer, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> World:
    """Makes shops that receive the sandbox's deliveries."""
    from tests.state_machine.world import World

    return World(sandbox, live_server.url, monkeypatch)
