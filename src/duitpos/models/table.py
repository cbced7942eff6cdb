"""The furniture, and the token in its QR code."""

from __future__ import annotations

from django.db import models

from duitpos.kit.ids import secret_token
from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class Table(TenantModel):
    """A table of a location. Whoever holds its token may order to it; a rotated token is dead at once."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="tables")
    name = models.CharField(max_length=40)
    area = models.CharField(max_length=60, blank=True)
    token = models.CharField(max_length=32, default=secret_token)
    token_rotated_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "token"], name="table_token"),
            models.UniqueConstraint(fields=["tenant", "location", "name"], name="table_name"),
        ]

    def __str__(self) -> str:
        return self.name
