"""Phones that never loaded the menu are called unknown, as on the screens."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from duitpos.kit.tenancy import across_tenants


def rename(schema_editor: Any, apps: Any, old: str, new: str) -> None:
    table = apps.get_model("duitpos", "StartCounter")._meta.db_table
    with across_tenants("a migration renames a stored value of every restaurant"):
        schema_editor.execute(f"UPDATE {table} SET phones = %s WHERE phones = %s", [new, old])
    if schema_editor.connection.vendor == "postgresql":
        # Deferred foreign key checks would keep the constraint from being added in the same transaction.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def forwards(apps: Any, schema_editor: Any) -> None:
    rename(schema_editor, apps, "stranger", "unknown")


def backwards(apps: Any, schema_editor: Any) -> None:
    rename(schema_editor, apps, "unknown", "stranger")


class Migration(migrations.Migration):
    """Renames a column of orders and a value of the start counters."""

    dependencies = [("duitpos", "0012_facts")]

    operations = [
        migrations.AlterField(
            "paymentdecline",
            "reference",
            models.CharField(
                help_text="The failed charge; without one, an id that tells this try from others.", max_length=80
            ),
        ),
        migrations.AlterField(
            "webhookevent",
            "outcome",
            models.CharField(
                help_text="A code: what the event changed, such as settled, refunded or foreign.", max_length=40
            ),
        ),
        migrations.RenameField("order", "is_strangers", "is_unknown_phone"),
        migrations.RemoveConstraint("startcounter", "start_counter_phones"),
        migrations.AlterField(
            "startcounter",
            "phones",
            models.CharField(choices=[("known", "Known"), ("unknown", "Unknown")], max_length=8),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.AddConstraint(
            "startcounter",
            models.CheckConstraint(
                condition=models.Q(("phones__in", ["known", "unknown"])), name="start_counter_phones"
            ),
        ),
    ]
