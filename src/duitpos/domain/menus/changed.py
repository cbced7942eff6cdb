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


def menus_changed(tenant_id: UUID) -> None:
    """The same for all locations of the restaurant: two queries, in the transaction of the change."""
    rows = Location.objects.filter(tenant_id=tenant_id)
    rows.update(menu_version=F("menu_version") + 1)
    for location_id in rows.values_list("id", flat=True):
        location_changed(location_id)
