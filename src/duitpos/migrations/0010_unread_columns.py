"""What was written and never read goes. Daily sums, when reports need them, bring their own table."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Drops a table and two columns that nothing reads, and a source of refunds that nothing wrote."""

    dependencies = [("duitpos", "0009_checkout_request")]

    operations = [
        migrations.DeleteModel("DirtyDay"),
        migrations.RemoveField("order", "channel"),
        migrations.RemoveField("order", "menu_version"),
        migrations.RemoveConstraint("refund", "refund_source"),
        migrations.AlterField(
            "refund",
            "source",
            models.CharField(
                choices=[("staff", "Staff"), ("processor", "Processor")], default="staff", max_length=10
            ),
        ),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(
                condition=models.Q(("source__in", ["staff", "processor"])), name="refund_source"
            ),
        ),
    ]
