"""Alerts: something that staff must look at."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class AlertKind(models.TextChoices):
    """What happened. domain/alerts/offers.py has the actions that staff can take for each."""

    AMOUNT_DIFFERS = "amount_differs"
    MODE_DIFFERS = "mode_differs"
    ORDER_CANCELED = "order_canceled"
    DUPLICATE_PAYMENT = "duplicate_payment"
    LATE_MONEY = "late_money"
    LATE_FOOD = "late_food"
    STOCK_BACK = "stock_back"
    PAID_WHILE_CLOSED = "paid_while_closed"
    SOLD_OUT_AFTER_PAYMENT = "sold_out_after_payment"
    REFUND_DUE = "refund_due"
    REFUND_FAILED = "refund_failed"
    REFUND_LINES = "refund_lines"
    UNKNOWN_PAYMENT = "unknown_payment"
    NO_PAYMENT_REQUIRED = "no_payment_required"
    STILL_PROCESSING = "still_processing"
    NOT_AT_PROCESSOR = "not_at_processor"
    KEY_REFUSED = "key_refused"
    EVENT_FAILED = "event_failed"
    KEY_REUSED = "key_reused"
    START_REFUSED = "start_refused"
    DISPUTE = "dispute"
    SWEEP_FAILED = "sweep_failed"
    WEBHOOK_DOWN = "webhook_down"
    ACCOUNT_RESTRICTED = "account_restricted"
    FRAUD_WARNING = "fraud_warning"
    PAYMENT_REVIEW = "payment_review"
    REPORT_NOT_SENT = "report_not_sent"


class Alert(TenantModel):
    """Opened once per kind and subject, even if several paths find the same problem."""

    kind = models.CharField(max_length=24, choices=AlertKind.choices)
    subject_id = models.UUIDField(help_text="The payment, refund, event or account it is about.")
    order = TenantForeignKey("duitpos.Order", on_delete=models.PROTECT, null=True, related_name="alerts")
    payment = TenantForeignKey("duitpos.Payment", on_delete=models.PROTECT, null=True, related_name="alerts")
    account = TenantForeignKey(
        "duitpos.ProcessorAccount", on_delete=models.PROTECT, null=True, related_name="alerts"
    )
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    facts = models.JSONField(
        default=dict, help_text="What it is about (kit/facts.py); each kind has its own."
    )
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = TenantForeignKey(
        "duitpos.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )
    resolution = models.JSONField(default=dict, help_text="How it ended: a code, or what staff noted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "subject_id"], name="alert_once"),
            models.CheckConstraint(condition=models.Q(kind__in=AlertKind.values), name="alert_kind"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "-opened_at"],
                condition=models.Q(resolved_at__isnull=True),
                name="alert_open",
            )
        ]
