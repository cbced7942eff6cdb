"""The processor's ids of a payment become rows, and the page to go on to becomes a step of any kind."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import duitpos.kit.ids
from duitpos.kit.tenancy import TenantForeignKey, across_tenants

KINDS = {"intent_reference": "payment_intent", "charge_reference": "charge"}
"""Column, and the kind of the row that it becomes. Only Stripe wrote them."""
BATCH = 1000


def write_rows(apps: Any, schema_editor: Any) -> None:
    """One row for every id, tenant by tenant; the address becomes a step."""
    payment_model, row_model = apps.get_model("duitpos", "Payment"), apps.get_model("duitpos", "PaymentReference")
    for tenant_id in apps.get_model("duitpos", "Tenant").objects.values_list("id", flat=True):
        payments = payment_model.objects.filter(tenant_id=tenant_id)
        for column, kind in KINDS.items():
            rows = (
                row_model(
                    id=duitpos.kit.ids.uuid7(),
                    tenant_id=tenant_id,
                    payment_id=payment_id,
                    account_id=account_id,
                    kind=kind,
                    value=value,
                )
                for payment_id, account_id, value in payments.exclude(**{column: ""})
                .order_by("id")
                .values_list("id", "account_id", column)
                .iterator(BATCH)
            )
            row_model.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    copy(schema_editor, payment_model, "next_step", STEP, "redirect_url <> ''")


def write_columns(apps: Any, schema_editor: Any) -> None:
    """The way back: the first id of each kind; steps of other kinds are lost."""
    payment_model, row_model = apps.get_model("duitpos", "Payment"), apps.get_model("duitpos", "PaymentReference")
    for tenant_id in apps.get_model("duitpos", "Tenant").objects.values_list("id", flat=True):
        for column, kind in KINDS.items():
            rows = row_model.objects.filter(tenant_id=tenant_id, kind=kind)
            for payment_id, value in rows.values_list("payment_id", "value").iterator(BATCH):
                payment_model.objects.filter(tenant_id=tenant_id, id=payment_id).update(**{column: value})
    copy(schema_editor, payment_model, "redirect_url", ADDRESS, "next_step IS NOT NULL")


STEP = {
    "postgresql": "jsonb_build_object('redirect', redirect_url)",
    "sqlite": "json_object('redirect', redirect_url)",
}
ADDRESS = {
    "postgresql": "COALESCE(next_step->>'redirect', '')",
    "sqlite": "COALESCE(json_extract(next_step, '$.redirect'), '')",
}


def copy(schema_editor: Any, model: Any, column: str, values: dict[str, str], where: str) -> None:
    vendor = schema_editor.connection.vendor
    with across_tenants("a migration changes a column of every restaurant"):
        schema_editor.execute(f"UPDATE {model._meta.db_table} SET {column} = {values[vendor]} WHERE {where}")
    if vendor == "postgresql":
        # What foreign keys have still to check would keep the columns from being dropped in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def short(**more: Any) -> Any:
    return models.CharField(blank=True, max_length=80, **more)


class Migration(migrations.Migration):
    """New table and column, copied, then the old columns go."""

    dependencies = [("duitpos", "0014_help_texts")]

    operations = [
        migrations.CreateModel(
            name="PaymentReference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=duitpos.kit.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(help_text="The adapter's word for it.", max_length=30)),
                ("value", models.CharField(max_length=80)),
                (
                    "account",
                    TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duitpos.processoraccount",
                    ),
                ),
                (
                    "payment",
                    TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="duitpos.payment",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="duitpos.tenant",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "paymentreference", models.Index(fields=["tenant", "value"], name="reference_value")
        ),
        migrations.AddIndex(
            "paymentreference", models.Index(fields=["tenant", "payment"], name="reference_payment")
        ),
        migrations.AddConstraint(
            "paymentreference",
            models.UniqueConstraint(fields=["tenant", "account", "kind", "value"], name="reference_once"),
        ),
        migrations.AddField(
            "payment",
            "next_step",
            models.JSONField(
                default=dict,
                help_text="How the guest goes on to pay (processors/start.py); empty when there is no step.",
            ),
        ),
        # They have defaults, so that the way back can make them again.
        migrations.AlterField("payment", "redirect_url", models.TextField(blank=True, default="")),
        migrations.AlterField("payment", "intent_reference", short(default="")),
        migrations.AlterField("payment", "charge_reference", short(default="")),
        migrations.RunPython(write_rows, write_columns),
        migrations.RemoveIndex("payment", "payment_intent"),
        migrations.RemoveField("payment", "charge_reference"),
        migrations.RemoveField("payment", "intent_reference"),
        migrations.RemoveField("payment", "redirect_url"),
        migrations.RemoveConstraint("webhookevent", "event_once"),
        migrations.RenameField("webhookevent", "external_id", "dedupe_key"),
        migrations.AlterField(
            "webhookevent",
            "dedupe_key",
            models.CharField(
                help_text="The processor's id of the event, or a hash of its body.", max_length=80
            ),
        ),
        migrations.AddConstraint(
            "webhookevent",
            models.UniqueConstraint(fields=["tenant", "account", "dedupe_key"], name="event_once"),
        ),
        migrations.AlterField(
            "payment",
            "reference",
            models.CharField(
                blank=True,
                help_text="The processor's id of the checkout session; others: PaymentReference.",
                max_length=80,
            ),
        ),
        migrations.AlterField(
            "dispute", "reference", models.CharField(help_text="The processor's id.", max_length=80)
        ),
        migrations.AlterField(
            "refund", "reference", models.CharField(blank=True, help_text="The processor's id.", max_length=80)
        ),
    ]
