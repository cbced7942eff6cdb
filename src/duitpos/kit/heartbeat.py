"""A sign of life that other processes can see: no row of the database is written for it."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import caches

from duitpos.kit import clock


def beat(name: str) -> None:
    """Say that `name` has just done its work."""
    caches["shared"].set(f"heartbeat:{name}", clock.now(), timeout=None)


def last_beat(name: str) -> datetime | None:
    """When `name` last said so on any node; None when that is not known."""
    at = caches["shared"].get(f"heartbeat:{name}")
    return at if isinstance(at, datetime) else None
