"""Processor events: every verified event once, with its outcome (M18)."""

from __future__ import annotations

from django.db import models

from duitpos.kit.tenancy import TenantForeignKey, TenantModel


class EventState(models.TextChoices):
    """`failed` runs again at the next delivery or sweep: only a `done` event is a duplicate."""

    DONE = "done"
    FAILED = "failed"


class WebhookEvent(TenantModel):
    """A stored webhook event."""

    account = TenantForeignKey("duitpos.ProcessorAccount", on_delete=models.PROTECT, related_name="events")
    dedupe_key = models.CharField(
        max_length=80, help_text="The processor's id of the event, or a hash of its body."
    )
    type = models.CharField(max_length=80)
    state = models.CharField(max_length=6, choices=EventState.choices)
    outcome = models.CharField(
        max_length=40, help_text="A code: what the event changed, such as settled, refunded or foreign."
    )
    payment = TenantForeignKey("duitpos.Payment", on_delete=models.PROTECT, null=True, related_name="events")
    body = models.TextField(help_text="As it came.")
    received_at = models.DateTimeField()
    is_listed = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Found in the processor's list of events; not delivered, or not yet.",
    )
    tries = models.PositiveIntegerField(default=1)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "account", "dedupe_key"], name="event_once"),
            models.CheckConstraint(condition=models.Q(state__in=EventState.values), name="event_state"),
        ]
        indexes = [models.Index(fields=["tenant", "payment", "received_at"], name="event_payment")]
