"""Totals by business day and by month: what reports read. They can be made anew from ledger and orders at any time."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class Measures(models.Model):
    """What is summed, in minor units of `currency`; domain/reporting/report.py says what each one is."""

    orders = models.PositiveIntegerField(default=0)
    guests = models.PositiveIntegerField(default=0)
    quantity = models.PositiveIntegerField(default=0)
    sales = models.BigIntegerField(default=0)
    discounts = models.BigIntegerField(default=0)
    service_charge = models.BigIntegerField(default=0)
    tax_added = models.BigIntegerField(default=0)
    tax_included = models.BigIntegerField(default=0)
    rounding = models.BigIntegerField(default=0)
    unmatched = models.BigIntegerField(default=0)
    refunds = models.BigIntegerField(default=0)
    refunded_quantity = models.IntegerField(default=0, db_default=0)
    refunded_sales = models.BigIntegerField(default=0, db_default=0)
    refunded_service_charge = models.BigIntegerField(default=0, db_default=0)
    refunded_tax = models.BigIntegerField(default=0)
    refunded_tax_included = models.BigIntegerField(default=0, db_default=0)
    refunded_other = models.BigIntegerField(default=0, db_default=0)
    disputes = models.BigIntegerField(default=0)
    fees = models.BigIntegerField(default=0)

    # Of which rows: a value (`key`) of what the totals are by.
    is_test = models.BooleanField()
    is_online = models.BooleanField(help_text="Paid through a payment processor; else taken by staff.")
    currency = models.CharField(max_length=3)
    by = models.CharField(max_length=12, help_text="What `key` is; `all` for the day's one total.")
    key = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120, blank=True, help_text="As the restaurant called it then.")

    class Meta:
        abstract = True


class DayTotal(TenantModel, Measures):
    """Of one location's business day. Replaced as a whole when the day is summed again."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="+")
    business_date = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "tenant",
                    "location",
                    "business_date",
                    "is_test",
                    "by",
                    "is_online",
                    "currency",
                    "key",
                ],
                name="day_total_once",
            )
        ]
        indexes = [models.Index(fields=["tenant", "by", "business_date"], name="day_total_by")]

    def __str__(self) -> str:
        return f"{self.business_date} {self.by} {self.key}"


class MonthTotal(TenantModel, Measures):
    """Of one location's calendar month of business days: the sum of its day totals."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="+")
    month = models.DateField(help_text="Its first day.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "location", "month", "is_test", "by", "is_online", "currency", "key"],
                name="month_total_once",
            )
        ]
        indexes = [models.Index(fields=["tenant", "by", "month"], name="month_total_by")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.by} {self.key}"


class BusinessMonth(TenantModel):
    """Whether a location's month totals are current: they are, while `summed` is `changes` (as of BusinessDay)."""

    location = TenantForeignKey("duitpos.Location", on_delete=models.CASCADE, related_name="+")
    month = models.DateField(help_text="Its first day.")
    is_test = models.BooleanField()
    changes = models.PositiveBigIntegerField(default=0, help_text="How often one of its days was summed.")
    summed = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "location", "month", "is_test"], name="business_month_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "month"],
                condition=~models.Q(changes=models.F("summed")),
                name="business_month_unsummed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
