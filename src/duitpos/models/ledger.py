"""The append-only ledger of money movements, and the trading days that it is summed by (M33, M35)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class LedgerKind(models.TextChoices):
    """The kind of money movement. A fee may be in another currency than its payment: that of the processor account."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_RETURN = "dispute_return"
    DISPUTE_FEE = "dispute_fee"
    FEE = "fee"


class LedgerEntry(TenantModel):
    """Append-only. `amount_minor` is signed: money in is positive. One entry per kind and source row."""

    kind = models.CharField(max_length=14, choices=LedgerKind.choices)
    source_id = models.UUIDField(help_text="The payment or refund, or made from the processor's movement.")
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


class BusinessDay(TenantModel):
    """A location's trading day: the last order number, and whether its totals are current. Test orders have their own.

    Whatever books money of a day counts `changes` up in the same transaction. The totals are current while `summed`
    is the same number. A counter and no mark that is deleted: counting up locks the row, so that a job which sums at
    the same time is noticed (M35, M46).
    """

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="+")
    business_date = models.DateField()
    is_test = models.BooleanField()
    last_number = models.PositiveIntegerField(default=0)
    changes = models.PositiveBigIntegerField(default=0)
    summed = models.PositiveBigIntegerField(
        default=0, help_text="`changes` when its totals were last summed."
    )
    closed_at = models.DateTimeField(null=True, help_text="When its day close was made.")
    printed_changes = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        help_text="`changes` when a day close last printed it, or a correction of it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "location", "business_date", "is_test"], name="business_day_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "location", "business_date"],
                condition=~models.Q(changes=models.F("summed")),
                name="business_day_unsummed",
            ),
            models.Index(
                fields=["tenant", "location", "business_date"],
                condition=models.Q(closed_at__isnull=False) & ~models.Q(changes=models.F("printed_changes")),
                name="business_day_corrected",
            ),
        ]

    def __str__(self) -> str:
        return str(self.business_date)
