"""Remind owners of disputes that must be answered, more often as the deadline comes near (M151)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from duitpos.domain.alerts.open import reopen_alert
from duitpos.domain.alerts.tell import queue_mail
from duitpos.kit.clock import now
from duitpos.kit.transact import transact
from duitpos.models import Alert, Dispute, Tenant
from duitpos.models.alert import AlertKind
from duitpos.models.dispute import DisputeStatus

REMINDERS = (timedelta(days=3), timedelta(days=1), timedelta(hours=6))
"""Before the deadline: at each, the alert moves to the top of the list again, and the owners get a mail."""


def remind_all(is_stopped: Callable[[], bool]) -> None:
    """Look at every restaurant's disputes."""
    for tenant_id in Tenant.objects.order_by("id").values_list("id", flat=True):
        if is_stopped():
            return
        remind_of_disputes(tenant_id)


def remind_of_disputes(tenant_id: UUID) -> int:
    """Remind the owners of each dispute whose deadline came nearer than the next reminder; returns how many."""
    at = now()
    rows = Dispute.objects.filter(
        tenant_id=tenant_id,
        status=DisputeStatus.NEEDS_RESPONSE,
        respond_by__gt=at,
        respond_by__lte=at + REMINDERS[0],
        warned__lt=len(REMINDERS),
    )
    return sum(bool(transact(partial(_remind, dispute, at))) for dispute in rows.order_by("respond_by"))


def _remind(dispute: Dispute, at: datetime) -> bool:
    if dispute.respond_by is None:
        return False
    stage = sum(dispute.respond_by - at <= before for before in REMINDERS)
    if not count_reminder(dispute, stage):
        return False
    # What staff have marked as done while the bank still waits is opened again.
    reopen_alert(dispute.tenant_id, AlertKind.DISPUTE, dispute.id, at)
    Alert.objects.filter(
        tenant_id=dispute.tenant_id, kind=AlertKind.DISPUTE, subject_id=dispute.id, resolved_at__isnull=True
    ).update(opened_at=at)
    queue_mail(dispute.tenant_id, AlertKind.DISPUTE, dispute.id, at)
    return True


def count_reminder(dispute: Dispute, stage: int) -> bool:
    """Count the reminder by a guarded update, so that two workers send one; False when it was counted before."""
    mine = Dispute.objects.filter(
        tenant_id=dispute.tenant_id,
        id=dispute.id,
        status=DisputeStatus.NEEDS_RESPONSE,
        warned=dispute.warned,
        warned__lt=stage,
    )
    return mine.update(warned=stage) == 1
