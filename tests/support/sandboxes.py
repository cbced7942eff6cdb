"""Fixtures for tests that need a Stripe sandbox and a restaurant: import them in a conftest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sandbox_process import SandboxProcess

if TYPE_CHECKING:
    from tests.support.shop import Shop


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for a module."""
    with SandboxProcess() as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """The module's sandbox, reset to its initial state."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def webhookless_shop(transactional_db: None, sandbox: SandboxProcess) -> Iterator[Shop]:
    """A shop that no webhook reaches: nothing listens at its URL."""
    from tests.support.shop import open_shop  # a conftest is read before Django is set up

    with open_shop(sandbox, "http://127.0.0.1:9") as shop:
        yield shop
