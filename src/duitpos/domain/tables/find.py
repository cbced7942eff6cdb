"""From a QR code's token to its table, and all tables of a restaurant."""

from __future__ import annotations

from duitpos.domain.errors import Code, Gone
from duitpos.models import Table, Tenant


def table_by_token(tenant: Tenant, token: str) -> Table:
    """The table whose QR code holds this token, with its location. Gone when it was rotated or never was."""
    # No token is longer than its column, and PostgreSQL refuses a text with a zero byte.
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
    """Every table in use, with its location, in the order staff know them."""
    return list(
        Table.objects.select_related("location")
        .filter(tenant=tenant, is_active=True)
        .order_by("location__position", "location__name", "position", "name")
    )
