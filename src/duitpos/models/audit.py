"""The audit log: who changed what."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class AuditKind(models.TextChoices):
    """What was changed. domain/audit/record.py has the fields that each kind may say."""

    SETTINGS = "settings"
    PRICE = "price"
    PAYMENT_TYPE = "payment_type"
    KEY = "key"
    ROLE = "role"
    REFUND = "refund"
    REFUND_LIMIT = "refund_limit"
    SOLD_OUT = "sold_out"
    PAUSE = "pause"


class AuditEntry(TenantModel):
    """One change by a member of staff. Written in the transaction of the change; never changed, never a secret."""

    at = models.DateTimeField()
    member = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=AuditKind.choices)
    subject = models.CharField(max_length=120, blank=True, help_text="The name of what was changed, then.")
    location = TenantForeignKey(
        "duitpos.Location",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the whole restaurant.",
    )
    before = models.JSONField(default=dict, help_text="The changed fields as they were.")
    after = models.JSONField(default=dict, help_text="The same fields since.")

    class Meta:
        indexes = [models.Index(fields=["tenant", "-at", "-id"], name="audit_newest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AuditKind.values), name="audit_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
