"""Queue the mail that tells people of an alert."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from duitpos.models import Alert, OutboxEntry
from duitpos.models.outbox import OutboxKind


def queue_mail(tenant_id: UUID, kind: str, subject_id: UUID, at: datetime) -> None:
    """Queue one mail for an alert that was opened or opened again, in the caller's transaction."""
    alerts = Alert.objects.filter(tenant_id=tenant_id, kind=kind, subject_id=subject_id)
    entries = [
        OutboxEntry(tenant_id=tenant_id, kind=OutboxKind.ALERT, subject_id=alert_id, created_at=at, due_at=at)
        for alert_id in alerts.values_list("id", flat=True)
    ]
    # An alert that is opened again is a new reason for a mail.
    OutboxEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["tenant", "kind", "subject_id"],
        update_fields=["created_at", "due_at", "done_at", "tries", "outcome", "problem"],
    )
