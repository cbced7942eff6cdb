"""Read the audit log, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from duitpos.models import AuditEntry, Membership, Tenant

PAGE = 50
MOST = 5_000
"""Entries of one file; a narrower filter, such as a day, gets the rest."""


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which entries; what is None or empty does not narrow them. `since` is included, `until` is not."""

    member_id: UUID | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry of a page; the next page has what is older."""

    at: datetime
    entry_id: UUID


def entries(
    tenant: Tenant, filters: AuditFilters, before: Cursor | None = None, most: int = PAGE
) -> tuple[list[AuditEntry], bool]:
    """At most `most` entries with their members and locations, and whether there are older ones. One query."""
    rows = AuditEntry.objects.filter(tenant=tenant)
    if filters.member_id is not None:
        rows = rows.filter(member_id=filters.member_id)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.since is not None:
        rows = rows.filter(at__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(at__lt=filters.until)
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, id__lt=before.entry_id))
    found = list(rows.select_related("member__user", "location").order_by("-at", "-id")[: most + 1])
    return found[:most], len(found) > most


def people_of(tenant: Tenant) -> list[Membership]:
    """Everybody who works or worked here, to choose from. One query."""
    rows = Membership.objects.filter(tenant=tenant).select_related("user")
    return sorted(rows, key=lambda one: str(one.user).casefold())
