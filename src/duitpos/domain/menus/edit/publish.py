"""Give the menus of a restaurant's locations a new version."""

from __future__ import annotations

from uuid import UUID

from duitpos.domain.menus.changed import menu_changed
from duitpos.models import Location


def menus_changed(tenant_id: UUID, *currencies: str) -> None:
    """Call it in the transaction of the change. `currencies`: only of the locations that have one of these."""
    sites = Location.objects.filter(tenant_id=tenant_id)
    if currencies:
        sites = sites.filter(currency__in=currencies)
    # Always in the same order, so that two changes do not deadlock.
    for location_id in sites.order_by("id").values_list("id", flat=True):
        menu_changed(tenant_id, location_id)
