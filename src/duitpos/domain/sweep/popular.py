"""Keep the popular items of every location up to date."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from duitpos.domain.menus.popular import refresh_popular
from duitpos.domain.sweep.purge import never
from duitpos.domain.sweep.sweep import alone
from duitpos.models import Location, Tenant


def refresh_all_popular(is_stopped: Callable[[], bool] = never) -> None:
    """Location by location; an error of one does not stop the others. `is_stopped` is asked between restaurants."""
    for tenant_id in Tenant.objects.filter(closed_at=None).order_by("id").values_list("id", flat=True):
        if is_stopped():
            return
        for location in Location.objects.filter(tenant_id=tenant_id):
            alone(partial(refresh_popular, location))
