"""A guest calls for staff or for the bill."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class CallKind(models.TextChoices):
    """What the guest asks for."""

    STAFF = "staff"
    BILL = "bill"


class ServiceCall(TenantModel):
    """One call from a table; open until somebody acknowledges it."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="calls")
    table = TenantForeignKey("duitpos.Table", on_delete=models.PROTECT, related_name="calls")
    kind = models.CharField(max_length=10, choices=CallKind.choices)
    guest_token = models.CharField(max_length=32, help_text="The phone that called: its cookie.")
    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = TenantForeignKey(
        "duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            # Two phones of a table, or one that presses twice, make one call.
            models.UniqueConstraint(
                fields=["tenant", "table", "kind"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="service_call_open",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=CallKind.values), name="service_call_kind"),
        ]
        indexes = [models.Index(fields=["tenant", "location", "-created_at"], name="service_call_newest")]

    def __str__(self) -> str:
        return self.kind
