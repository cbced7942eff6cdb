"""Refunds (M17)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.money import Money
from duitpos.kit.tenancy import TenantForeignKey, TenantModel

BY_TOTAL = "total:"
"""How the reference of a refund begins that is known only because the processor's sum grew."""


class RefundStatus(models.TextChoices):
    """`succeeded` to `failed` means that the bank sent it back; that opens an Alert."""

    CREATED = "created"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RefundSource(models.TextChoices):
    """Who made it: our staff, someone in the processor's dashboard, a policy of the owner, or the guest."""

    STAFF = "staff"
    PROCESSOR = "processor"
    POLICY = "policy"
    GUEST = "guest"


class RefundReason(models.TextChoices):
    """What staff choose from; `reason` is what they type beside it."""

    SOLD_OUT = "sold_out"
    WRONG_DISH = "wrong_dish"
    LATE = "late"
    QUALITY = "quality"
    DUPLICATE = "duplicate"
    GUEST_LEFT = "guest_left"
    OTHER = "other"


class Refund(TenantModel):
    """A refund: the row is inserted before the call, whose idempotency key is made from it."""

    payment = TenantForeignKey("duitpos.Payment", on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=10, choices=RefundStatus.choices, default=RefundStatus.CREATED)
    source = models.CharField(max_length=10, choices=RefundSource.choices, default=RefundSource.STAFF)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # What the amount consists of; null when nobody said which lines it was for. Inclusive tax is part of the others.
    items_minor = models.BigIntegerField(null=True)
    service_charge_minor = models.BigIntegerField(null=True)
    tax_minor = models.BigIntegerField(null=True)
    tax_by_rate = models.JSONField(
        default=dict, help_text='{"600": 12}: basis points to minor units, without zeros.'
    )
    reason = models.CharField(max_length=200, blank=True)
    reason_code = models.CharField(max_length=10, choices=RefundReason.choices, blank=True)
    form_key = models.CharField(
        max_length=64,
        blank=True,
        help_text="The staff's form: one refund for ever, however often it is sent.",
    )
    member = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    reference = models.CharField(max_length=80, blank=True, help_text="The processor's id.")
    # A new call 23 h after a lost response uses the next generation of the key. At a processor without keys every
    # call is a generation of its own, and its time is stored before it is sent.
    key_generation = models.PositiveIntegerField(default=1)
    first_sent_at = models.DateTimeField(null=True, help_text="First call of this key generation.")
    ended_at = models.DateTimeField(null=True)
    failure = models.JSONField(
        default=dict, help_text="Why it was not made, or came back (domain/reasons.py)."
    )
    # The credit note to the bill's receipt. It stays when the refund fails later: a number is never given again.
    credit_series = models.CharField(max_length=4, blank=True)
    credit_number = models.PositiveBigIntegerField(null=True)
    credit_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=RefundStatus.values), name="refund_status"),
            models.CheckConstraint(condition=models.Q(source__in=RefundSource.values), name="refund_source"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_amount"),
            models.CheckConstraint(
                condition=models.Q(reason_code__in=["", *RefundReason.values]), name="refund_reason_code"
            ),
            models.UniqueConstraint(
                fields=["tenant", "form_key"], condition=~models.Q(form_key=""), name="refund_form_key"
            ),
            models.UniqueConstraint(
                fields=["tenant", "payment", "reference"],
                condition=~models.Q(reference=""),
                name="refund_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], condition=models.Q(next_check_at__isnull=False), name="refund_due"
            ),
            models.Index(fields=["tenant", "payment"], name="refund_payment"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def amount(self) -> Money:
        """The refunded amount."""
        return Money(self.amount_minor, self.currency)

    @property
    def own_reference(self) -> str:
        """The processor's id; empty when it gave none."""
        return "" if self.reference.startswith(BY_TOTAL) else self.reference

    @property
    def credit_label(self) -> str:
        """The credit note's number as it is written, "CN-A-000007"; empty without one."""
        return "" if self.credit_number is None else f"CN-{self.credit_series}-{self.credit_number:06d}"

    @property
    def key(self) -> str:
        """The call's idempotency key: this row's id and the key generation."""
        return f"refund-{self.id}-{self.key_generation}"


class RefundLine(TenantModel):
    """A line of the order that a refund gives back, or some of its quantity. It is free again when the refund fails."""

    refund = TenantForeignKey(Refund, on_delete=models.CASCADE, related_name="lines")
    order_line = TenantForeignKey("duitpos.OrderLine", on_delete=models.PROTECT, related_name="refund_lines")
    quantity = models.PositiveIntegerField()
    items_minor = models.BigIntegerField(help_text="Quantity times the line's unit price.")
    kitchen_read_at = models.DateTimeField(null=True, help_text="The kitchen has read not to make it.")
    kitchen_read_by = TenantForeignKey(
        "duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "refund", "order_line"], name="refund_line_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="refund_line_quantity"),
            models.CheckConstraint(condition=models.Q(items_minor__gte=0), name="refund_line_items"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.order_line_id}"
