"""Tables, the token in their QR code, and the counters of starts (M59)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.ids import secret_token
from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class Phones(models.TextChoices):
    """The kind of phones that a counter counts."""

    KNOWN = "known"  # has loaded the menu, or ordered here before
    UNKNOWN = "unknown"


class StartCounter(TenantModel):
    """The number of payments started at a table in one time window. Only a guarded update increments it."""

    table = TenantForeignKey("duitpos.Table", on_delete=models.CASCADE, related_name="start_counters")
    phones = models.CharField(max_length=8, choices=Phones.choices)
    begins_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "table", "phones", "begins_at"], name="start_counter"),
            models.CheckConstraint(condition=models.Q(phones__in=Phones.values), name="start_counter_phones"),
        ]


class Table(TenantModel):
    """A table of a location. Anyone with its token may order to it; a rotated token is invalid at once."""

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
