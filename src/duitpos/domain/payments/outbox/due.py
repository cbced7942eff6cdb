"""Which outbox entries are due: one look at all restaurants, with a share for each (M58)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import NotSupportedError
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from duitpos.kit import clock
from duitpos.kit.tenancy import across_tenants
from duitpos.models import OutboxEntry, Tenant
from duitpos.models.outbox import OutboxKind

SHARE = 20
"""Entries of one restaurant and kind per look."""
MOST = 2000
"""Entries per look. The first of every restaurant come first, then the second ones, and so on."""
Row = tuple[UUID, str, UUID]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DueEntries:
    """Due entries of one restaurant and kind, the longest due first."""

    tenant_id: UUID
    kind: OutboxKind
    ids: tuple[UUID, ...]


def due_entries() -> list[DueEntries]:
    """Due entries of all restaurants, at most SHARE of each restaurant and kind."""
    if settings.SHARDED:
        return _grouped(_tenant_by_tenant())
    try:
        return _grouped(_of_all())
    except NotSupportedError:
        log.warning("outbox_read_tenant_by_tenant", exc_info=True)
        return _grouped(_tenant_by_tenant())


def _due() -> QuerySet[OutboxEntry]:
    return OutboxEntry.objects.filter(due_at__lte=clock.database_now())


def _of_all() -> list[Row]:
    place = Window(RowNumber(), partition_by=["tenant_id", "kind"], order_by=[F("due_at"), F("id")])
    rows = _due().annotate(place=place).filter(place__lte=SHARE).order_by("place", "due_at")
    with across_tenants("the worker lists the outbox entries that are due, then works inside one restaurant"):
        return list(rows.values_list("tenant_id", "kind", "id")[:MOST])


def _tenant_by_tenant() -> list[Row]:
    rows = _due().order_by("due_at", "id").values_list("tenant_id", "kind", "id")
    tenants = Tenant.objects.values_list("id", flat=True)
    return [
        row
        for tenant_id in tenants
        for kind in OutboxKind
        for row in rows.filter(tenant_id=tenant_id, kind=kind)[:SHARE]
    ]


def _grouped(rows: Iterable[Row]) -> list[DueEntries]:
    ids: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for tenant_id, kind, entry_id in rows:
        ids[tenant_id, kind].append(entry_id)
    return [DueEntries(tenant_id, OutboxKind(kind), tuple(them)) for (tenant_id, kind), them in ids.items()]
