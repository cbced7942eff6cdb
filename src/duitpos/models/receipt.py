"""The series that receipts are numbered in (M49 to M52)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class ReceiptKind(models.TextChoices):
    """What a number is given to: a paid bill, or a refund of one."""

    SALE = "sale"
    CREDIT_NOTE = "credit_note"


FIRST_SERIES = "A"


class ReceiptSeries(TenantModel):
    """The numbers 1, 2, 3 … of a location, without a gap. Test orders have their own.

    A number is the last one plus one, drawn in the transaction that needs it. A series ends when this database may lack
    numbers that were given, after a restore; then the next one begins at 1 under another name.
    """

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=ReceiptKind.choices)
    is_test = models.BooleanField()
    name = models.CharField(max_length=4, default=FIRST_SERIES)
    last = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(
        null=True, help_text="When the last number was given; none is given earlier."
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "location", "kind", "is_test", "name"], name="receipt_series_name"
            ),
            models.UniqueConstraint(
                fields=["tenant", "location", "kind", "is_test"],
                condition=models.Q(ended_at__isnull=True),
                name="receipt_series_open",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=ReceiptKind.values), name="receipt_series_kind"
            ),
        ]

    def __str__(self) -> str:
        return receipt_label(self.name, self.last, is_test=self.is_test)


def receipt_label(series: str, number: int, *, is_test: bool) -> str:
    """How a number is written: "A-000123", "TEST-A-000007"."""
    return f"{'TEST-' if is_test else ''}{series}-{number:06d}"
