"""A small café, phones at its tables, and a shop that takes money at a sandbox.

Models are imported inside the fixtures: pytest reads this file before Django is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sandbox_process import SandboxProcess

if TYPE_CHECKING:
    from tests.guest.cafe import Cafe
    from tests.guest.phone import Phone
    from tests.support.shop import Shop


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """What one test's restaurant looked like is not the next one's."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def cafe(db: None) -> Cafe:
    """The café, without anything to pay with online."""
    from tests.guest.cafe import a_cafe

    return a_cafe()


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[SandboxProcess]:
    """One sandbox for the tests of a file."""
    with SandboxProcess() as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """The sandbox as it is after its start."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def shop(transactional_db: None, sandbox: SandboxProcess) -> Iterator[Shop]:
    """A restaurant whose Online Payment works."""
    from tests.support.shop import open_shop

    with open_shop(sandbox, "http://testserver") as shop:
        yield shop


@pytest.fixture
def phone(shop: Shop) -> Phone:
    """A guest of the shop."""
    from tests.guest.phone import Phone

    return Phone(shop.tenant, shop.table)
