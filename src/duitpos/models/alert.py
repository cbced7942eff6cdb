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
    DOUBLE_ORDER = "double_order"


class PolicyAction(models.TextChoices):
    """What is done about an alert that nobody has decided in time."""

    REFUND = "refund"
    REFUND_DISHES = "refund_dishes"


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
    # Copied from the policy when the alert is opened: the guest is told this time, and a later change of the policy
    # does not move it.
    policy_at = models.DateTimeField(
        null=True, help_text="When the money goes back by itself; empty without a policy, or once stopped."
    )
    policy_action = models.CharField(max_length=13, choices=PolicyAction.choices, blank=True, db_default="")

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
            ),
            models.Index(
                fields=["policy_at"],
                condition=models.Q(policy_at__isnull=False, resolved_at__isnull=True),
                name="alert_policy_due",
            ),
        ]


class AlertPolicy(TenantModel):
    """What the owner lets happen by itself for one kind of alert. Without a row, or while it is off: nothing."""

    kind = models.CharField(max_length=24, choices=AlertKind.choices)
    is_on = models.BooleanField(default=False)
    action = models.CharField(max_length=13, choices=PolicyAction.choices, default=PolicyAction.REFUND)
    after_minutes = models.PositiveIntegerField(default=15)
    changed_at = models.DateTimeField()
    changed_by = TenantForeignKey("duitpos.Membership", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind"], name="alert_policy_once"),
            models.CheckConstraint(
                condition=models.Q(action__in=PolicyAction.values), name="alert_policy_action"
            ),
            models.CheckConstraint(
                condition=models.Q(after_minutes__gte=1, after_minutes__lte=1440), name="alert_policy_minutes"
            ),
        ]
