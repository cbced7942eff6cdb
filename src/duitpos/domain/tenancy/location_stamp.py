"""What was kept of a location for a second is forgotten at once when somebody changes what guests see of it."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from duitpos.kit.ids import secret_token

_SECONDS = 5
"""Longer than anybody keeps what they know of a location, so that a change outlives what was known before it."""


def stamp_of(location_id: UUID | str) -> str:
    """Changes when the location was changed; what was read under another stamp is stale."""
    return str(cache.get(_key(location_id), ""))


def location_changed(location_id: UUID | str) -> None:
    """Say so, after the statement that changed it: now for this transaction's own process, at commit for all others."""
    cache.set(_key(location_id), secret_token(), _SECONDS)
    transaction.on_commit(lambda: cache.set(_key(location_id), secret_token(), _SECONDS))


def _key(location_id: UUID | str) -> str:
    return f"shown:{location_id}"
