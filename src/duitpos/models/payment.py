"""One attempt to move money for an order, and its declines (M4)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.money import Money
from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class PaymentStatus(models.TextChoices):
    """From `pending` on, only a processor event or response changes it: docs/states.md has every transition.

    While it is `created`, no guest was redirected to its session, so it may also end because its start call failed, its
    cart was edited or its order canceled.
    """

    CREATED = "created"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RefundScope(models.TextChoices):
    """What of a payment can be refunded through the processor, as its snapshots say."""

    ANY = "any"
    FULL_ONLY = "full_only"
    NONE = "none"


LIVE_ATTEMPT = (PaymentStatus.CREATED, PaymentStatus.PENDING)
"""States of an attempt that has not ended; an order has at most one such payment."""


class Payment(TenantModel):
    """An attempt. `checkout_request` is pinned before the call, so that a retry sends the same."""

    # Null only for a payment of an unknown order, such as after a restored backup.
    order = TenantForeignKey("duitpos.Order", on_delete=models.PROTECT, null=True, related_name="payments")
    account = TenantForeignKey("duitpos.ProcessorAccount", on_delete=models.PROTECT, related_name="payments")
    payment_type = TenantForeignKey("duitpos.PaymentType", on_delete=models.PROTECT, related_name="payments")
    location = TenantForeignKey("duitpos.Location", on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=PaymentStatus.choices, default=PaymentStatus.CREATED)
    is_test = models.BooleanField(default=False)
    processing_since = models.DateTimeField(null=True, help_text="Session complete, money not yet there.")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    # The call that starts it.
    checkout_request = models.JSONField(
        default=dict, help_text="The whole request as sent; a replay sends exactly this."
    )
    start_sent_at = models.DateTimeField(
        null=True,
        help_text="When the one start call was sent, at a processor that makes a second page of a second call.",
    )
    expires_at = models.DateTimeField(null=True)
    is_end_enforced = models.BooleanField(
        default=True, help_text="After expires_at the processor takes no money for it; else the end is ours."
    )
    reference = models.CharField(
        max_length=80,
        blank=True,
        help_text="The processor's id of the checkout session; others: PaymentReference.",
    )
    next_step = models.JSONField(
        default=dict,
        help_text="How the guest goes on to pay (processors/start.py); empty when there is no step.",
    )

    # The result.
    moved_minor = models.BigIntegerField(null=True, help_text="What really moved, in moved_currency.")
    moved_currency = models.CharField(max_length=3, blank=True)
    method = models.JSONField(default=dict, help_text='{"kind", "brand", "last4", "wallet", …} for people.')
    guest_email = models.CharField(max_length=254, blank=True)
    settled_at = models.DateTimeField(null=True, help_text="Our clock; gives the business date.")
    settled_via = models.CharField(
        max_length=10, blank=True, help_text="webhook, return, sweep, button or staff."
    )
    taken_by = TenantForeignKey(
        "duitpos.Membership",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who took the money, where no processor did.",
    )
    tendered_minor = models.BigIntegerField(
        null=True, help_text="What the guest handed over in cash; change is what is more than the amount."
    )
    paid_at = models.DateTimeField(null=True, help_text="The processor's clock.")
    business_date = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="Failed or canceled at.")
    watched_until = models.DateTimeField(
        null=True,
        help_text="We ended it while its page could still be paid; until then the sweep asks about it.",
    )
    failure = models.JSONField(default=dict, help_text="Why it ended unpaid (domain/reasons.py).")
    refund_scope = models.CharField(
        max_length=10,
        choices=RefundScope.choices,
        default=RefundScope.ANY,
        help_text="What of it the processor can refund.",
    )
    # The guard against refunding too much, not the refunded sum: a check compares it with the refund rows.
    refund_reserved_minor = models.BigIntegerField(default=0)
    refund_version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="Goes up with each refund that is reserved or freed; refunds of lines are guarded by it.",
    )

    # For the guest's return and the sweep. After the payment ended unpaid, next_check_at says when its order is
    # canceled and later purged, or when its page is looked at again.
    returned_at = models.DateTimeField(null=True, help_text="The guest came back from the processor's page.")
    asked_at = models.DateTimeField(null=True, help_text="The processor was last asked on a guest's behalf.")
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    not_found_at = models.DateTimeField(
        null=True, help_text="The processor first said that it does not know the session."
    )
    last_problem = models.JSONField(
        default=dict, help_text="Why the last question brought no answer (domain/reasons.py)."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=PaymentStatus.values), name="payment_status"
            ),
            models.UniqueConstraint(
                fields=["tenant", "order"],
                condition=models.Q(status__in=("created", "pending")),
                name="payment_live",
            ),
            models.UniqueConstraint(
                fields=["tenant", "account", "reference"],
                condition=~models.Q(reference=""),
                name="payment_reference",
            ),
            models.CheckConstraint(condition=models.Q(refund_reserved_minor__gte=0), name="payment_reserved"),
            models.CheckConstraint(
                condition=models.Q(refund_scope__in=RefundScope.values), name="payment_refund_scope"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], condition=models.Q(next_check_at__isnull=False), name="payment_due"
            ),
            models.Index(fields=["tenant", "order"], name="payment_order"),
            models.Index(fields=["tenant", "reference"], name="payment_session"),
            models.Index(fields=["tenant", "-created_at"], name="payment_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def amount(self) -> Money:
        """The requested amount."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_processing(self) -> bool:
        """Whether the guest has completed the session and the money is pending."""
        return self.status == PaymentStatus.PENDING and self.processing_since is not None

    @property
    def moved(self) -> Money:
        """The amount that really moved; 0 before it is settled."""
        return Money(self.moved_minor or 0, self.moved_currency or self.currency)

    @property
    def refundable(self) -> Money:
        """The amount that moved and is not reserved by a refund."""
        return self.moved - Money(self.refund_reserved_minor, self.moved.currency)


class PaymentReference(TenantModel):
    """A further id of a payment at the processor, so that the payment is found by any of them."""

    payment = TenantForeignKey(Payment, on_delete=models.CASCADE, related_name="references")
    account = TenantForeignKey("duitpos.ProcessorAccount", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, help_text="The adapter's word for it.")
    value = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "kind", "value"],
                condition=~models.Q(kind="page"),
                name="reference_once",
            ),
            # Several payments may come from one page.
            models.UniqueConstraint(
                fields=["tenant", "payment", "value"],
                condition=models.Q(kind="page"),
                name="reference_page_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "value"], name="reference_value"),
            models.Index(fields=["tenant", "payment"], name="reference_payment"),
        ]

    def __str__(self) -> str:
        return self.value


class PaymentDecline(TenantModel):
    """A declined card. The guest stays on the processor's page; the payment's status does not change."""

    payment = TenantForeignKey(Payment, on_delete=models.CASCADE, related_name="declines")
    reference = models.CharField(
        max_length=80, help_text="The failed charge; without one, an id that tells this try from others."
    )
    at = models.DateTimeField()
    code = models.CharField(max_length=60, blank=True)
    decline_code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    method = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "payment", "reference"], name="decline_once")
        ]
        indexes = [models.Index(fields=["tenant", "-at"], name="decline_newest")]
