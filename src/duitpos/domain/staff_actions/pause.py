"""Stop taking orders at a location for a while, and start again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from duitpos.domain.audit.record import record_change
from duitpos.domain.errors import Code, Conflict, Gone
from duitpos.domain.orders.cart import clean_note
from duitpos.domain.payments.settlement.open_pages import check_open_pages
from duitpos.domain.people.roles import Can, require
from duitpos.domain.tenancy.how_long import until_of
from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership
from duitpos.models.audit import AuditKind


def pause(
    member: Membership, location: Location, how_long: str, message: str = "", *, seen: datetime | None
) -> None:
    """Take no orders for as long as `how_long` says (tenancy/how_long.py), or change the end and the message.

    `message` is what guests read meanwhile, at most 200 characters. `seen` is the Location.paused_at that the page
    showed. Its guests' open payment pages are closed by the sweep (M24). Raises Forbidden, Invalid, Gone, and
    Conflict if somebody else paused or resumed it meanwhile.
    """
    require(member, Can.PAUSE)
    at, text = now(), clean_note(message)
    columns = {"paused_at": at, "paused_until": until_of(location, how_long, at), "pause_message": text}
    _change(member, location, Q(paused_at=seen), columns)


def resume(member: Membership, location: Location, *, seen: datetime | None) -> None:
    """Take orders again; nothing happens if it does already. Raises as `pause`."""
    require(member, Can.PAUSE)
    columns = {"paused_at": None, "paused_until": None, "pause_message": ""}
    _change(member, location, Q(paused_at=seen) | Q(paused_at=None), columns)


def _change(member: Membership, location: Location, guard: Q, columns: dict[str, Any]) -> None:
    def work() -> None:
        rows = Location.objects.filter(tenant_id=member.tenant_id, id=location.id)
        before = rows.values("name", *columns).first()
        if not rows.filter(guard).update(**columns):
            raise Conflict(Code.PAUSE_CHANGED) if rows.exists() else Gone(Code.LOCATION_UNKNOWN)
        if before is not None:
            record_change(
                member,
                AuditKind.PAUSE,
                before["name"],
                _said(before),
                _said(columns),
                location_id=location.id,
            )
        at = columns["paused_at"]
        if at is not None:
            check_open_pages(member.tenant_id, location.id, at)
        location_changed(location.id)

    transact(work)


def _said(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "paused": columns["paused_at"] is not None,
        "paused_until": columns["paused_until"],
        "pause_message": columns["pause_message"],
    }
