"""A small café, phones at its tables, and a shop that takes payments at the sandbox.

The fixtures import models themselves, because pytest loads this file before Django is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.live_shop import clock
from tests.support.sandboxes import sandbox, sandbox_process

if TYPE_CHECKING:
    from tests.guest.cafe import Cafe
    from tests.guest.phone import Phone
    from tests.sandbox_process import SandboxProcess
    from tests.support.shop import Shop
    from tests.support.step_processor import FakeProcessor

__all__ = ["clock", "sandbox", "sandbox_process"]


@pytest.fixture
def cafe(db: None) -> Cafe:
    """The café, without an online payment type."""
    from tests.guest.cafe import a_cafe

    return a_cafe()


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


@pytest.fixture
def kedai(cafe: Cafe, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProcessor]:
    """A processor in this process, at which the café has an account."""
    from tests.support.step_processor import an_account_at_it, install, served_at

    processor = install(monkeypatch)
    an_account_at_it(cafe.restaurant)
    with served_at("http://testserver"):
        yield processor
