"""Work to do after a commit: a tenant's row, written with what it follows from (decisions 0002 rule 5, and 0017)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class OutboxKind(models.TextChoices):
    """The kind of work."""

    RECEIPT = "receipt"
    DETAILS = "details"
    ALERT = "alert"
    REFUND = "refund"
    DAY_CLOSE = "day_close"


class OutboxEntry(TenantModel):
    """One item of outbound work, once per kind and subject. The worker runs it, at least once."""

    kind = models.CharField(max_length=10, choices=OutboxKind.choices)
    subject_id = models.UUIDField(
        help_text="The payment, order, alert, refund, day close or week it is about."
    )
    order = TenantForeignKey(
        "duitpos.Order", on_delete=models.CASCADE, null=True, related_name="outbox_entries"
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When to try (again); empty when done.")
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, blank=True, help_text="One word: sent, known, fetched.")
    problem = models.JSONField(default=dict, help_text="Why the last try failed (domain/reasons.py).")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "subject_id"], name="outbox_once"),
            models.CheckConstraint(condition=models.Q(kind__in=OutboxKind.values), name="outbox_kind"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="outbox_due")
        ]
