"""Fixtures for tests at the imaginary processor: import them in a conftest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.support.fake_processor import FakeShop


@pytest.fixture
def fake_shop(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShop]:
    """A restaurant whose guests pay at the imaginary processor. At the end its rows must be consistent."""
    from tests.support.fake_processor import open_fake_shop
    from tests.support.scenarios import books_disagree

    with open_fake_shop(monkeypatch) as shop:
        yield shop
        wrong = books_disagree(shop)
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """Our clock, running on from today's early afternoon in Malaysia; `shift` moves it.

    So no test depends on how soon the trading day of its run ends.
    """
    with time_machine.travel(datetime.now(UTC).replace(hour=6), tick=True) as traveller:
        yield traveller
