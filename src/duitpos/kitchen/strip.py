"""What is above the board's columns: guests who call, and whether orders are paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from duitpos.domain.tables.calls import calls_version, open_calls
from duitpos.kit.clock import now
from duitpos.kitchen.texts import call_text
from duitpos.models import Location, ServiceCall, Tenant
from duitpos.web.stock_page import pause_facts


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call from a table: what it asks for in words, and its age."""

    call: ServiceCall
    text: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Strip:
    """`version` changes whenever anything on the strip does."""

    calls: list[ShownCall]
    pause: dict[str, Any]
    version: str


def strip_of(tenant: Tenant, location: Location) -> Strip:
    """The strip of a location, which was read just now. One query."""
    calls, at = open_calls(tenant, location.id), now()
    pause = pause_facts(location)
    version = f"{calls_version(calls)}-{pause['pause_seen'] if pause['is_paused'] else ''}"
    return Strip([_shown(call, at) for call in calls], pause, version)


def _shown(call: ServiceCall, at: datetime) -> ShownCall:
    return ShownCall(call, call_text(call.kind), max(0, (at - call.created_at) // timedelta(minutes=1)))
