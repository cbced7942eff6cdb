"""Crashes happen in separate processes, on committed rows; all share one sandbox."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sandbox_process import SandboxProcess
from tests.support.sandboxes import sandbox, sandbox_process

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.crash.processes import World

__all__ = ["sandbox", "sandbox_process", "world"]


@pytest.fixture
def world(database_url: str, sandbox: SandboxProcess, caplog: pytest.LogCaptureFixture) -> Iterator[World]:
    """Runs scenarios with crashes."""
    caplog.set_level(logging.WARNING, "httpx")  # it logs every call, and there are thousands
    from tests.crash.fork_server import ForkServer
    from tests.crash.processes import HERE, World

    with ForkServer(database_url, HERE, sandbox.url) as fork_server:
        yield World(sandbox, fork_server)
