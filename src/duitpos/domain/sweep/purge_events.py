"""Forget what processors' events said, once it has served (M70)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from duitpos.kit.clock import now
from duitpos.models import Tenant, WebhookEvent
from duitpos.models.webhook_event import EventState

BATCH = 1000
"""Rows a statement, so that no writer waits long."""


def purge_event_bodies() -> int:
    """Empty the bodies of events older than DUITPOS_EVENT_DAYS, tenant by tenant; how many.

    The row stays, so that the same event is still known. A failed one keeps its body until it is done. Two at once do
    no harm.
    """
    before = now() - timedelta(days=settings.EVENT_DAYS)
    purged = 0
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        rows = WebhookEvent.objects.filter(tenant_id=tenant_id, state=EventState.DONE, received_at__lt=before)
        rows = rows.exclude(body="")
        while ids := list(rows.values_list("id", flat=True)[:BATCH]):
            purged += WebhookEvent.objects.filter(tenant_id=tenant_id, id__in=ids).update(body="")
    return purged
