"""The furniture of a restaurant."""

from __future__ import annotations

from duitpos.models import Table, Tenant


def tables_of(tenant: Tenant) -> list[Table]:
    """Every table in use, with its location, in the order staff know them."""
    return list(
        Table.objects.select_related("location")
        .filter(tenant=tenant, is_active=True)
        .order_by("location__position", "location__name", "position", "name")
    )
