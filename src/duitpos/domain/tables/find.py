"""Find a table by its QR code's token, and all tables of a restaurant."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.errors import Code, Gone
from duitpos.models import Table, Tenant


def table_by_token(tenant: Tenant, token: str) -> Table:
    """The table whose QR code holds this token, with its location. Gone when it was rotated or never existed."""
    # No token is longer than its column, and PostgreSQL raises an error for a NUL in a text.
    known = len(token) <= 32 and "\x00" not in token
    table = (
        Table.objects.select_related("location").filter(tenant=tenant, token=token, is_active=True).first()
        if known
        else None
    )
    if table is None:
        raise Gone(Code.TABLE_CODE_UNKNOWN)
    return table


def tables_of(tenant: Tenant) -> list[Table]:
    """All active tables, with their location, in display order."""
    return list(
        Table.objects.select_related("location")
        .filter(tenant=tenant, is_active=True)
        .order_by("location__position", "location__name", "position", "name")
    )


def table_of(tenant: Tenant, table_id: UUID) -> Table:
    """An active table with its location. Gone."""
    table = (
        Table.objects.select_related("location").filter(tenant=tenant, id=table_id, is_active=True).first()
    )
    if table is None:
        raise Gone(Code.TABLE_UNKNOWN)
    return table


def archived_names(tenant: Tenant) -> dict[UUID, list[str]]:
    """The names of archived tables by location; adding a table with such a name restores it."""
    names: dict[UUID, list[str]] = {}
    rows = Table.objects.filter(tenant=tenant, is_active=False).order_by("position", "name")
    for location_id, name in rows.values_list("location_id", "name"):
        names.setdefault(location_id, []).append(name)
    return names
