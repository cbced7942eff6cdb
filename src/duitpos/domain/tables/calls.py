"""Guests of a table call staff or ask for the bill, and staff acknowledge it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from duitpos.domain.errors import Code, Gone, Invalid, TooMany
from duitpos.domain.people.roles import Can, require
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Location, Membership, ServiceCall, Table, Tenant
from duitpos.models.service_call import CallKind

WINDOW = timedelta(minutes=10)
MOST_PER_PHONE = 6
"""Calls of one phone in WINDOW, at all tables."""
MOST_PER_TABLE = 20
"""Calls from one table in WINDOW, by all phones: one without our cookie is a new one each time."""
OPEN_FOR = timedelta(hours=2)
"""After that nobody waits any more: the call is on no page, and the table can call again."""
SHOWN = timedelta(minutes=10)
"""How long the guest reads that somebody is on the way."""


def call(tenant: Tenant, table: Table, kind: str, guest_token: str) -> ServiceCall:
    """The table's open call of this kind: a new one, unless there is one already. Raises Invalid and TooMany."""
    if kind not in CallKind.values:
        raise Invalid(Code.FORM_UNREADABLE)

    def work() -> ServiceCall:
        at = now()
        mine = ServiceCall.objects.filter(tenant=tenant, table=table)
        unanswered = mine.filter(kind=kind, acknowledged_at=None)
        existing = unanswered.filter(created_at__gt=at - OPEN_FOR).first()
        if existing is not None:
            return existing
        _refuse_too_many(tenant, table, guest_token, at)
        unanswered.filter(created_at__lte=at - OPEN_FOR).update(acknowledged_at=at)
        new = ServiceCall(
            tenant=tenant,
            location_id=table.location_id,
            table=table,
            kind=kind,
            guest_token=guest_token,
            created_at=at,
        )
        # Of two concurrent calls, the constraint keeps one.
        ServiceCall.objects.bulk_create([new], ignore_conflicts=True)
        # The other one may already be acknowledged.
        return unanswered.first() or mine.filter(kind=kind).latest("created_at")

    return transact(work)


def open_calls(tenant: Tenant, location_id: UUID | None = None) -> list[ServiceCall]:
    """Calls that nobody has answered, with their tables, oldest first. One query. Without a location: of all."""
    return list(_open(tenant, location_id).select_related("table", "location").order_by("created_at", "id"))


def calls_version(calls: Iterable[ServiceCall]) -> str:
    """A short text that differs for other calls."""
    ids = ";".join(str(one.id) for one in calls)
    return hashlib.sha256(ids.encode()).hexdigest()[:12]


def calls_of(tenant: Tenant, table: Table) -> list[ServiceCall]:
    """The table's newest call of each kind that is open, or was answered a moment ago. One query."""
    at = now()
    recent = Q(acknowledged_at=None, created_at__gt=at - OPEN_FOR) | Q(acknowledged_at__gt=at - SHOWN)
    rows = ServiceCall.objects.filter(recent, tenant=tenant, table=table).order_by("-created_at", "-id")
    newest: dict[str, ServiceCall] = {}
    for row in rows:
        newest.setdefault(row.kind, row)
    return [newest[kind] for kind in CallKind.values if kind in newest]


def acknowledge(member: Membership, location: Location | None, call_id: UUID) -> ServiceCall:
    """Say that somebody goes there. Of two, the first is kept as `acknowledged_by`. Raises Forbidden and Gone.

    `location`: the call must be from there; None if it may be from any.
    """
    require(member, Can.ANSWER_CALLS)

    def work() -> ServiceCall:
        rows = ServiceCall.objects.filter(tenant_id=member.tenant_id, id=call_id)
        if location is not None:
            rows = rows.filter(location_id=location.id)
        rows.filter(acknowledged_at=None).update(acknowledged_at=now(), acknowledged_by=member)
        answered = rows.select_related("table").first()
        if answered is None:
            raise Gone(Code.CALL_UNKNOWN)
        return answered

    return transact(work)


def _open(tenant: Tenant, location_id: UUID | None) -> QuerySet[ServiceCall]:
    rows = ServiceCall.objects.filter(tenant=tenant, acknowledged_at=None, created_at__gt=now() - OPEN_FOR)
    return rows if location_id is None else rows.filter(location_id=location_id)


def _refuse_too_many(tenant: Tenant, table: Table, guest_token: str, at: datetime) -> None:
    recent = ServiceCall.objects.filter(tenant=tenant, created_at__gt=at - WINDOW)
    if (
        recent.filter(guest_token=guest_token).count() >= MOST_PER_PHONE
        or recent.filter(table=table).count() >= MOST_PER_TABLE
    ):
        raise TooMany(Code.CALLED_TOO_OFTEN)
