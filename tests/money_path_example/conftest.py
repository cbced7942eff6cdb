"""The money path at a processor that is unlike Stripe wherever it can be (tests/processors/example)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.processors.example.conftest import kedai, process
from tests.processors.example.process import ExampleServer

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.support.kedai_shop import KedaiShop

__all__ = ["kedai", "process"]


@pytest.fixture
def shop(
    live_server: LiveServer, kedai: ExampleServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KedaiShop]:
    """A shop that receives Kedai Pay's deliveries over HTTP. At the end its rows must be consistent."""
    from duitpos.processors.registry import ADAPTERS
    from tests.processors.example.adapter import ExampleAdapter
    from tests.support.kedai_shop import open_kedai_shop
    from tests.support.scenarios import books_disagree

    monkeypatch.setitem(ADAPTERS, "example", ExampleAdapter())
    with open_kedai_shop(kedai, live_server.url) as shop:
        yield shop
        # Wait for deliveries, which would collide with the flush of the database.
        kedai.idle()
        wrong = books_disagree(shop)
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def deaf_shop(shop: KedaiShop) -> KedaiShop:
    """A shop that no delivery reaches, unless the test sends it."""
    shop.kedai.deliveries(by_hand=True)
    return shop
