"""The most that a role may refund at once, where the owner set it."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel
from duitpos.models.people import Role

LIMITED_ROLES = (Role.MANAGER, Role.CASHIER)
"""An owner has no limit, and the kitchen refunds nothing."""


class RefundLimit(TenantModel):
    """Of one role and one currency. A role without a row has the default of domain/people/refund_limits.py."""

    role = models.CharField(max_length=10, choices=Role.choices)
    currency = models.CharField(max_length=3)
    most_minor = models.BigIntegerField(null=True, help_text="Of one refund. Empty: no limit; 0: nothing.")
    set_by = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "role", "currency"], name="refund_limit_once"),
            models.CheckConstraint(condition=models.Q(role__in=LIMITED_ROLES), name="refund_limit_role"),
            models.CheckConstraint(
                condition=models.Q(most_minor__isnull=True) | models.Q(most_minor__gte=0),
                name="refund_limit_most",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.most_minor} {self.currency}"
