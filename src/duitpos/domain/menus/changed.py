"""Give the menus of locations a new version."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from duitpos.domain.tenancy.location_stamp import location_changed
from duitpos.models import Location


def menu_changed(tenant_id: UUID, location_id: UUID) -> None:
    """Call it in the transaction that changed what the location's guests see of the menu: they see it at once."""
    rows = Location.objects.filter(tenant_id=tenant_id, id=location_id)
    rows.update(menu_version=F("menu_version") + 1)
    location_changed(location_id)


def menus_changed(tenant_id: UUID, *currencies: str) -> None:
    """The same for the restaurant's locations. `currencies`: only for those that have one of these."""
    sites = Location.objects.filter(tenant_id=tenant_id)
    if currencies:
        sites = sites.filter(currency__in=currencies)
    # One by one, always in the same order, so that two changes do not deadlock.
    for location_id in sites.order_by("id").values_list("id", flat=True):
        menu_changed(tenant_id, location_id)
