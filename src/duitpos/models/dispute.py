"""A dispute (chargeback): the guest's bank contests a payment and usually takes the money back."""

from __future__ import annotations

from django.db import models

from duitpos.kit.money import Money
from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class DisputeStatus(models.TextChoices):
    """The processor's status. Money that the bank took or gave back is in ledger rows."""

    INQUIRY = "inquiry"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


class Dispute(TenantModel):
    """One dispute of a payment. A payment may have several."""

    payment = TenantForeignKey("duitpos.Payment", on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=80, help_text="The processor's id.")
    status = models.CharField(max_length=14, choices=DisputeStatus.choices)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=120, blank=True, help_text="The processor's word for it.")
    opened_at = models.DateTimeField(help_text="The processor's clock.")
    respond_by = models.DateTimeField(null=True)
    said_at = models.DateTimeField(help_text="When the processor said what `status` holds, by its clock.")
    ended_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often staff were reminded of `respond_by`."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "payment", "reference"], name="dispute_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=DisputeStatus.values), name="dispute_status"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-opened_at"], name="dispute_newest")]

    def __str__(self) -> str:
        return f"{self.amount} {self.status}"

    @property
    def amount(self) -> Money:
        """The disputed amount."""
        return Money(self.amount_minor, self.currency)
