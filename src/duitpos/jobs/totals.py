"""Keep the totals that reports read current, restaurant by restaurant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from duitpos.domain.reporting.sum_days import sum_changed
from duitpos.domain.sweep.sweep import alone
from duitpos.models import Tenant


def sum_all_changed(is_stopped: Callable[[], bool]) -> None:
    """Sum every day and month that changed; an error at one restaurant does not stop the others."""
    for tenant_id in Tenant.objects.order_by("id").values_list("id", flat=True):
        if is_stopped():
            return
        alone(partial(sum_changed, tenant_id, is_stopped))
