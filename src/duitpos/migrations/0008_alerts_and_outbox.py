"""Attention is called Alert, and DueWork OutboxEntry. Rows stay."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import duitpos.kit.tenancy.keys

KINDS = [
    "amount_differs",
    "mode_differs",
    "order_canceled",
    "duplicate_payment",
    "late_money",
    "late_food",
    "stock_back",
    "paid_while_closed",
    "sold_out_after_payment",
    "refund_due",
    "refund_failed",
    "unknown_payment",
    "no_payment_required",
    "still_processing",
    "not_at_processor",
    "key_refused",
    "event_failed",
    "key_reused",
    "start_refused",
    "dispute",
    "sweep_failed",
]


def foreign_key(to: str, related_name: str, **kwargs: Any) -> duitpos.kit.tenancy.keys.TenantForeignKey:
    options = {"null": True, "on_delete": django.db.models.deletion.PROTECT, **kwargs}
    return duitpos.kit.tenancy.keys.TenantForeignKey(related_name=related_name, to=to, **options)


class Migration(migrations.Migration):
    # Until version 0.1.0 it depended on the task queue's tables too, which migration 0020 drops.
    dependencies = [("duitpos", "0007_phones_and_starts")]

    operations = [
        migrations.RenameModel("Attention", "Alert"),
        migrations.AlterField("alert", "order", foreign_key("duitpos.order", "alerts")),
        migrations.AlterField("alert", "payment", foreign_key("duitpos.payment", "alerts")),
        migrations.AlterField("alert", "account", foreign_key("duitpos.processoraccount", "alerts")),
        migrations.RenameIndex("alert", new_name="alert_open", old_name="attention_open"),
        migrations.RemoveConstraint("alert", "attention_once"),
        migrations.RemoveConstraint("alert", "attention_kind"),
        migrations.AddConstraint(
            "alert", models.UniqueConstraint(fields=("tenant", "kind", "subject_id"), name="alert_once")
        ),
        migrations.AddConstraint(
            "alert", models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="alert_kind")
        ),
        migrations.RenameModel("DueWork", "OutboxEntry"),
        migrations.AlterField(
            "outboxentry",
            "order",
            foreign_key(
                "duitpos.order", "outbox_entries", on_delete=django.db.models.deletion.CASCADE, null=False
            ),
        ),
        migrations.RenameIndex("outboxentry", new_name="outbox_due", old_name="due_at"),
        migrations.RemoveConstraint("outboxentry", "due_once"),
        migrations.RemoveConstraint("outboxentry", "due_kind"),
        migrations.AddConstraint(
            "outboxentry", models.UniqueConstraint(fields=("tenant", "kind", "subject_id"), name="outbox_once")
        ),
        migrations.AddConstraint(
            "outboxentry",
            models.CheckConstraint(condition=models.Q(("kind__in", ["receipt", "details"])), name="outbox_kind"),
        ),
    ]
