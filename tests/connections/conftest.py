"""Calls to the real sandbox, on committed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.sandboxes import sandbox, sandbox_process, webhookless_shop

if TYPE_CHECKING:
    # A conftest is read before Django is set up.
    from tests.connections.watch import Watch

__all__ = ["sandbox", "sandbox_process", "watch", "webhookless_shop"]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Records at each processor call whether the caller holds a database connection."""
    from tests.connections.watch import Watch

    return Watch(monkeypatch)
