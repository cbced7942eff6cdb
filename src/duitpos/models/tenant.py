"""The restaurant business, its locations, and the installation that hosts them."""

from __future__ import annotations

from datetime import time

from django.core.validators import RegexValidator
from django.db import models

from duitpos.kit.ids import uuid7
from duitpos.kit.tenancy import TenantModel

RESERVED_SLUGS = frozenset(
    "accounts admin api assets demo docs favicon.ico healthz help live login logout media metrics readyz robots.txt"
    " sandbox sign-in sign-up signin signup static status support webhooks www".split()
)
"""First path segments that are ours; no restaurant may take one of them, nor a processor's name (tenancy/open.py)."""


class Installation(models.Model):
    """This database: one row. Objects we create at a processor have its id; a copy elsewhere differs in base_url."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    base_url = models.CharField(max_length=200)
    adopted_at = models.DateTimeField(auto_now_add=True)


class Tenant(models.Model):
    """The restaurant business. It is closed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(
        max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$")]
    )
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    unfinished_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a restaurant that signed itself up is removed, unless it takes an order before; else empty.",
    )
    removal_told_at = models.DateTimeField(
        null=True, blank=True, help_text="When its owner was told by mail that it will be removed."
    )
    owners_version = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Goes up when an owner stops being one (domain/people/members.py)."
    )
    menu_language = models.CharField(
        max_length=12,
        default="en",
        help_text="What the menu's own texts are written in; others are MenuText.",
    )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it may start payments; a closed one still receives, sweeps and refunds."""
        return self.closed_at is None


class ServiceStyle(models.TextChoices):
    """How an order reaches the guest: brought to the table, or collected at the counter."""

    BROUGHT = "brought"
    COLLECTED = "collected"


class UnpaidOrders(models.TextChoices):
    """What becomes of an order that a guest sends without paying: the guest cannot, or the kitchen gets it then."""

    OFF = "off"
    AFTER_PAYMENT = "after_payment"
    AT_ONCE = "at_once"


class DayCloseMail(models.TextChoices):
    """Whether owners get a location's day closes by mail: each when the day is closed, or those of a week together."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class Location(TenantModel):
    """A physical site. Its rates are pinned in every order made there."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    address = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Kuala_Lumpur")
    locale = models.CharField(
        max_length=16, default="en_MY", help_text="How money and dates are written (Babel)."
    )
    currency = models.CharField(max_length=3, default="MYR")
    day_closes_at = models.TimeField(default=time(4, 0), help_text="The trading day ends at this local time.")
    latest_to_cook = models.PositiveIntegerField(
        default=45, help_text="Minutes: what is paid longer ago is not cooked unless staff say so (M60)."
    )
    # Basis points: 600 is 6 %.
    service_charge_bp = models.PositiveIntegerField(default=0)
    tax_bp = models.PositiveIntegerField(default=0)
    reduced_tax_bp = models.PositiveIntegerField(default=0, help_text="For items of TaxClass.REDUCED.")
    tax_name = models.CharField(max_length=20, default="SST")
    tax_is_inclusive = models.BooleanField(default=False)
    tax_on_service_charge = models.BooleanField(default=False)
    receipt_header = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Lines above a receipt, such as the business's name.",
    )
    registration_number = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Of the business, as it stands on receipts.",
    )
    sst_number = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Of the tax, as it stands on receipts.",
    )
    version = models.PositiveBigIntegerField(
        default=1,
        db_default=1,
        help_text="Goes up when its details are edited: of two editors, the later is told.",
    )
    weekly_hours = models.JSONField(
        default=list, db_default=[], blank=True, help_text="tenancy/week.py; empty: open all day, every day."
    )
    special_hours = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="Dates that differ, such as holidays: tenancy/week.py.",
    )
    hours_version = models.PositiveBigIntegerField(
        default=1,
        db_default=1,
        help_text="Goes up with every change of its hours: who decided by them compares it in what it writes.",
    )
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Closed for good: it takes no orders, and keeps its books."
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(
        null=True, blank=True, help_text="When a pause ends by itself; empty: when staff end it."
    )
    pause_message = models.CharField(max_length=200, blank=True, help_text="What guests read meanwhile.")
    service_style = models.CharField(
        max_length=10, choices=ServiceStyle.choices, default=ServiceStyle.BROUGHT
    )
    unpaid_orders = models.CharField(
        max_length=14,
        choices=UnpaidOrders.choices,
        default=UnpaidOrders.OFF,
        help_text="Whether guests may send an order and pay staff, and when the kitchen gets it.",
    )
    day_close_mail = models.CharField(
        max_length=6,
        choices=DayCloseMail.choices,
        default=DayCloseMail.OFF,
        db_default=DayCloseMail.OFF,
        help_text="Whether owners get its day closes by mail.",
    )
    popular_items = models.JSONField(
        default=list, blank=True, help_text="Ids of the most ordered items of the last 30 days, most first."
    )
    menu_version = models.PositiveBigIntegerField(
        default=1, help_text="Goes up with every change of the menu that a guest could see."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="location_slug"),
            models.CheckConstraint(
                condition=models.Q(service_style__in=ServiceStyle.values), name="location_service_style"
            ),
            models.CheckConstraint(
                condition=models.Q(unpaid_orders__in=UnpaidOrders.values), name="location_unpaid_orders"
            ),
            models.CheckConstraint(
                condition=models.Q(day_close_mail__in=DayCloseMail.values), name="location_day_close_mail"
            ),
        ]

    def __str__(self) -> str:
        return self.name
