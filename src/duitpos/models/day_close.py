"""Day closes (Z reports): a business day as it was closed, and what changed of earlier ones (M140, M141)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel
from duitpos.models.receipt import FIRST_SERIES


class DayCloseSeries(TenantModel):
    """The numbers 1, 2, 3 … of a location's day closes, without a gap; a series ends as ReceiptSeries says."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=4, default=FIRST_SERIES)
    last = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "name"], name="day_close_series_name"),
            models.UniqueConstraint(
                fields=["tenant", "location"],
                condition=models.Q(ended_at__isnull=True),
                name="day_close_series_open",
            ),
        ]

    def __str__(self) -> str:
        return day_close_label(self.name, self.last)


class DayClose(TenantModel):
    """One closed business day. Never changed: what is booked on the day later is a correction of the next day close."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="+")
    business_date = models.DateField()
    series = models.CharField(max_length=4)
    number = models.PositiveBigIntegerField()
    closed_at = models.DateTimeField()
    closed_by = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, related_name="+")
    # Documents of domain/reporting/day_close/figures.py.
    printed = models.JSONField(help_text="The day's sums when it was closed.")
    corrections = models.JSONField(
        default=list, help_text="What changed of days that were closed before, since it was last printed."
    )
    facts = models.JSONField(
        default=dict, help_text="Ranges of receipts, and how much was not paid or refunded yet."
    )
    # The drawer, in the location's currency.
    currency = models.CharField(max_length=3)
    opening_minor = models.BigIntegerField(default=0, help_text="In the drawer before the first order.")
    cash_minor = models.BigIntegerField(default=0, help_text="Taken in cash less given back, by the books.")
    counted_minor = models.BigIntegerField(null=True, help_text="In the drawer; empty: it was not counted.")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "location", "business_date"], name="day_close_once"),
            models.UniqueConstraint(
                fields=["tenant", "location", "series", "number"], name="day_close_number"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "location", "closed_at"], name="day_close_at")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its number as it is written: "Z-A-000012"."""
        return day_close_label(self.series, self.number)

    @property
    def expected_minor(self) -> int:
        """What should be in the drawer."""
        return self.opening_minor + self.cash_minor

    @property
    def difference_minor(self) -> int | None:
        """How much more than expected was counted; None when it was not counted."""
        return None if self.counted_minor is None else self.counted_minor - self.expected_minor


def day_close_label(series: str, number: int) -> str:
    """How a day close's number is written: "Z-A-000012"."""
    return f"Z-{series}-{number:06d}"
