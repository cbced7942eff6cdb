"""Invalidate what guest pages cache of a location when it changes."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from duitpos.kit.ids import secret_token

_SECONDS = 5
"""Longer than any page caches a location's data, so that a stamp outlives everything cached before it."""


def stamp_of(location_id: UUID | str) -> str:
    """The location's current stamp: data cached under another stamp is stale."""
    return str(cache.get(_key(location_id), ""))


def location_changed(location_id: UUID | str) -> None:
    """Set a new stamp, after the statement that changed the location: now for this process, at commit for others."""
    cache.set(_key(location_id), secret_token(), _SECONDS)
    transaction.on_commit(lambda: cache.set(_key(location_id), secret_token(), _SECONDS))


def _key(location_id: UUID | str) -> str:
    return f"shown:{location_id}"
