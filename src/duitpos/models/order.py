"""An order: pinned lines and totals, one status, one event row per status change."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce

from duitpos.kit.ids import secret_token
from duitpos.kit.money import Money
from duitpos.kit.tenancy import TenantForeignKey, TenantModel
from duitpos.models.receipt import receipt_label

SHOWN_AT = Coalesce("placed_at", "created_at")
"""The time that lists show of an order, and so what they sort by: when the kitchen got it, else when it was sent."""


class OrderStatus(models.TextChoices):
    """`held` waits for payment and is on no board (docs/states.md)."""

    HELD = "held"
    PLACED = "placed"
    PREPARING = "preparing"
    READY = "ready"
    SERVED = "served"
    CANCELED = "canceled"


class Order(TenantModel):
    """A submitted request for food. Its lines and totals never change.

    orders/advance.py changes its status with times and reason, orders/release.py its number, menus/sell.py its stock.
    """

    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, related_name="orders")
    table = TenantForeignKey("duitpos.Table", on_delete=models.PROTECT, null=True, related_name="orders")
    status = models.CharField(max_length=10, choices=OrderStatus.choices, default=OrderStatus.HELD)
    is_test = models.BooleanField(
        default=False, help_text="Paid with test keys: marked, own numbers, no revenue."
    )
    token = models.CharField(max_length=32, default=secret_token, help_text="The guest's link to this order.")
    guest_token = models.CharField(max_length=32, help_text="The phone that ordered: its cookie.")
    is_unknown_phone = models.BooleanField(
        default=False, help_text="Sent by a phone that had neither looked at the menu nor ordered."
    )
    checkout_key = models.CharField(max_length=64, help_text="The cart's key: one order for ever.")
    contents = models.CharField(
        max_length=64, help_text="Hash of what was ordered: another cart under one key differs."
    )
    replaces = TenantForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    note = models.CharField(max_length=300, blank=True)
    language = models.CharField(
        max_length=12,
        default="en",
        help_text="What the guest read when they ordered: mails are written in it.",
    )

    # Totals and their rates, pinned at checkout. Minor units of `currency`; rates in basis points.
    currency = models.CharField(max_length=3)
    subtotal_minor = models.BigIntegerField()
    service_charge_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    service_charge_bp = models.PositiveIntegerField(default=0)
    tax_bp = models.PositiveIntegerField(default=0)
    tax_name = models.CharField(max_length=20, blank=True)
    tax_is_inclusive = models.BooleanField(default=False)
    tax_on_service_charge = models.BooleanField(default=False)

    scanned_at = models.DateTimeField(
        null=True, help_text="When this phone had loaded the menu, by its cookie; empty when it did not tell."
    )
    created_at = models.DateTimeField()
    # The payment that counts for it; empty while unpaid. It releases the order, unless that was sent unpaid.
    released_by = TenantForeignKey(
        "duitpos.Payment", on_delete=models.PROTECT, null=True, related_name="released"
    )
    placed_at = models.DateTimeField(null=True)
    business_date = models.DateField(null=True)
    number = models.PositiveIntegerField(null=True)
    receipt_series = models.CharField(
        max_length=4, blank=True, help_text="With `receipt_number`: models/receipt.py."
    )
    receipt_number = models.PositiveBigIntegerField(
        null=True,
        help_text="Given once, when the bill is paid; empty before, and in orders of before numbers.",
    )
    receipt_at = models.DateTimeField(null=True)
    stock_taken = models.JSONField(
        default=dict, help_text="Item id to quantity: taken from limited stock, and not put back."
    )
    ended_at = models.DateTimeField(null=True, help_text="Served or canceled at.")
    cancel_reason = models.CharField(max_length=200, blank=True)
    # A ticket that was canceled on the board stays there until a cook takes note of it.
    canceled_from = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="Its status on the board; or empty."
    )
    is_cancel_unread = models.BooleanField(default=False, db_default=False)
    cancel_read_at = models.DateTimeField(null=True)
    cancel_read_by = TenantForeignKey(
        "duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "checkout_key"], name="order_checkout_key"),
            models.UniqueConstraint(fields=["tenant", "token"], name="order_token"),
            models.UniqueConstraint(
                fields=["tenant", "location", "business_date", "is_test", "number"], name="order_number"
            ),
            models.UniqueConstraint(
                fields=["tenant", "location", "is_test", "receipt_series", "receipt_number"],
                condition=models.Q(receipt_number__isnull=False),
                name="order_receipt",
            ),
            models.CheckConstraint(condition=models.Q(status__in=OrderStatus.values), name="order_status"),
            models.CheckConstraint(condition=models.Q(total_minor__gte=0), name="order_total"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-created_at"], name="order_newest"),
            models.Index(F("tenant"), SHOWN_AT.desc(), F("id").desc(), name="order_shown"),
            models.Index(fields=["tenant", "location", "status", "placed_at"], name="order_board"),
            models.Index(fields=["tenant", "guest_token", "-created_at"], name="order_guest"),
            models.Index(
                fields=["tenant", "location", "receipt_at"],
                condition=models.Q(receipt_number__isnull=False),
                name="order_receipt_at",
            ),
            models.Index(
                fields=["tenant", "location"],
                condition=models.Q(is_cancel_unread=True),
                name="order_cancel_unread",
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.id)

    @property
    def label(self) -> str:
        """The number shown to staff and guest: "12", or "T12" for a test order; empty before release."""
        if self.number is None:
            return ""
        return f"T{self.number}" if self.is_test else str(self.number)

    @property
    def receipt_label(self) -> str:
        """The receipt's number as it is written; empty without one."""
        if self.receipt_number is None:
            return ""
        return receipt_label(self.receipt_series, self.receipt_number, is_test=self.is_test)

    @property
    def is_cooked_unpaid(self) -> bool:
        """Whether it went to the kitchen, or is served, and nothing has been paid for it."""
        return self.released_by_id is None and self.status not in (OrderStatus.HELD, OrderStatus.CANCELED)

    @property
    def total(self) -> Money:
        """The amount to pay."""
        return Money(self.total_minor, self.currency)


class OrderLine(TenantModel):
    """One selected item with names, modifiers and prices as they were at checkout."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    item = TenantForeignKey("duitpos.MenuItem", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text="The restaurant's own: the kitchen reads it.")
    guest_name = models.CharField(
        max_length=120, blank=True, help_text="What the guest read; empty when it is the same."
    )
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField(help_text="With its modifiers.")
    total_minor = models.BigIntegerField()
    tax_bp = models.PositiveIntegerField(
        null=True, help_text="The line's tax rate; empty in old orders: the order's."
    )
    modifiers = models.JSONField(
        default=list,
        help_text='[{"id", "group", "name", "price_delta_minor"}]; "guest_group", "guest_name" where they differ',
    )
    allergens = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)

    # No columns: filled in where a page shows them (domain/orders/line_changes.py).
    swap: LineSwap | None = None
    refunded: int = 0

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "order", "position"], name="order_line_position"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="order_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class LineSwap(TenantModel):
    """Another dish in place of a paid line that cannot be served. The line stays; a refund gives back the rest."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="swaps")
    line = TenantForeignKey(OrderLine, on_delete=models.CASCADE, related_name="swaps")
    item = TenantForeignKey("duitpos.MenuItem", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, help_text="The restaurant's own: the kitchen reads it.")
    guest_name = models.CharField(
        max_length=120, blank=True, help_text="What the guest read; empty when it is the same."
    )
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField(help_text="Of the new dish; never above the line's.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "line"], name="line_swap_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="line_swap_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"


class OrderEvent(TenantModel):
    """One status change of an order: who, when, from, to, why."""

    order = TenantForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.CharField(max_length=20, help_text="guest, staff, webhook, return, sweep, button.")
    member = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "order", "at"], name="order_event_order")]
