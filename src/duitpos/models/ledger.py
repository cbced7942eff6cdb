"""The append-only ledger of money movements, and the series of order numbers (M33)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class LedgerKind(models.TextChoices):
    """The kind of money movement."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_RETURN = "dispute_return"
    DISPUTE_FEE = "dispute_fee"


class LedgerEntry(TenantModel):
    """Append-only. `amount_minor` is signed: money in is positive. One entry per kind and source row."""

    kind = models.CharField(max_length=14, choices=LedgerKind.choices)
    source_id = models.UUIDField(help_text="The payment or refund, or made from a dispute's movement.")
    payment = TenantForeignKey("duitpos.Payment", on_delete=models.PROTECT, related_name="ledger")
    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_test = models.BooleanField(default=False)
    at = models.DateTimeField()
    business_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "source_id"], name="ledger_once"),
            models.CheckConstraint(condition=models.Q(kind__in=LedgerKind.values), name="ledger_kind"),
        ]
        indexes = [models.Index(fields=["tenant", "location", "business_date"], name="ledger_day")]


class NumberSeries(TenantModel):
    """The last order number of a location's trading day; test orders have their own series."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="+")
    business_date = models.DateField()
    is_test = models.BooleanField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "location", "business_date", "is_test"], name="number_series"
            )
        ]
