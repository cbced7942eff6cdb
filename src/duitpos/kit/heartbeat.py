"""A heartbeat that other processes can read, kept in the shared cache and not in the database."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import caches

from duitpos.kit import clock


def beat(name: str) -> None:
    """Record that `name` has just completed its work."""
    caches["shared"].set(f"heartbeat:{name}", clock.now(), timeout=None)


def last_beat(name: str) -> datetime | None:
    """The last heartbeat of `name` on any node; None when unknown."""
    at = caches["shared"].get(f"heartbeat:{name}")
    return at if isinstance(at, datetime) else None
